"""Meetings: their dates, agendas, the page of a case during one, attendance and minutes, and the agenda pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.case.agenda import rhythm_said, series_of, series_title
from engine.case.intake import takes_said
from engine.case.refusal import Refusal
from engine.process.timing import MeetingKind, Rhythm
from engine.service import UnknownCase
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.meetings import CASES_BOOKED, BadMeeting, ChangedMeeting
from engine.service.meetings.records import Record
from engine.source.moment import NotAMoment, clock_written, day_written
from engine.web.cases.case import Seen, see
from engine.web.cases.confirmations import came_of
from engine.web.forms.forms import Question, date_in
from engine.web.page import ask_once, go, moment, query, show
from engine.web.told import tell
from engine.web.visitor import MOST_TYPED, NotFound, SentBy, Visiting, Visitor, Whole

router = APIRouter()
# Meetings to come, and past ones, on one page.
PAGE = 50
# Cases of one agenda on a page of it, and sheets in one part of its pack, to be printed.
CASES, SHEETS = 100, 100
After = Annotated[str, Query(max_length=8000)]
Number = Annotated[Whole, Path(ge=1, le=2**31 - 1)]
DONE = {
    "kept": "The meeting is kept.",
    "intake": "What the meeting takes is kept.",
    "booked": "The cases that were chosen are on the agenda.",
    "moved": "The meeting is moved, and its cases are booked on the new day.",
}
# One that is not for them is told of in the same words.
GONE = "It may have been cancelled meanwhile. Nothing more was done."
NO_MOMENT = "Give a day and a time, such as 27 3 2027, 13:30."


def gone(request: Request, _: Exception) -> Response:
    """A meeting that is not there, whatever was asked of it."""
    visitor: Visitor = request.state.visitor
    # Who keeps no dates never had a form that was sent: to them it is as a page that is not there.
    is_form = request.method == "POST" and bool(visitor.engine.meetings.led_by(visitor.actor))
    where = {"href": "/meetings", "link": "Go to the meetings"}
    return tell(request, 409 if is_form else 404, "This meeting is not there", GONE, **where)


def _meets(visitor: Visitor) -> Visitor:
    if not visitor.meets:
        raise NotFound
    return visitor


@router.get("/meetings")
def meetings(
    request: Request, visitor: Visiting, cancelled: Whole = 0, after: After = "", later: After = ""
) -> Response:
    """Meetings that come, and those that were held: the nearest, or those earlier (`after`) or later than a page."""
    done = "The meeting is cancelled." if cancelled else ""
    return _list(request, _meets(visitor), done=done, after=after, later=later)


def _list(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    questions: list[Question] | None = None,
    problem: str = "",
    done: str = "",
    after: str = "",
    later: str = "",
) -> Response:
    today, meetings = visitor.today, visitor.engine.meetings
    coming = None if after else meetings.ahead(today, visitor.actor, PAGE, later)
    past = None if later else meetings.past(today, visitor.actor, PAGE, after)
    led = visitor.engine.meetings.led_by(visitor.actor)
    asked = questions if questions is not None else _questions(led)
    values: dict[str, Any] = {"led": led, "questions": asked, "problem": problem, "done": done}
    values["rhythms"] = [_comes_again(kind, kind.rhythm) for _, kind in led if kind.rhythm]
    return show(request, "meetings.html", status, coming=coming, past=past, later=later, earlier=after, **values)


def _comes_again(kind: MeetingKind, rhythm: Rhythm) -> str:
    return f"{kind.title}: {', '.join(filter(None, (rhythm_said(rhythm), takes_said(kind))))}"


def _questions(led: list[Any]) -> list[Question]:
    choices = []
    for process, kind in led:
        titles = {one: series_title(process, kind, one) for one in series_of(process, kind.name)}
        choices += [(f"{process.name} {kind.name} {one}", title) for one, title in titles.items()]
    link = Question("link", "Link to the meeting", "text", required=False)
    return [Question("which", "Which meeting", "choice", required=True, choices=choices), _asked_when(), link]


def _asked_when(value: str = "", error: str = "") -> Question:
    return Question("when", "Date and time", "time", required=True, value=value, error=error)


@router.post("/meetings")
def plan(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Keep a new date."""
    _meets(visitor)
    asked = _questions(visitor.engine.meetings.led_by(visitor.actor))
    which, when, link = posted.text("which"), date_in(posted, "when", with_time=True), posted.text("link")
    for one, value in zip(asked, (which, when, link), strict=True):
        one.value = value
    name, _, rest = which.partition(" ")
    meeting, _, series = rest.partition(" ")
    day, at = _day_and_time(when)
    if not which:
        asked[0].error = "Choose which meeting it is."
    if day is None or at is None:
        asked[1].error = NO_MOMENT
    # Also because a link may begin with javascript:, which would run here.
    if link and not link.startswith("https://"):
        asked[2].error = "A link begins with https://."
    if any(one.error for one in asked) or day is None or at is None:
        return _list(request, visitor, 422, asked)
    try:
        number = visitor.engine.meetings.plan(name, meeting, series, day, at, visitor.actor, link)
    except (BadMeeting, LookupError) as bad:
        return _list(request, visitor, 422, asked, str(bad.args[0]))
    return go(f"/meetings/{number}")


