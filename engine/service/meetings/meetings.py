"""Meetings: the dates at which cases are heard, their agendas, attendance and minutes; moving and cancelling them.

Days and times are on the wall clock of the process. Which cases stand on an agenda follows from the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.case.agenda import Booking, bookings
from engine.case.command import Actor
from engine.case.refusal import Refusal
from engine.case.sight import Action, leads, may
from engine.process.definition import Process
from engine.process.timing import MeetingKind
from engine.service.cases.accesses import Accesses
from engine.service.cases.change import Changes
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import Case, Page, case_view, every, known_answers
from engine.service.cases.work import Work
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST, CasesWanted, Finder
from engine.service.meetings.meeting import Meeting, Reading, closing_with, read_by
from engine.service.meetings.offered import Choosing, offered
from engine.service.site import Site
from engine.source import sign
from engine.source.fault import Invalid, Unknown
from engine.source.words import said_day
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
AHEAD = "meetings ahead"
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


class Meetings:
    """The meetings of one database. Every method is one transaction."""

    def __init__(
        self,
        site: Site,
        accesses: Accesses,
        finder: Callable[..., AbstractContextManager[Finder]],
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
            UnknownProcess: none of this name is published, or `by` may not know of it.
            BadMeeting: `by` may not, there is no such series, or it has a meeting on that day already.
        """
        found = self._process(process, by)
        kind = self._kind(found, meeting, by)
        known = found.fields[kind.per].choices if kind.per else {"": ""}
        series = found.fields[kind.per].choice_meant(series) if kind.per else series
        if series not in known:
            raise BadMeeting(f"Choose which {kind.title} it is.")
        _check_day(day)
        row = StoredMeeting(0, process, meeting, series, day.isoformat(), at.strftime("%H:%M"), link.strip())
        _check_text("The address", link.strip(), LONGEST_LINK)
        with _one_a_day(day), self._database.writing() as connection:
            there = store.meeting_on(connection, row)
            # Sent twice it is the one meeting that was wanted; where two do so at once, one of them is told.
            if there is not None and (there.time, there.link) == (row.time, row.link):
                return there.id
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
        process = self._led(number, by).process
        _check_day(day)
        begins = datetime.combine(day, at.replace(second=0, microsecond=0), process.zone)

        def work(tx: Transaction) -> None:
            sent_before = store.hold_meeting(tx.connection, number)
            if sent_before is not None and (sent_before.day, sent_before.time) == (day.isoformat(), f"{at:%H:%M}"):
                return
            stored = changeable(tx.connection, number, expected_version)
            before = read_by(process, stored, tx.now)
            after = replace(before, begins=begins)
            moved = replace(stored, day=after.day, time=begins.strftime("%H:%M"), closes=closing_with(before, day))
            if store.meeting_on(tx.connection, moved):
                raise BadMeeting(f"There is a meeting on {said_day(day)} already.")
            tx.moved_onto.add(after.agenda)
            self._rebook(tx, before, after, by)
            tx.write()
            with _one_a_day(day):
                store.update_meeting(tx.connection, moved)

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
        for number in store.cases_booked(tx.connection, before.agenda):
            work = tx.hold(number)
            # Steps that are due come first: one of them may take the case from the agenda.
            tx.catch_up(work, tx.now, offering=True)
            if not _is_to_move(work, before, after):
                continue
            if not may(by, Action.SEE, work.process, work.snapshot):
                raise BadMeeting("A case is booked on it that you may not see: somebody who may has to move it.")
            case = case_view(work.process, number, work.snapshot, tx.now, by)
            kind = work.process.meetings[before.kind.name]
            answers = known_answers(work.process, case, kind.booked_by) | {kind.date: after.value_in(work.process)}
            refusal = self._changes.fire_within(tx, work, kind.booked_by, by, answers)
            if refusal is not None:
                left.append((case, refusal))
            else:
                # What this one gave back is offered to those who wait, before the next one may take it.
                tx.write()
        if left:
            raise _Stays(left)

    def cancel(self, number: int, by: Actor, expected_version: int | None = None) -> None:
        """Forget a meeting that nobody is booked on.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
            ChangedMeeting: somebody else changed it meanwhile.
            BadMeeting: `by` may not, it was held already, or cases are booked on it.
        """
        self._led(number, by)
        with self._database.writing() as connection:
            stored = changeable(connection, number, expected_version)
            if stored.booked:
                raise BadMeeting(CASES_BOOKED)
            store.delete_meeting(connection, stored)

    def _led(self, number: int, by: Actor) -> Meeting:
        meeting = self.meeting(number, by)
        self._kind(meeting.process, meeting.kind.name, by)
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
        meeting = self._led(number, by)
        if meeting.kind.present:
            of = meeting.process.fields[meeting.kind.present]
            present = [of.choice_meant(one) for one in present]
            if set(present) - set(of.choices):
                raise BadMeeting("Choose who was there from the list.")
        names = tuple(sign.composed(one).strip() for one in present if one.strip())
        said = sign.composed(minutes).strip()
        _check_record(names, said)
        with self._database.writing() as connection:
            sent_before = store.hold_meeting(connection, number)
            if sent_before and sent_before.held and (sent_before.present, sent_before.minutes) == (names, said):
                return
            stored = _expected(connection, number, expected_version)
            store.update_meeting(connection, replace(stored, present=names, minutes=said, held=True))

    def meeting(self, number: int, by: Actor) -> Meeting:
        """One meeting.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
        """
        with self._database.reading() as connection:
            found = self._reading(connection).tell(store.meeting_of(connection, number))
        if found is None or not found.is_heard_by(by):
            raise UnknownMeeting("There is no such meeting.")
        return found

    def _reading(self, connection: Connection) -> Reading:
        return Reading(connection, self._catalogue, self._clock.now())

    def between(self, since: date, until: date, by: Actor) -> list[Meeting]:
        """The meetings that `by` may see from one day to before another."""
        with self._finder() as finder:
            return self.between_in(finder, since, until, by)

    def between_in(self, finder: Finder, since: date, until: date, by: Actor) -> list[Meeting]:
        """The same within other lookups."""
        reading = self._reading(finder.connection)
        days = since.isoformat(), until.isoformat()
        return reading.told(store.find_meetings(finder.connection, *days, reading.sight(by)))

    def past(self, until: date, by: Actor, limit: int = 50, after: str = "") -> Page[Meeting]:
        """A page of the meetings that `by` may see before a day, the latest first, and where the next one begins.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        return self._page(PAST, until, by, limit, after)

    def ahead(self, since: date, by: Actor, limit: int = 50, after: str = "") -> Page[Meeting]:
        """The same from a day on, the earliest first.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        return self._page(AHEAD, since, by, limit, after)

    def _page(self, which: str, day: date, by: Actor, limit: int, after: str) -> Page[Meeting]:
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        last = cursors.opened(which, after) or None
        read = store.meetings_before if which == PAST else store.meetings_from
        with self._database.reading() as connection:
            reading = self._reading(connection)
            found = read(connection, day.isoformat(), last, reading.sight(by), most + 1)
            shown = tuple(reading.told(found[:most]))
        end = found[most - 1] if len(found) > most else None
        return Page(shown, cursors.sealed(which, (end.day, end.id)) if end else "")

    def coming(self, process: Process, kind: MeetingKind, series: str | None, by: Actor) -> list[Meeting]:
        """The next meetings of a kind, from today on; of every series where none is given."""
        with self._database.reading() as connection:
            found = offered(connection, self._reading(connection), process, kind, by)
        return [one for one in found if series in (None, one.series)]

    def not_offered(
        self, process: Process, event: str, case: int, given: Mapping[str, Any], by: Actor
    ) -> Refusal | None:
        """Why a case cannot be booked as the form of an event was answered; None where it can, or nothing is booked.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        if event not in {kind.booked_by for kind in process.meetings.values()}:
            return None
        with self._database.reading() as connection:
            held = Transaction(connection, self._catalogue, self._clock.now(), is_dry=True).hold_for(case, by)
            choosing = Choosing(connection, self._catalogue, self._clock.now())
            return choosing.refused(process, event, held.snapshot, given, by)

    def agenda(self, meeting: Meeting, by: Actor, *, what: str = AGENDA) -> list[Case]:
        """All cases on the agenda of a meeting that `by` may see, by number. That they are shown is kept."""
        asked = CasesWanted(agenda=meeting.agenda)
        # Each is kept as shown with more than its name: not as one that a list names.
        with self._finder("") as finder:
            found = list(every(lambda after: finder.cases(asked, by, MOST, after)))
        self._accesses.note_accesses([one.id for one in found], by, what)
        return found

    def has_met(self, by: Actor) -> bool:
        """Whether somebody may look at meetings of any version of any process."""
        # Each page asks, for what leads on from it: the last look, which found out who asks, is a moment old.
        known = self._catalogue.every_loaded()
        if known is None:
            with self._database.reading() as connection:
                self._catalogue.refresh(connection)
                known = self._catalogue.every(connection)
        return any(may(by, Action.MEET, one) for one in known)

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

    def _process(self, name: str, by: Actor) -> Process:
        with self._database.reading() as connection:
            self._catalogue.refresh(connection)
            self._catalogue.must_know(connection, name, by)
            return self._catalogue.newest(connection, name, self._clock.now())


def changeable(connection: Connection, number: int, version: int | None) -> StoredMeeting:
    """A meeting that nobody else changes until this transaction ends, and that was not held.

    Raises:
        ChangedMeeting: it is not there any more, or in another version than is expected.
        BadMeeting: it was held already.
    """
    stored = _expected(connection, number, version)
    if stored.held:
        raise BadMeeting("What came of this meeting is recorded: it stays on its day.")
    return stored


def _expected(connection: Connection, number: int, version: int | None) -> StoredMeeting:
    """A meeting as it is now and stays until the transaction ends, if it is in the version that is expected."""
    stored = store.hold_meeting(connection, number)
    if stored is None or version not in (None, stored.seq):
        raise ChangedMeeting(CHANGED)
    return stored


def _is_to_move(work: Work, before: Meeting, after: Meeting) -> bool:
    """Whether a case stands on the agenda, and has a date that says when the meeting was."""
    stands = Booking(before.kind.name, before.series, before.day) in bookings(work.process, work.snapshot)
    return stands and before.value_in(work.process) != after.value_in(work.process)


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
        raise BadMeeting(f"There is a meeting on {said_day(day)} already.") from None
