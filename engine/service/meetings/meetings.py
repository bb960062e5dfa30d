"""Meetings: the dates at which cases are heard, their agendas, attendance and minutes; moving and cancelling them.

Days and times are on the wall clock of the process. Which cases stand on an agenda follows from the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.case.command import Actor
from engine.case.refusal import Refusal
from engine.case.sight import Action, leads, list_sight, may, sight_of
from engine.case.snapshot import Snapshot
from engine.process.definition import MeetingKind, Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.change import Changes
from engine.service.cases.transaction import LostRace, Transaction
from engine.service.cases.views import Case, Page, case_view, known_answers
from engine.service.cases.words import Shown, shown_fields
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST, Finder
from engine.service.site import Site
from engine.source import sign
from engine.source.fault import Invalid, Unknown
from engine.store import meetings as store
from engine.store.meetings import StoredMeeting

# Room for the address of a video meeting with its password in it.
LONGEST_LINK = 500
LONGEST_NAME = 200
# The same as a long text of a form.
LONGEST_MINUTES = 20_000
MOST_PRESENT = 100
AGENDA = "agenda of a meeting"
PAST = "past meetings"
CHANGED = "The meeting was changed meanwhile. Look at it again."
CASES_BOOKED = "Cases are booked on it. Move the meeting, or book them on another day first."


class BadMeeting(Invalid):
    """What was said of a meeting cannot be; the message says why."""


class ChangedMeeting(BadMeeting):
    """Somebody else changed the meeting since it was read."""


class _Stays(Exception):
    """Cases that cannot be booked on another day, each with why: nothing of the move is written."""

    def __init__(self, left: list[tuple[Case, Refusal]]) -> None:
        super().__init__()
        self.left = left


class UnknownMeeting(Unknown):
    """There is no meeting of this number, or none that this person may see."""


@dataclass(frozen=True)
class Meeting:
    """One meeting. `begins` is aware; `booked` is how many cases stand on its agenda; `version` counts its changes."""

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
    version: int = 1

    @property
    def title(self) -> str:
        """What it is called: the series where there are several, else the kind."""
        if self.kind.per and self.series:
            return self.process.fields[self.kind.per].choices.get(self.series, self.series)
        return self.kind.title

    def is_led_by(self, by: Actor) -> bool:
        """Whether somebody keeps the dates of this kind of meeting."""
        return leads(self.process, self.kind.name, by)

    @property
    def day(self) -> str:
        """Its day, as cases name it."""
        return self.begins.date().isoformat()

    @property
    def value(self) -> str:
        """What a case that is booked on it has in its date field."""
        # As a form would say it: a day, or the wall clock of the process without a zone.
        is_day = self.process.fields[self.kind.date].type == "date"
        return self.day if is_day else self.begins.replace(tzinfo=None).isoformat(timespec="minutes")


class Meetings:
    """The meetings of one database. Every method is one transaction."""

    def __init__(
        self,
        site: Site,
        accesses: Accesses,
        finder: Callable[[], AbstractContextManager[Finder]],
        changes: Changes,
    ) -> None:
        self._site = site
        self._database = site.database
        self._catalogue = site.catalogue
        self._clock = site.clock
        self._accesses = accesses
        self._finder = finder
        self._changes = changes
        self._cursors = Cursors(site.database)

    def plan(self, process: str, meeting: str, series: str, day: date, at: time, by: Actor, link: str = "") -> int:
        """Keep a date; its number.

        Raises:
            BadMeeting: `by` may not, there is no such series, or it has a meeting on that day already.
        """
        found = self._process(process)
        kind = self._kind(found, meeting, by)
        known = found.fields[kind.per].choices if kind.per else {"": ""}
        if series not in known:
            raise BadMeeting(f"Choose which {kind.title} it is.")
        _check_day(day)
        row = StoredMeeting(0, process, meeting, series, day.isoformat(), at.strftime("%H:%M"), link.strip())
        _check_text("The address", link.strip(), LONGEST_LINK)
        with _one_a_day(day), self._database.writing() as connection:
            return store.insert_meeting(connection, row)

    def move(
        self, number: int, day: date, at: time, by: Actor, expected_version: int | None = None
    ) -> list[tuple[Case, Refusal]]:
        """Give a meeting another day or time, and book every case on its agenda anew: all of it, or nothing.

        The cases that cannot be booked on the new day, each with why: then nothing was moved.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
            ChangedMeeting: somebody else changed it meanwhile; nothing is moved.
            BadMeeting: `by` may not, it was held already, its series has a meeting on that day, or a case is booked
                on it that `by` may not see.
        """
        process = self._changeable(number, by).process
        _check_day(day)
        begins = datetime.combine(day, at.replace(second=0, microsecond=0), process.zone)

        def work(tx: Transaction) -> None:
            stored = _expected(tx.connection, number, expected_version)
            before = _told(process, stored)
            after = replace(before, begins=begins)
            moved = replace(stored, day=after.day, time=begins.strftime("%H:%M"))
            if store.is_taken(tx.connection, moved):
                raise BadMeeting(f"There is a meeting on {day:%d %B %Y} already.")
            if after.value != before.value:
                self._rebook(tx, before, after, by)
            tx.write()
            if not store.update_meeting(tx.connection, moved):
                raise LostRace

        try:
            self._site.write(work)
        except _Stays as stays:
            self._accesses.note_named([(case.id, case.label) for case, _ in stays.left], by, AGENDA)
            return stays.left
        return []

    def _rebook(self, tx: Transaction, before: Meeting, after: Meeting, by: Actor) -> None:
        """Book the cases of an agenda on another day, with what they were booked with.

        Raises:
            _Stays: some cannot be.
            BadMeeting: `by` may not see one of them.
        """
        # All are tried, also after one that cannot be: people are told of all of them at once.
        left = []
        agenda = (before.process.name, before.kind.name, before.series, before.day)
        for number, _ in store.cases_booked(tx.connection, agenda):
            work = tx.hold(number)
            if not may(by, Action.SEE, work.process, work.snapshot):
                raise BadMeeting("A case is booked on it that you may not see: somebody who may has to move it.")
            case = case_view(work.process, number, work.snapshot, tx.now, by)
            kind = work.process.meetings[before.kind.name]
            answers = known_answers(work.process, case, kind.booked_by) | {kind.date: after.value}
            refusal = self._changes.fire_within(tx, work, kind.booked_by, by, answers)
            if refusal is not None:
                left.append((case, refusal))
        if left:
            raise _Stays(left)

    def cancel(self, number: int, by: Actor, expected_version: int | None = None) -> None:
        """Forget a meeting that nobody is booked on.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
            ChangedMeeting: somebody else changed it meanwhile.
            BadMeeting: `by` may not, it was held already, or cases are booked on it.
        """
        self._changeable(number, by)
        with self._database.writing() as connection:
            stored = _expected(connection, number, expected_version)
            if stored.booked:
                raise BadMeeting(CASES_BOOKED)
            if not store.delete_meeting(connection, stored):
                raise ChangedMeeting(CHANGED)

    def _changeable(self, number: int, by: Actor) -> Meeting:
        meeting = self.meeting(number, by)
        self._kind(meeting.process, meeting.kind.name, by)
        if meeting.held:
            raise BadMeeting("What came of this meeting is recorded: it stays on its day.")
        return meeting

    def record(
        self, number: int, present: Sequence[str], minutes: str, by: Actor, expected_version: int | None = None
    ) -> None:
        """Keep who was there, and the minutes of a meeting; if it is still in the version that is expected.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
            ChangedMeeting: somebody else changed it meanwhile; nothing is kept.
            BadMeeting: `by` may not record it, or somebody is no kind of person who attends.
        """
        meeting = self.meeting(number, by)
        self._kind(meeting.process, meeting.kind.name, by)
        if meeting.kind.present and set(present) - set(meeting.process.fields[meeting.kind.present].choices):
            raise BadMeeting("Choose who was there from the list.")
        names, said = tuple(one.strip() for one in present if one.strip()), minutes.strip()
        _check_record(names, said)
        with self._database.writing() as connection:
            stored = _expected(connection, number, expected_version)
            if not store.update_meeting(connection, replace(stored, present=names, minutes=said, held=True)):
                raise ChangedMeeting(CHANGED)

    def meeting(self, number: int, by: Actor) -> Meeting:
        """One meeting.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
        """
        with self._database.reading() as connection:
            found = store.meeting_of(connection, number)
        if found is not None:
            process = self._process(found.process)
            if sight_of(process, by).hears(found.meeting, found.series) and found.meeting in process.meetings:
                return _told(process, found)
        raise UnknownMeeting("There is no such meeting.")

    def between(self, since: date, until: date, by: Actor) -> list[Meeting]:
        """The meetings that `by` may see from one day to before another."""
        with self._finder() as finder:
            return self.between_in(finder, since, until, by)

    def between_in(self, finder: Finder, since: date, until: date, by: Actor) -> list[Meeting]:
        """The same within other lookups."""
        sight = list_sight(finder.processes, by)
        return _all_told(finder, store.find_meetings(finder.connection, since.isoformat(), until.isoformat(), sight))

    def past(self, until: date, by: Actor, limit: int = 50, after: str = "") -> Page[Meeting]:
        """A page of the meetings that `by` may see before a day, the latest first, and where the next one begins.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        last = cursors.opened(PAST, after) or None
        with self._finder() as finder:
            sight = list_sight(finder.processes, by)
            found = store.meetings_before(finder.connection, until.isoformat(), last, sight, most + 1)
            shown = tuple(_all_told(finder, found[:most]))
        end = found[most - 1] if len(found) > most else None
        return Page(shown, cursors.sealed(PAST, (end.day, end.id)) if end else "")

    def coming(self, process: Process, kind: MeetingKind, series: str | None, by: Actor) -> list[Meeting]:
        """The next meetings of a kind, from today on; of every series where none is given."""
        today = process.today(self._clock.now())
        found = self.between(today, date.max, by)
        return [
            one
            for one in found
            if one.process.name == process.name and one.kind.name == kind.name and series in (None, one.series)
        ]

    def agenda(self, meeting: Meeting, by: Actor, *, what: str = AGENDA) -> list[Case]:
        """The cases that stand on the agenda of a meeting and that `by` may see. That they are shown is kept."""
        found = [case for case, _ in self._booked(meeting, by)]
        self._accesses.note_accesses([one.id for one in found], by, what)
        return found

    def sheets(self, meeting: Meeting, by: Actor) -> list[tuple[Case, tuple[Shown, ...]]]:
        """The same with what is known of each of them in words."""
        found = self._booked(meeting, by)
        self._accesses.note_accesses([case.id for case, _ in found], by, "agenda pack")
        return [(case, shown_fields(process, case)) for case, process in found]

    def _booked(self, meeting: Meeting, by: Actor) -> list[tuple[Case, Process]]:
        """The cases on an agenda that `by` may see, each with the process that it follows."""
        found = []
        agenda = (meeting.process.name, meeting.kind.name, meeting.series, meeting.day)
        with self._database.reading() as connection:
            self._catalogue.refresh(connection)
            for number, text in store.cases_booked(connection, agenda):
                snapshot = Snapshot.from_json(text)
                process = self._catalogue.process(connection, snapshot.process, snapshot.version)
                if may(by, Action.SEE, process, snapshot):
                    found.append((case_view(process, number, snapshot, self._clock.now(), by), process))
        return found

    def led_by(self, by: Actor) -> list[tuple[Process, MeetingKind]]:
        """The kinds of meeting whose dates `by` keeps."""
        with self._database.reading() as connection:
            self._catalogue.refresh(connection)
            processes = self._catalogue.all_newest(connection, self._clock.now())
        return [(one, kind) for one in processes for kind in one.meetings.values() if leads(one, kind.name, by)]

    def _kind(self, process: Process, meeting: str, by: Actor) -> MeetingKind:
        kind = process.meetings.get(meeting)
        if kind is None or not leads(process, kind.name, by):
            raise BadMeeting("This can be done by those who lead the meeting.")
        return kind

    def _process(self, name: str) -> Process:
        with self._database.reading() as connection:
            self._catalogue.refresh(connection)
            return self._catalogue.newest(connection, name, self._clock.now())