def _day_and_time(text: str) -> tuple[date | None, time | None]:
    day, _, clock = text.partition(" ")
    try:
        return day_written(day), clock_written(clock)
    except NotAMoment:
        return None, None


@router.get("/meetings/{number}")
def meeting(
    request: Request,
    visitor: Visiting,
    number: Number,
    heard: Whole = 0,
    step: Whole = 0,
    done: str = "",
    after: After = "",
    came: After = "",
) -> Response:
    """The agenda of a meeting, and what came of it: the first cases of each, or those after another page (`came`)."""
    found = _meets(visitor).engine.meetings.meeting(number, visitor.actor)
    said = _heard(visitor, heard, step) if heard else DONE.get(done, "")
    return _agenda(request, visitor, found, done=said, after=after, came=came)


def _heard(visitor: Visitor, case: int, step: int) -> str:
    """What came of a case; in few words where it is not for the visitor any more now that it was heard."""
    kept = f"What came of case {case} is kept."
    try:
        return f"{kept} {came_of(visitor, case, step)}"
    except (UnknownCase, NotFound):
        return kept


def _agenda(
    request: Request,
    visitor: Visitor,
    found: Meeting,
    status: int = 200,
    done: str = "",
    problem: str | tuple[str, ...] = "",
    typed: Meeting | None = None,
    after: str = "",
    came: str = "",
) -> Response:
    """The page of a meeting; `typed`: what could not be kept stands in its form, what is kept now stands beside it."""
    record = visitor.engine.records.page(found, visitor.actor, CASES, came, what="")
    shown = [one.case.id for one in record.cases]
    agenda = visitor.engine.agendas.page(found, visitor.actor, CASES, after, shown)
    people = found.process.fields[found.kind.present].choices if found.kind.present else {}
    values: dict[str, Any] = {"agenda": agenda, "leads": found.is_led_by(visitor.actor), "people": list(people.items())}
    values |= {"typed": typed or found, "is_typed": typed is not None}
    values["next_open"] = None if found.intake.is_open else visitor.engine.intakes.next_open(found, visitor.actor)
    values |= {"next_href": f"/meetings/{found.id}?{query({'after': agenda.next})}" if agenda.next else ""}
    values |= {"record": record, "record_href": _record_href(f"/meetings/{found.id}", "came", record)}
    return show(request, "meeting.html", status, meeting=found, done=done, problem=problem, **values)


def _record_href(path: str, name: str, record: Record) -> str:
    return f"{path}?{query({name: record.next})}" if record.next else ""


@router.get("/meetings/{number}/record")
def record_of(request: Request, visitor: Visiting, number: Number, after: After = "") -> Response:
    """What came of a meeting, to be printed: who was there, the minutes, and of each case what is to be told."""
    found = _meets(visitor).engine.meetings.meeting(number, visitor.actor)
    record = visitor.engine.records.page(found, visitor.actor, SHEETS, after)
    next_href = _record_href(f"/meetings/{number}/record", "after", record)
    people = found.process.fields[found.kind.present].choices if found.kind.present else {}
    names = [people.get(one, one) for one in found.present]
    return show(request, "record.html", meeting=found, record=record, names=names, next_href=next_href)


