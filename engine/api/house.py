"""Routes of the house: people, organisations and meetings, page after page, for those who see them on the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from engine.api.asking import Day, Engined, Reader, Whole, Writer
from engine.api.cases import After, Limit
from engine.api.problem import Refused, problem, responses
from engine.case.command import Actor
from engine.case.sight import Action, may
from engine.service import Case, Told, as_data
from engine.service.desk.notes import Note
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.meetings import ChangedMeeting
from engine.service.people.people import LONGEST_NAME, Organisation, Person

router = APIRouter()


def administering(by: Actor) -> Actor:
    """Who administers; to others there is no such list, as there is no such page.

    Raises:
        Refused: they do not.
    """
    if not may(by, Action.ADMINISTER):
        raise Refused(problem(404, "not_found", "There is no such list for you."))
    return by


def _administrator(reader: Reader) -> Actor:
    return administering(reader)


Administrating = Annotated[Actor, Depends(_administrator)]


@dataclass
class PersonPage:
    """Some of many people: `next` begins the following page, and is empty on the last one."""

    items: list[Person]
    next: str


@dataclass
class OrganisationPage:
    """Some of many organisations: `next` begins the following page, and is empty on the last one."""

    items: list[Organisation]
    next: str


@dataclass
class MeetingSummary:
    """A meeting. `begins` has the offset of its process; `booked` is how many cases stand on its agenda, `heard` of
    how many that stood there something came. It takes `most` cases in all (null: any number), until the end of the day
    `closes` (null: it never closes); `is_open` says whether it takes one more now.
    """

    id: int
    process: str
    meeting: str
    series: str
    title: str
    begins: datetime
    held: bool
    booked: int
    heard: int
    most: int | None
    closes: date | None
    is_open: bool
    version: int


@dataclass
class OneMeeting(MeetingSummary):
    """A meeting with its address, who was there (as its process calls them) and the minutes."""

    link: str
    present: list[str]
    minutes: str


@dataclass
class HeardCase:
    """A case that stood on an agenda and does not any more.

    `said` is what became of it, in words. `outcome` is the step that recorded what came of it, with what was answered,
    as it may be shown to you; null where nothing came of it. `moved_to` is the day of the meeting that it was moved to.
    """

    case: int
    label: str
    said: str
    outcome: Told | None
    moved_to: date | None
    minutes: list[Note]


@dataclass
class RecordPage:
    """A page of what came of a meeting. `hidden` counts cases that stood there too, and that are not for you."""

    meeting: OneMeeting
    items: list[HeardCase]
    count: int
    hidden: int
    next: str


@dataclass
class AgendaPage:
    """A page of the cases that stand on an agenda, of `count`."""

    meeting: OneMeeting
    items: list[Case]
    count: int
    next: str


@dataclass
class Intake:
    """What one meeting takes: `most` cases, until the end of the day `closes`. `version` is that of the meeting as you
    know it: if it has another one by now, nothing is done.
    """

    most: Whole | None = None
    closes: Day | None = None
    version: Whole | None = None


@dataclass
class MeetingPage:
    """Some of many meetings: `next` begins the following page, and is empty on the last one."""

    items: list[MeetingSummary]
    next: str


# Searched for by no name: it would stand in an address, and so in logs.
@router.get("/people", response_model=PersonPage, responses=responses(404), tags=["house"])
def find_people(
    engine: Engined, _by: Administrating, only_active: bool = False, limit: Limit = 50, after: After = ""
) -> Any:
    """A page of the people who are kept here, by login. For administrators."""
    return as_data(engine.directory.people(only_active=only_active, limit=limit, after=after))


@router.get("/organisations", response_model=OrganisationPage, responses=responses(404), tags=["house"])
def find_organisations(
    engine: Engined,
    _by: Administrating,
    search: Annotated[str, Query(max_length=LONGEST_NAME)] = "",
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of organisations, by name as people sort names: of all, or of those in whose name all words of `search`
    stand. For administrators.
    """
    return as_data(engine.directory.organisations(search=search, limit=limit, after=after))


@router.get("/meetings", response_model=MeetingPage, responses=responses(), tags=["house"])
def find_meetings(
    engine: Engined,
    reader: Reader,
    since: Day | None = None,
    before: Day | None = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of the meetings that you may see, `since` a day (if left out: all), the earliest first; or those `before`
    a day, the latest first. Days are those of the process.
    """
    if since is not None and before is not None:
        raise Refused(problem(422, "form", "Ask for the meetings since a day, or for those before one."))
    if before is not None:
        page = engine.meetings.past(before, reader, limit, after)
    else:
        page = engine.meetings.ahead(since or date.min, reader, limit, after)
    return MeetingPage([_told(one) for one in page.items], page.next)


Number = Annotated[Whole, Path(ge=1, le=2**31 - 1)]


@router.get("/meetings/{number}", response_model=AgendaPage, responses=responses(404), tags=["house"])
def one_meeting(engine: Engined, reader: Reader, number: Number, limit: Limit = 50, after: After = "") -> Any:
    """A meeting with a page of the cases on its agenda, as you may see them, by number."""
    meeting = engine.meetings.meeting(number, reader)
    page = engine.agendas.page(meeting, reader, limit, after)
    return as_data(AgendaPage(_whole(meeting), list(page.cases), page.count, page.next))


@router.get("/meetings/{number}/record", response_model=RecordPage, responses=responses(404), tags=["house"])
def record_of(engine: Engined, reader: Reader, number: Number, limit: Limit = 50, after: After = "") -> Any:
    """A page of what came of a meeting: the cases that stood on its agenda and do not any more, by number."""
    meeting = engine.meetings.meeting(number, reader)
    page = engine.records.page(meeting, reader, limit, after)
    items = [
        HeardCase(one.case.id, one.case.label, one.said, one.outcome, one.moved_to, list(one.notes))
        for one in page.cases
    ]
    return as_data(RecordPage(_whole(meeting), items, page.count, page.hidden, page.next))


# Without a key: the same again does nothing.
@router.post("/meetings/{number}/intake", response_model=OneMeeting, responses=responses(404, 409), tags=["house"])
def allow(engine: Engined, writer: Writer, number: Number, intake: Intake) -> Any:
    """Let one meeting take so many cases, and so long; null: what its process says. For those who keep its dates."""
    try:
        engine.intakes.allow(number, intake.most, intake.closes, writer, intake.version)
    except ChangedMeeting as changed:
        raise Refused(problem(409, "changed", str(changed))) from None
    return as_data(_whole(engine.meetings.meeting(number, writer)))


def _told(meeting: Meeting) -> MeetingSummary:
    process, kind, series, _ = meeting.agenda
    known, takes = (meeting.begins, meeting.held, meeting.booked, meeting.heard), meeting.intake
    limits = (takes.most, takes.closes, takes.is_open)
    return MeetingSummary(meeting.id, process, kind, series, meeting.title, *known, *limits, meeting.version)


def _whole(meeting: Meeting) -> OneMeeting:
    said: dict[str, Any] = {"link": meeting.link, "present": list(meeting.present), "minutes": meeting.minutes}
    return OneMeeting(**vars(_told(meeting)), **said)