def _all_told(finder: Finder, found: list[StoredMeeting]) -> list[Meeting]:
    """Stored meetings of processes and kinds that there are still."""
    known = {one.name: one for one in finder.processes}
    told = [(known[one.process], one) for one in found if one.process in known]
    return [_told(process, one) for process, one in told if one.meeting in process.meetings]


def _expected(connection: Connection, number: int, version: int | None) -> StoredMeeting:
    """A meeting as it is now, if it is in the version that is expected."""
    stored = store.meeting_of(connection, number)
    if stored is None or version not in (None, stored.seq):
        raise ChangedMeeting(CHANGED)
    return stored


def _check_day(day: date) -> None:
    if not date(2000, 1, 1) <= day <= date(2199, 12, 31):
        raise BadMeeting("The day must lie between 2000 and 2199.")


def _check_record(present: Sequence[str], minutes: str) -> None:
    if len(present) > MOST_PRESENT:
        raise BadMeeting(f"At most {MOST_PRESENT} who were there can be kept; these are {len(present)}.")
    for one in present:
        _check_text("A name of who was there", one, LONGEST_NAME)
    _check_text("The minutes", minutes, LONGEST_MINUTES)


def _check_text(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise BadMeeting(f"{what} can have at most {most:,} characters; it has {len(text):,}. Nothing was kept.")
    unseen = sign.unseen(text)
    if unseen:
        raise BadMeeting(f"{what} {unseen} Nothing was kept.")


@contextmanager
def _one_a_day(day: date) -> Iterator[None]:
    """A series has one meeting on a day: agendas are told apart by it."""
    try:
        yield
    except IntegrityError:
        raise BadMeeting(f"There is a meeting on {day:%d %B %Y} already.") from None


def _told(process: Process, stored: StoredMeeting) -> Meeting:
    begins = datetime.fromisoformat(f"{stored.day}T{stored.time}").replace(tzinfo=process.zone)
    known = (stored.link, stored.present, stored.minutes, stored.held, stored.booked, stored.seq)
    return Meeting(stored.id, process, process.meetings[stored.meeting], stored.series, begins, *known)