@router.post("/meetings/{number}")
def record(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
    """Keep who was there, and the minutes."""
    found = _meets(visitor).engine.meetings.meeting(number, visitor.actor)
    present = posted.texts("present") or [one for one in posted.text("names").split("\n") if one.strip()]
    minutes, meetings = posted.text("minutes", MOST_TYPED), visitor.engine.meetings
    typed = replace(found, present=tuple(one.strip() for one in present), minutes=minutes)
    try:
        meetings.record(number, present, minutes, visitor.actor, posted.number("version"))
    except ChangedMeeting as bad:
        now = meetings.meeting(number, visitor.actor)
        return _agenda(request, visitor, now, 409, problem=str(bad), typed=typed)
    except BadMeeting as bad:
        return _agenda(request, visitor, found, 422, problem=str(bad), typed=typed)
    return go(f"/meetings/{number}?done=kept")


@router.get("/meetings/{number}/move")
def ask_to_move(request: Request, visitor: Visiting, number: Number) -> Response:
    """Where a meeting gets another date, or is cancelled."""
    found = led(visitor, number)
    return _move(request, found, _asked_when(f"{found.begins:%Y-%m-%d %H:%M}"))


def led(visitor: Visitor, number: int) -> Meeting:
    """A meeting whose dates the visitor keeps."""
    found = _meets(visitor).engine.meetings.meeting(number, visitor.actor)
    if not found.is_led_by(visitor.actor):
        raise NotFound
    return found


def _move(request: Request, found: Meeting, asked: Question, status: int = 200, problem: str = "") -> Response:
    return show(request, "meeting_move.html", status, meeting=found, questions=[asked], problem=problem)


@router.post("/meetings/{number}/move")
def move(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
    """Give a meeting another date, or cancel it."""
    engine, found = visitor.engine, led(visitor, number)
    when = date_in(posted, "when", with_time=True)
    day, at = _day_and_time(when)
    version = posted.number("version")
    try:
        if posted.text("action", 10) == "cancel":
            engine.meetings.cancel(number, visitor.actor, version)
            return go("/meetings?cancelled=1")
        if day is None or at is None:
            return _move(request, found, _asked_when(when, NO_MOMENT), 422)
        left = engine.meetings.move(number, day, at, visitor.actor, version)
    except BadMeeting as bad:
        return _move(request, found, _asked_when(when), 422, str(bad))
    if not left:
        return go(f"/meetings/{number}?done=moved")
    stay = tuple(f"{case.label} could not be booked on the new day: {why.message}" for case, why in left)
    return _agenda(request, visitor, engine.meetings.meeting(number, visitor.actor), 409, problem=stay)


@router.get("/meetings/{number}/cancel")
def ask_to_cancel(request: Request, visitor: Visiting, number: Number) -> Response:
    """Ask once whether a meeting is to be cancelled."""
    found = led(visitor, number)
    if found.booked:
        return _move(request, found, _asked_when(f"{found.begins:%Y-%m-%d %H:%M}"), 409, CASES_BOOKED)
    return ask_once(
        request,
        "Cancel this meeting?",
        f"{found.title}, {moment(found.begins)}. No case is booked on it. This cannot be taken back.",
        submit="Cancel the meeting",
        action=f"/meetings/{number}/move",
        back=f"/meetings/{number}",
        values=[("action", "cancel"), ("version", str(found.version))],
    )


@router.get("/meetings/{number}/pack")
def pack(request: Request, visitor: Visiting, number: Number, names: str = "yes", after: After = "") -> Response:
    """The agenda with a sheet for each case, to be printed: with names, or without; in parts where it is long."""
    found = _meets(visitor).engine.meetings.meeting(number, visitor.actor)
    agenda, named = visitor.engine.agendas.sheets(found, visitor.actor, SHEETS, after), names == "yes"
    onward = query({"names": "" if named else "no", "after": agenda.next})
    next_href = f"/meetings/{number}/pack?{onward}" if agenda.next else ""
    return show(request, "pack.html", meeting=found, agenda=agenda, named=named, next_href=next_href)


@router.get("/meetings/{number}/cases/{case}")
def hear(request: Request, visitor: Visiting, number: Number, case: Number) -> Response:
    """The page of one case during a meeting."""
    return _hear(request, _meets(visitor), number, case)


def _hear(
    request: Request, visitor: Visitor, number: int, case: int, status: int = 200, problem: str = "", text: str = ""
) -> Response:
    found = visitor.engine.meetings.meeting(number, visitor.actor)
    turn = visitor.engine.agendas.turn(found, case, visitor.actor)
    if turn is None:
        return _off_agenda(request, visitor, case, text)
    seen = see(visitor, case, "page during a meeting")
    notes = visitor.engine.desk.notes(case, visitor.actor, number, what="")
    outcomes = [one for one in seen.overview.possible if one.event in _outcomes(seen, found)]
    values: dict[str, Any] = {"outcomes": outcomes, "turn": turn, "problem": problem, "text": text}
    return show(request, "hearing.html", status, meeting=found, seen=seen, notes=notes, **values)


def _off_agenda(request: Request, visitor: Visitor, case: int, text: str) -> Response:
    visitor.engine.seen(case, visitor.actor)
    said = "It was heard, or booked on another day, perhaps from another window."
    kept = "What was written down before is kept with the case." if not text else "What you typed was not kept."
    where = {"href": f"/cases/{case}", "link": "Go to the case"}
    title = f"Case {case} is not on this agenda"
    return tell(request, 409 if text else 404, title, said, kept, **where)


def _outcomes(seen: Seen, found: Meeting) -> tuple[str, ...]:
    """What can come of a meeting for a case, by the version that the case follows."""
    kind = seen.process.meetings.get(found.kind.name)
    return kind.outcomes if kind else ()


@router.post("/meetings/{number}/cases/{case}")
def minute(request: Request, visitor: Visiting, number: Number, case: Number, posted: SentBy) -> Response:
    """Keep a minute on one case, and go to where the button says: the form of an outcome, or the next case."""
    found = _meets(visitor).engine.meetings.meeting(number, visitor.actor)
    text, outcome, following = posted.text("text", MOST_TYPED), posted.text("outcome", 60), posted.number("next")
    # Which outcomes there are says the version that the case follows: the form of one that is none is not found.
    leaves = outcome.isidentifier() or following is not None
    if text.strip() or not leaves:
        refusal = visitor.engine.desk.write_note(case, text, visitor.actor, found.id)
        if isinstance(refusal, Refusal):
            return _hear(request, visitor, number, case, 422, refusal.message, text)
    if outcome.isidentifier():
        return go(f"/cases/{case}/do/{outcome}?meeting={number}")
    return go(f"/meetings/{number}/cases/{following or case}")
