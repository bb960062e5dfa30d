"""Hearings: on which agendas a case stood, what came of each, and where it went from there. Pure.

They follow from the history alone, so that what is corrected, taken back or erased later is told as it is known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.case.agenda import Booking, bookings
from engine.case.entry import Entry
from engine.case.snapshot import Snapshot, apply
from engine.process.definition import Process
from engine.process.timing import MeetingKind


@dataclass(frozen=True)
class Hearing:
    """A case on the agenda of a kind of meeting, in a series, on a day (as `Booking` has them).

    `outcome` is the number of the entry that recorded what came of it, `until` of the one that took the case from the
    agenda: 0 while there is none. `to_series` and `to_day` say onto which agenda of this kind that entry put it, both
    empty where onto none.
    """

    meeting: str
    series: str
    day: str
    outcome: int = 0
    until: int = 0
    to_series: str = ""
    to_day: str = ""

    @property
    def agenda(self) -> tuple[str, str, str]:
        """Which agenda it is of those of the process: kind, series and day."""
        return self.meeting, self.series, self.day


def touches(process: Process, before: Snapshot | None, entries: Iterable[Entry]) -> bool:
    """Whether these entries, the next ones of a case, may change on which agendas it stood or what came of it."""
    if not process.meetings:
        return False
    fields = {name for kind in process.meetings.values() for name in (kind.date, kind.per)}
    outcomes = {name for kind in process.meetings.values() for name in kind.outcomes}
    for entry in entries:
        after = apply(before, entry)
        booked = [] if before is None else bookings(process, before)
        if booked != bookings(process, after) or (booked and entry.event in outcomes):
            return True
        if entry.erased or entry.undoes or (entry.kind == "correction" and not fields.isdisjoint(entry.data)):
            return True
        before = after
    return False


def hearings(process: Process, entries: Sequence[Entry]) -> tuple[Hearing, ...]:
    """Every agenda on which a case stood, by its whole history, in the order of kind, series and day."""
    if not process.meetings:
        return ()
    # What is erased later was never known: the day of a meeting is a value of the case as others are.
    erased = {path for entry in entries for path in entry.erased}
    found = {name: _Course(kind) for name, kind in process.meetings.items()}
    before: Snapshot | None = None
    for one in entries:
        entry = replace(one, data={name: value for name, value in one.data.items() if f"data/{name}" not in erased})
        after = apply(before, entry)
        was = {} if before is None else {booking.meeting: booking for booking in bookings(process, before)}
        now = {booking.meeting: booking for booking in bookings(process, after)}
        for name, course in found.items():
            course.go(entry, was.get(name), now.get(name), after)
        before = after
    return tuple(sorted((row for course in found.values() for row in course.rows()), key=lambda row: row.agenda))


class _Course:
    """How a case went from agenda to agenda of one kind of meeting."""

    def __init__(self, kind: MeetingKind) -> None:
        self._kind = kind
        # Each stay on an agenda in turn: a case may come back to one.
        self._stays: list[Hearing] = []
        # As they were before each entry, for it may be taken back.
        self._before: dict[int, list[Hearing]] = {}

    def go(self, entry: Entry, was: Booking | None, now: Booking | None, after: Snapshot) -> None:
        """One more entry, which found the case booked so, and left it so."""
        self._before[entry.seq] = list(self._stays)
        if entry.undoes:
            self._stays = list(self._before[entry.undoes])
            return
        if was is not None:
            self._close(entry, was, now)
        elif now is None and entry.kind == "correction":
            now = self._corrected(entry, after)
            if now is not None:
                wrong = self._stays[-1]
                self._stays[-1] = replace(wrong, outcome=0, until=entry.seq, to_series=now.series, to_day=now.day)
                self._stays.append(replace(wrong, series=now.series, day=now.day))
            return
        if now is not None and now != was:
            self._stays.append(Hearing(self._kind.name, now.series, now.day))

    def _close(self, entry: Entry, was: Booking, now: Booking | None) -> None:
        if entry.event in self._kind.outcomes:
            self._stays[-1] = replace(self._stays[-1], outcome=entry.seq)
        if now != was:
            onto = ("", "") if now is None else (now.series, now.day)
            self._stays[-1] = replace(self._stays[-1], until=entry.seq, to_series=onto[0], to_day=onto[1])

    def _corrected(self, entry: Entry, after: Snapshot) -> Booking | None:
        """Where a case was heard in truth, when its day or series is put right afterwards; None of all else."""
        kind, day, last = self._kind, after.data.get(self._kind.date), self._stays[-1] if self._stays else None
        if not last or not last.outcome or not day or entry.data.keys().isdisjoint({kind.date, kind.per}):
            return None
        found = Booking(kind.name, str(after.data.get(kind.per) or ""), str(day)[:10])
        return None if (found.series, found.day) == (last.series, last.day) else found

    def rows(self) -> Iterable[Hearing]:
        """One of each agenda: the last stay of which something came, or the last; open while the case is there."""
        found: dict[tuple[str, str], Hearing] = {}
        for stay in self._stays:
            known = found.get((stay.series, stay.day))
            if known is None or stay.outcome or not known.outcome:
                found[stay.series, stay.day] = stay
            elif not stay.until:
                found[stay.series, stay.day] = replace(known, until=0, to_series="", to_day="")
        return found.values()
