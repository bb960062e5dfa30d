"""Intake: how many cases a meeting takes, how many it has, and until when it takes them. Pure.

A place is taken by each case that stands on the agenda, and by each that was heard there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.calendars.calendar import Calendar
from engine.calendars.duration import add_to_day
from engine.case.agenda import Booking, bookings
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.timing import MeetingKind
from engine.source.words import counted, said_weekday


@dataclass(frozen=True)
class Intake:
    """What a meeting takes on a day `today`: at most `most` cases (None: any number), of which it has `taken`, and
    `closes` is the last day on which it takes any (None: it never closes). Days are those of the process.
    """

    most: int | None
    closes: date | None
    taken: int
    today: date

    @property
    def is_full(self) -> bool:
        """Whether all its places are taken."""
        return self.most is not None and self.taken >= self.most

    @property
    def is_closed(self) -> bool:
        """Whether the last day is over on which it took cases."""
        return self.closes is not None and self.today > self.closes

    @property
    def is_open(self) -> bool:
        """Whether it takes one more case."""
        return not self.is_full and not self.is_closed

    @property
    def is_limited(self) -> bool:
        """Whether there is anything to say of it."""
        return self.most is not None or self.closes is not None

    @property
    def said(self) -> str:
        """The same in words: `12 of 15 places, closes Wednesday 4 March 2026`; empty where nothing is limited."""
        return ", ".join(filter(None, (self._places, self._closing)))

    @property
    def _places(self) -> str:
        if self.most is None:
            return ""
        beyond = self.taken - self.most
        if beyond > 0:
            return f"{self.taken} of {counted(self.most, 'place')}, {beyond} more than it takes now"
        full = ", full" if self.is_full else ""
        return f"{self.taken} of {counted(self.most, 'place')}{full}"

    @property
    def _closing(self) -> str:
        if self.closes is None:
            return ""
        return f"{'closed since the end of' if self.is_closed else 'closes'} {said_weekday(self.closes)}"

    @property
    def why_not(self) -> str:
        """Why it takes no more cases, as the rest of a sentence; empty where it does."""
        if self.is_closed and self.closes is not None:
            return f"closed at the end of {said_weekday(self.closes)}"
        return f"is full: it takes {counted(self.most or 0, 'case')}" if self.is_full else ""


def takes_said(kind: MeetingKind) -> str:
    """What meetings of a kind take, in words: `at most 15 cases, closes 7 days before`; empty where it says nothing."""
    many = f"at most {counted(kind.most, 'case')}" if kind.most else ""
    return ", ".join(filter(None, (many, f"closes {kind.closes} before" if kind.closes else "")))


def closing_day(kind: MeetingKind, day: date, calendar: Calendar | None) -> date | None:
    """The last day on which a meeting on `day` takes cases; None where it never closes."""
    if kind.closes is None:
        return None
    try:
        return add_to_day(kind.closes.times(-1), day, calendar)
    except OverflowError:
        return date.min


def next_open(days: Sequence[str], day: str) -> str | None:
    """Of the days on which meetings take cases, in order, the first after a day, else the first; None where none is."""
    return next((one for one in days if one > day), days[0] if days else None)


def written_onto(process: Process, before: Snapshot | None, after: Snapshot, event: str) -> list[Booking]:
    """The agendas on which a case stands after a step that said at which meeting it is heard, and not before it.

    A step says so that writes the day or the series, or is the event that books. One that only comes back to where
    cases are heard, out of a pause or from an outcome that is taken back, books nothing.
    """
    known = [] if before is None else bookings(process, before)
    return [
        one
        for one in bookings(process, after)
        if one not in known and _says(process.meetings[one.meeting], before.data if before else {}, after.data, event)
    ]


def _says(kind: MeetingKind, before: Mapping[str, Any], after: Mapping[str, Any], event: str) -> bool:
    changed = any(before.get(name) != after.get(name) for name in (kind.date, kind.per) if name)
    return changed or event == kind.booked_by
