"""Events: the form of an event, what was answered to be checked, and what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.datastructures import FormData

from engine.case.answers.wording import text_of
from engine.case.refusal import Code, Refusal
from engine.process.definition import Event, Process
from engine.process.rows import DAY, rows_in, unnumbered
from engine.process.rows import read as cell_of
from engine.service import Case, Choice
from engine.source import name
from engine.source.moment import NotAMoment, moment_written
from engine.source.words import said_when
from engine.web.cases.case import CaseNumber, Seen, see
from engine.web.cases.confirmations import called, following, standing, step_done
from engine.web.forms.choosers import with_records
from engine.web.forms.forms import (
    DAY_MEANT,
    Question,
    answering,
    carried,
    date_in,
    event_questions,
    filled,
    read,
    with_answers,
    with_meetings,
    with_open_tasks,
)
from engine.web.forms.rows import ROWS, box
from engine.web.forms.rows import changed as rows_changed
from engine.web.forms.rows import shown as rows_shown
from engine.web.page import go, show
from engine.web.visitor import (
    TYPED,
    CaseVisiting,
    Looking,
    NotFound,
    Posted,
    SentToChange,
    Visitor,
    Whole,
    form_key,
)

router = APIRouter()
EventName = Annotated[str, Path(pattern=name.PART, max_length=name.LONGEST)]
WHEN = "happened-at"
FORM = "form"


def _when(answer: str = "", error: str = "") -> Question:
    hint = "Leave this empty if it happens now. For example, 27 3 2027, 13:30"
    return Question(WHEN, "When did this happen?", "time", required=False, hint=hint, value=answer, error=error)


@router.get("/cases/{number}/do/{name}")
def ask(
    request: Request,
    visitor: Looking,
    number: CaseNumber,
    name: EventName,
    meeting: Whole = 0,
    task: Annotated[str, Query(pattern=name.TASK, max_length=name.LONGEST)] = "",
) -> Response:
    """The form of an event; `task` is one that it answers, which is chosen then."""
    seen = see(visitor, number, FORM)
    event = seen.process.event(seen.case.state, name)
    if event is None:
        return _no_more(request, seen)
    choice = _choice(seen, name)
    if not choice.allowed:
        return show(request, "event_refused.html", 409, seen=seen, event=event, choice=choice)
    first = {**choice.defaults, **answering(seen.process, event, task)}
    kept = getattr(request.state, "typed", None)
    typed = kept.fields if kept is not None and kept.path == _address(number, name) else ()
    rows = rows_shown(event.several, Posted(FormData([*typed])))
    questions = event_questions(seen.process, choice.form, seen.case, first, rows)
    return _form(request, visitor, seen, event, questions, meeting=meeting, rows=rows)


def _choice(seen: Seen, name: str) -> Choice:
    choice = next((one for one in seen.overview.possible if one.event == name), None)
    if choice is None:
        raise NotFound
    return choice


def _no_more(request: Request, seen: Seen) -> Response:
    return show(request, "event_gone.html", 409, seen=seen)


def _form(
    request: Request,
    visitor: Visitor,
    seen: Seen,
    event: Event,
    questions: list[Question],
    status: int = 200,
    when: Question | None = None,
    general: str = "",
    *,
    rows: Mapping[str, int],
    version: int | None = None,
    meeting: int = 0,
    changed: tuple[Any, ...] = (),
) -> Response:
    return show(
        request,
        "event.html",
        status,
        seen=seen,
        event=event,
        questions=with_records(
            visitor.engine,
            seen.process,
            with_open_tasks(
                seen.overview.possible,
                event,
                with_meetings(visitor.engine, seen.process, event, seen.case, visitor.actor, questions),
            ),
            seen.case.data,
        ),
        when=when or _when(),
        general=general,
        version=version or seen.case.version,
        rows=[(box(one), count) for one, count in rows.items()],
        meeting=meeting,
        changed=changed,
    )


@dataclass
class Attempt:
    """What somebody answered in the form of an event."""

    visitor: Visitor
    seen: Seen
    event: Event
    questions: list[Question]
    answers: dict[str, Any]
    at_text: str
    posted: Posted
    rows: Mapping[str, int]

    @property
    def given(self) -> dict[str, Any]:
        """The answers that say something."""
        return filled(self.questions, self.answers, self.seen.case)

    @property
    def of(self) -> tuple[Visitor, Seen, Event]:
        """Who answered, for which case, and which event."""
        return self.visitor, self.seen, self.event

    @property
    def step(self) -> str:
        """Whether the answers are to be checked, changed, or acted on."""
        return self.posted.text("step", 20)

    @property
    def meeting(self) -> int:
        """The meeting from whose page the form was opened; 0 elsewhere."""
        return self.posted.number("meeting") or 0

    @property
    def version(self) -> int:
        """The version of the case that the form was made of."""
        return self.posted.number("version") or self.seen.case.version

    def shown(self, errors: Mapping[str, str]) -> list[Question]:
        """The questions with what was answered, and what is wrong with it."""
        return with_answers(self.questions, self.answers, errors)


@router.post("/cases/{number}/do/{name}")
def answer(
    request: Request, visitor: CaseVisiting, number: CaseNumber, name: EventName, posted: SentToChange
) -> Response:
    """Check what was answered; once it was looked over, let the event happen."""
    carried_out = _carried_out(visitor, number, name, posted)
    if isinstance(carried_out, int):
        return go(_where(number, carried_out, posted.number("meeting") or 0))
    visitor.engine.accounts.touch(visitor.session)
    is_to_change = posted.text("step", 20) == "change"
    seen = see(visitor, number, FORM)
    event = seen.process.event(seen.case.state, name)
    if event is None:
        return _no_more(request, seen)
    if is_to_change or posted.text(ROWS, 200):
        fields, place = rows_changed(posted, rows_shown(event.several, posted))
        kept = visitor.engine.desk.keep_form(visitor.person.login, _address(number, name), fields)
        if kept is not None:
            return go(f"{_address(number, name)}?{TYPED}={kept}{place and '#' + place}")
        posted, is_to_change = Posted(FormData([*fields])), True
    tried = _attempt(visitor, seen, event, posted)
    if is_to_change:  # too long to be kept: the answer to what was sent is the form itself
        when = _when(tried.at_text)
        return _form(request, *tried.of, tried.shown({}), when=when, meeting=tried.meeting, rows=tried.rows)
    return _try(request, tried, carried_out)


def _attempt(visitor: Visitor, seen: Seen, event: Event, posted: Posted) -> Attempt:
    # Of what is sent by timers and offers only there is none: there is no form for it.
    rows = rows_shown(event.several, posted)
    questions = event_questions(seen.process, _choice(seen, event.name).form, seen.case, rows=rows)
    answers, at_text = read(questions, posted), date_in(posted, WHEN, with_time=True)
    return Attempt(visitor, seen, event, questions, answers, at_text, posted, rows)


def _carried_out(visitor: Visitor, number: int, name: str, posted: Posted) -> int | Refusal | None:
    """The version of the case that the event led to, also where the form was sent before; why it could not happen;
    None where there is more to look at first: the answers, when it happened, or what became of the case.
    """
    if posted.text("step", 20) != "do" or posted.text(ROWS, 200):
        return None
    at, fault = _moment(date_in(posted, WHEN, with_time=True))
    if fault is not None:
        return None
    sent = posted.text("key", 60)

    def given(process: Process, event: Event, case: Case, form: Mapping[str, bool]) -> dict[str, Any]:
        questions = event_questions(process, form, case, rows=rows_shown(event.several, posted))
        return filled(questions, read(questions, posted), case)

    return visitor.engine.answers.carry_out(
        visitor.session,
        number,
        name,
        given,
        at=at,
        expected_version=posted.number("version") or None,
        idempotency_key=form_key(visitor, sent) if sent else None,
        what=FORM,
    )


def _try(request: Request, tried: Attempt, refusal: Refusal | None) -> Response:
    """The answers to be looked over, unless the event could not happen, or was refused already."""
    if refusal is None or tried.version != tried.seen.case.version:
        refusal = _fault(tried)
    return _to_check(request, tried) if refusal is None else _refused(request, tried, refusal)


def _fault(tried: Attempt) -> Refusal | None:
    """Why it could not happen as it was answered; None if it could."""
    if tried.version != tried.seen.case.version:
        return _changed(tried)
    at, fault = _moment(tried.at_text)
    if fault is not None:
        return fault
    case, name, by = tried.seen.case.id, tried.event.name, tried.visitor.actor
    engine, given = tried.visitor.engine, tried.given
    refusal = engine.check_event(case, name, by, given, at=at)
    return engine.meetings.not_offered(tried.seen.process, name, case, given, by) if refusal is None else refusal


def _changed(tried: Attempt) -> Refusal:
    return Refusal(Code.CHANGED, f"Case {tried.seen.case.id} was changed meanwhile.")


def _to_check(request: Request, tried: Attempt) -> Response:
    """Keep what was answered, and go to where it is looked over: a page that can be gone back to."""
    desk, address = tried.visitor.engine.desk, _address(tried.seen.case.id, tried.event.name)
    name = desk.keep_form(tried.visitor.person.login, address, tried.posted.fields)
    return go(f"{address}/check?{TYPED}={name}") if name else _check(request, tried, secrets.token_urlsafe(16))


def _address(number: int, event: str) -> str:
    return f"/cases/{number}/do/{event}"


@router.get("/cases/{number}/do/{name}/check")
def look_over(
    request: Request, visitor: CaseVisiting, number: CaseNumber, name: EventName, typed: str = ""
) -> Response:
    """What was answered, to be looked over; once it was acted on, what came of it."""
    # Asked first: once it is done, the event may not stand where the case is now.
    done, kept = _done_before(visitor, number, typed), getattr(request.state, "typed", None)
    seen = see(visitor, number, "form")
    if done is not None:
        return show(request, "event_gone.html", seen=seen, done=done, last=step_done(visitor, number, done))
    event = seen.process.event(seen.case.state, name)
    if event is None or kept is None or kept.path != _address(number, name):
        return ask(request, visitor, number, name)
    tried = _attempt(visitor, seen, event, Posted(FormData(kept.fields)))
    refusal = _fault(tried)
    if refusal is None:
        return _check(request, tried, typed)
    request.state.typed = None  # the form itself says what was answered, and the version that it is made of now
    return _refused(request, tried, refusal)


def _done_before(visitor: Visitor, number: int, key: str) -> int | None:
    """The last step of what this very form did already: it stands, and is shown again; None where it did nothing."""
    return visitor.engine.last_of_key(form_key(visitor, key), number) if key else None


def _where(number: int, version: int, meeting: int) -> str:
    if meeting:
        return f"/meetings/{meeting}?heard={number}&step={version}"
    return f"/cases/{number}/done/{version}"


def _moment(text: str) -> tuple[datetime | None, Refusal | None]:
    if not text:
        return None, None
    try:
        return moment_written(text), None
    except NotAMoment:
        message = "When it happened must be a day and a time, such as 27 3 2027, 13:30."
        return None, Refusal(Code.FORM, message, fields={"at": message})


def _refused(request: Request, tried: Attempt, refusal: Refusal) -> Response:
    """The form again, with everything that was typed and what is wrong with it."""
    if refusal.code is Code.CHANGED:
        return _meanwhile(request, tried)
    when = _when(tried.at_text, refusal.fields.get("at", ""))
    known = {*(one.name for one in tried.questions), "at"}
    general = "" if refusal.fields and set(refusal.fields) <= known else refusal.message
    status = 422 if refusal.code is Code.FORM else 409
    shown = tried.shown(refusal.fields)
    return _form(request, *tried.of, shown, status, when, general, meeting=tried.meeting, rows=tried.rows)


def _meanwhile(request: Request, tried: Attempt) -> Response:
    """Somebody changed the case: what they did, and the form with everything that was typed."""
    told, _ = tried.visitor.engine.told_history(tried.seen.case.id, tried.visitor.actor, tried.version)
    when, shown = _when(tried.at_text), tried.shown({})
    return _form(request, *tried.of, shown, 409, when, changed=tuple(told), meeting=tried.meeting, rows=tried.rows)


def _meant(tried: Attempt, asked: Question) -> str:
    """What an answer that was left empty means: the day of a row that is written is the one on which this happens."""
    cell = cell_of(asked.name)
    if cell is None or cell.field != DAY:
        return ""
    row = rows_in(tried.given).get(cell[:2], {}) or tried.seen.process.series[cell.series].dates in tried.given
    return DAY_MEANT if row or (tried.event.form.get(asked.name) and cell.series not in tried.event.several) else ""


def _check(request: Request, tried: Attempt, key: str) -> Response:
    fields = tried.seen.process.fields
    names = tried.visitor.engine.among.names(tried.seen.process, tried.answers)
    rows = [
        (one, text_of(fields[unnumbered(one.name)], tried.answers[one.name], names) or _meant(tried, one))
        for one in tried.questions
    ]
    hidden = [sent for one in tried.questions for sent in carried(one, tried.answers[one.name])]
    hidden += [(box(one), str(count)) for one, count in tried.rows.items()]
    return show(
        request,
        "event_check.html",
        seen=tried.seen,
        event=tried.event,
        version=tried.seen.case.version,
        rows=rows,
        hidden_values=[*hidden, (WHEN, tried.at_text)],
        when=said_when(tried.at_text) if tried.at_text else "Now",
        key=key,
        meeting=tried.meeting,
    )


@router.get("/cases/{number}/done/{seq}")
def done(request: Request, visitor: Looking, number: CaseNumber, seq: Annotated[Whole, Path(ge=1)]) -> Response:
    """What happened, and what comes next."""
    seen = see(visitor, number, "case")
    # Where the case was read when they came, so was the step: one that is not there is not asked for again.
    last = seen.done if visitor.look else step_done(visitor, number, seq)
    if last is None:
        raise NotFound
    values: dict[str, Any] = {"called": called(seen.case), "standing": standing(seen.case)}
    return show(request, "event_done.html", seen=seen, last=last, following=following(seen.case), **values)
