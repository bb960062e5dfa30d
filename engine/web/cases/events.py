"""Events: the form of an event, what was answered to be checked, and what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.case.refusal import Code, Refusal
from engine.process.definition import Event
from engine.service import Case
from engine.web.cases.case import CaseNumber, Seen, see
from engine.web.cases.confirmations import called, following, standing, step_done
from engine.web.forms import Question, date_in, event_questions, filled, read, said, with_answers
from engine.web.page import go, said_date, show
from engine.web.visitor import CaseVisiting, NotFound, Posted, SentBy, Visitor

router = APIRouter()
EventName = Annotated[str, Path(pattern="^[a-z][a-z0-9_]*$", max_length=60)]
WHEN = "happened-at"


def _questions(visitor: Visitor, seen: Seen, event: Event) -> list[Question]:
    return event_questions(visitor.engine, seen.process, event, seen.case, visitor.actor)


def _when(answer: str = "", error: str = "") -> Question:
    hint = "Leave this empty if it happens now. For example, 27 3 2027, 13:30"
    return Question(WHEN, "When did this happen?", "time", required=False, hint=hint, value=answer, error=error)


@router.get("/cases/{number}/do/{name}")
def ask(request: Request, visitor: CaseVisiting, number: CaseNumber, name: EventName, meeting: int = 0) -> Response:
    """The form of an event."""
    seen = see(visitor, number, "form")
    event = seen.process.event(seen.case.state, name)
    if event is None:
        return _no_more(request, seen)
    choice = next((one for one in seen.overview.possible if one.event == name), None)
    if choice is None:
        raise NotFound
    if not choice.allowed:
        return show(request, "event_refused.html", 409, seen=seen, event=event, choice=choice)
    questions = _questions(visitor, seen, event)
    return _form(request, seen, event, questions, meeting=meeting)


def _no_more(request: Request, seen: Seen) -> Response:
    return show(request, "event_gone.html", 409, seen=seen)


def _form(
    request: Request,
    seen: Seen,
    event: Event,
    questions: list[Question],
    status: int = 200,
    when: Question | None = None,
    general: str = "",
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
        questions=questions,
        when=when or _when(),
        general=general,
        version=version or seen.case.version,
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

    @property
    def given(self) -> dict[str, Any]:
        """The answers that say something."""
        return filled(self.questions, self.answers, self.seen.case)

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
def answer(request: Request, visitor: CaseVisiting, number: CaseNumber, name: EventName, posted: SentBy) -> Response:
    """Check what was answered; once it was looked over, let the event happen."""
    done = _done_before(visitor, number, posted)
    if done is not None:
        return go(done)
    seen = see(visitor, number, "form")
    event = seen.process.event(seen.case.state, name)
    if event is None:
        return _no_more(request, seen)
    if event.by == frozenset():
        raise NotFound
    questions = _questions(visitor, seen, event)
    answers, at_text = read(questions, posted), date_in(posted, WHEN, with_time=True)
    return _try(request, Attempt(visitor, seen, event, questions, answers, at_text, posted))


def _try(request: Request, tried: Attempt) -> Response:
    if tried.version != tried.seen.case.version:
        return _meanwhile(request, tried)
    at, fault = _moment(tried.at_text)
    number, name, engine = tried.seen.case.id, tried.event.name, tried.visitor.engine
    if fault is not None:
        return _refused(request, tried, fault)
    if tried.step == "do":
        key = _key(tried.visitor, tried.posted)
        result = engine.fire(
            number, name, tried.visitor.actor, tried.given, at=at, expected_version=tried.version, idempotency_key=key
        )
        return go(_where(result, tried.meeting)) if isinstance(result, Case) else _refused(request, tried, result)
    refusal = engine.check_event(number, name, tried.visitor.actor, tried.given, at=at)
    if refusal is not None:
        return _refused(request, tried, refusal)
    if tried.step == "change":
        when = _when(tried.at_text)
        return _form(request, tried.seen, tried.event, tried.shown({}), when=when, meeting=tried.meeting)
    return _check(request, tried)


def _key(visitor: Visitor, posted: Posted) -> str:
    return f"page:{visitor.person.login}:{posted.text('key', 60)}"


def _done_before(visitor: Visitor, number: int, posted: Posted) -> str | None:
    """Where to go when the same form is sent a second time: what it did stands, and is shown again."""
    if posted.text("step", 20) != "do" or not posted.text("key", 60):
        return None
    last = visitor.engine.last_of_key(_key(visitor, posted), number)
    return f"/cases/{number}/done/{last}" if last else None


def _where(result: Case, meeting: int) -> str:
    if meeting:
        return f"/meetings/{meeting}?heard={result.id}&step={result.version}"
    return f"/cases/{result.id}/done/{result.version}"


def _moment(text: str) -> tuple[datetime | None, Refusal | None]:
    if not text:
        return None, None
    try:
        found = datetime.fromisoformat(text)
        if not 1900 <= found.year <= 2200:
            raise ValueError
        return found, None
    except ValueError:
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
    return _form(request, tried.seen, tried.event, shown, status, when, general, meeting=tried.meeting)


def _meanwhile(request: Request, tried: Attempt) -> Response:
    """Somebody changed the case: what they did, and the form with everything that was typed."""
    told, _ = tried.visitor.engine.told_history(tried.seen.case.id, tried.visitor.actor)
    changed = tuple(one for one in told if one.seq > tried.version)
    when, shown = _when(tried.at_text), tried.shown({})
    return _form(request, tried.seen, tried.event, shown, 409, when, changed=changed, meeting=tried.meeting)


def _check(request: Request, tried: Attempt) -> Response:
    fields = tried.seen.process.fields
    rows = [(one, said(one, fields[one.name], tried.answers[one.name])) for one in tried.questions]
    hidden: list[tuple[str, str]] = []
    for one in tried.questions:
        value = tried.answers[one.name]
        hidden += [(one.name, part) for part in value] if isinstance(value, list) else [(one.name, str(value))]
    return show(
        request,
        "event_check.html",
        seen=tried.seen,
        event=tried.event,
        version=tried.seen.case.version,
        rows=rows,
        hidden_values=[*hidden, (WHEN, tried.at_text)],
        when=said_date(tried.at_text) if tried.at_text else "Now",
        key=secrets.token_urlsafe(16),
        meeting=tried.meeting,
    )


@router.get("/cases/{number}/done/{seq}")
def done(request: Request, visitor: CaseVisiting, number: CaseNumber, seq: Annotated[int, Path(ge=1)]) -> Response:
    """What happened, and what comes next."""
    seen = see(visitor, number, "case")
    told, _ = visitor.engine.told_history(number, visitor.actor)
    last, told_of = step_done(told, seq), (seen.process, seen.case)
    values: dict[str, Any] = {"called": called(seen.case), "standing": standing(*told_of)}
    return show(request, "event_done.html", seen=seen, last=last, following=following(*told_of), **values)
