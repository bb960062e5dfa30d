"""Meeting: one meeting as it is told, by the version of its process that knows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from engine.case.agenda import reader, series_title
from engine.case.command import Actor
from engine.case.intake import Intake, closing_day
from engine.case.sight import ListSight, leads, meeting_sight, sight_of
from engine.process.definition import Process
from engine.process.timing import MeetingKind
from engine.service.processes.catalogue import Catalogue
from engine.store.meetings import StoredMeeting


@dataclass(frozen=True)
class Meeting:
    """One meeting. `begins` is aware; `booked` is how many cases stand on its agenda, `heard` of how many that stood
    there something came; `version` counts its changes. `intake` is what it takes; `most` and `closes` are what was said
    of this one alone, None where it takes what its process says.

    `process` is the version that it is read by: the one in force, or where that knows no such meetings any more the
    latest that does.
    """

    id: int
    process: Process
    kind: MeetingKind
    series: str
    begins: datetime
    link: str
    present: tuple[str, ...]
    minutes: str
    held: bool
    booked: int
    intake: Intake
    version: int = 1
    heard: int = 0
    most: int | None = None
    closes: date | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.series_title(self.series)

    def series_title(self, series: str) -> str:
        """What meetings of this kind are called in a series."""
        return series_title(self.process, self.kind, series)

    def is_led_by(self, by: Actor) -> bool:
        """Whether somebody keeps the dates of this kind of meeting."""
        return leads(self.process, self.kind.name, by)

    def is_heard_by(self, by: Actor) -> bool:
        """Whether somebody may see it."""
        return sight_of(self.process, by).hears(self.kind.name, self.series)

    @property
    def closes_by_itself(self) -> date | None:
        """The last day on which it takes cases by what its process says; None where it says none."""
        return closing_day(self.kind, self.begins.date(), self.process.calendar)

    @property
    def day(self) -> str:
        """Its day, as cases name it."""
        return self.begins.date().isoformat()

    @property
    def agenda(self) -> tuple[str, str, str, str]:
        """What tells its agenda from all others: process, kind, series and day."""
        return self.process.name, self.kind.name, self.series, self.day

    @property
    def value(self) -> str:
        """What a case that follows the same version, and is booked on it, has in its date field."""
        return self.value_in(self.process)

    def value_in(self, process: Process) -> str:
        """The same of a case that follows another version, which knows such meetings."""
        # As a form would say it: a day, or the wall clock of the process without a zone.
        is_day = process.fields[process.meetings[self.kind.name].date].type == "date"
        return self.day if is_day else self.begins.replace(tzinfo=None).isoformat(timespec="minutes")


def read_by(process: Process, stored: StoredMeeting, now: datetime) -> Meeting:
    """A meeting as this version, which knows its kind, reads it at an instant (aware)."""
    begins = datetime.fromisoformat(f"{stored.day}T{stored.time}").replace(tzinfo=process.zone)
    kind, closes = process.meetings[stored.meeting], date.fromisoformat(stored.closes) if stored.closes else None
    intake = intake_of(process, kind, begins.date(), stored, stored.booked + stored.heard, now)
    known = (stored.link, stored.present, stored.minutes, stored.held, stored.booked, intake, stored.seq, stored.heard)
    return Meeting(stored.id, process, kind, stored.series, begins, *known, stored.most, closes)


def intake_of(
    process: Process, kind: MeetingKind, day: date, stored: StoredMeeting | None, taken: int, now: datetime
) -> Intake:
    """What a meeting on a day takes at an instant (aware), of which so many places are taken: what its process says, or
    what was said of this one, where it is planned.
    """
    most = stored.most if stored and stored.most is not None else kind.most
    own = date.fromisoformat(stored.closes) if stored and stored.closes else None
    return Intake(most, own or closing_day(kind, day, process.calendar), taken, process.today(now))


def closing_with(meeting: Meeting, day: date) -> str:
    """The last day of its own, if it has one, of a meeting that is moved to a day: as long before it as it was."""
    return (meeting.closes + (day - meeting.begins.date())).isoformat() if meeting.closes else ""


class Reading:
    """Meetings as they are read at an instant (aware)."""

    def __init__(self, connection: Connection, catalogue: Catalogue, now: datetime) -> None:
        catalogue.refresh(connection)
        self.now = now
        self._versions = {name: catalogue.lately(connection, name, now) for name in catalogue.names()}

    def tell(self, stored: StoredMeeting | None) -> Meeting | None:
        """A meeting; None where there is none, or no version of its process knows its kind."""
        process = stored and reader(self._versions.get(stored.process, ()), stored.meeting, stored.series)
        return read_by(process, stored, self.now) if process and stored else None

    def told(self, found: Iterable[StoredMeeting]) -> list[Meeting]:
        """Those of stored meetings that a version knows."""
        return [told for one in found if (told := self.tell(one))]

    def sight(self, by: Actor) -> ListSight:
        """The meetings that somebody sees in lists."""
        return meeting_sight(self._versions.values(), by)
