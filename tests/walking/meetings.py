"""Meetings: planned, moved with the cases that are booked on them, recorded and cancelled in mid-walk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import partial

import pytest

from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.meetings import BadMeeting, UnknownMeeting
from tests.drawn import BOOK, MEETING, PLACES
from tests.walking.walk import CLERK, Step, Walk


@dataclass(frozen=True)
class Planned:
    """A meeting as it was planned, moved and recorded."""

    process: str
    series: str
    day: str
    held: bool = False


@dataclass
class MeetingWalk(Walk):
    """A walk in which meetings are held."""

    meetings: list[int] = field(default_factory=list)
    planned: dict[int, Planned] = field(default_factory=dict)
    ever_planned: set[int] = field(default_factory=set)

    def plan(self, process: str, series: str, day: str, at: str) -> None:
        """Plan a meeting: one a day of each series that there is."""
        planned = Planned(process, series, day)
        kind = self.in_force(process).meetings.get(MEETING)
        same = [one for one in self.planned.values() if replace(one, held=False) == planned]
        known = kind is not None and (series in PLACES) == bool(kind.per)
        if known and same and (number := self.sent_before(planned, at)):
            assert self.engine.meetings.plan(process, MEETING, series, *moment_of(day, at), CLERK) == number
        elif not known or same:
            with pytest.raises(BadMeeting):
                self.engine.meetings.plan(process, MEETING, series, *moment_of(day, at), CLERK)
        else:
            number = self.engine.meetings.plan(process, MEETING, series, *moment_of(day, at), CLERK)
            assert number not in self.ever_planned
            self.ever_planned.add(number)
            self.meetings.append(number)
            self.planned[number] = planned

    def sent_before(self, planned: Planned, at: str) -> int:
        """The meeting that was planned just so: a form that is sent twice is one meeting; 0 where there is none."""
        there = [number for number, one in self.planned.items() if replace(one, held=False) == planned]
        told = [self.engine.meetings.meeting(number, CLERK) for number in there]
        return next((one.id for one in told if one.begins.time() == moment_of(planned.day, at)[1]), 0)

    def is_there(self, number: int) -> bool:
        """Whether a meeting was not cancelled; one stays when its process is published anew, whatever that says."""
        return number in self.planned

    def move(self, meeting: int, day: str, at: str) -> None:
        """Move a meeting with all the cases on its agenda, or change nothing."""
        number, before = self.meetings[meeting], self.snapshots()
        if not self.is_there(number):
            with pytest.raises(UnknownMeeting):
                self.engine.meetings.move(number, *moment_of(day, at), CLERK)
            return
        planned = self.planned[number]
        moved = replace(planned, day=day)
        others = [one for other, one in self.planned.items() if other != number]
        refused = planned.held or moved in [replace(one, held=False) for one in others]
        told = self.engine.meetings.meeting(number, CLERK)
        if (told.begins.date(), told.begins.time()) == moment_of(day, at):  # as if the form had been sent twice
            assert self.engine.meetings.move(number, *moment_of(day, at), CLERK) == []
            assert self.snapshots() == before
            return
        try:
            left = self.engine.meetings.move(number, *moment_of(day, at), CLERK)
            assert not refused
        except BadMeeting:
            assert refused
            left = None
        if left == []:
            self.planned[number] = moved
            self.check_booked_anew(told, self.engine.meetings.meeting(number, CLERK), planned, before)
        else:
            assert self.snapshots() == before

    def check_booked_anew(self, left: Meeting, moved: Meeting, planned: Planned, before: dict[int, Snapshot]) -> None:
        """Each case on the agenda that says something else of its meeting now was booked since."""
        for number in self.agenda(planned, before):
            if left.value_in(self.of[number]) != moved.value_in(self.of[number]):
                assert BOOK in [one.event for one in self.engine.history(number)[before[number].seq :]]

    def record(self, meeting: int) -> None:
        """Record that a meeting was held."""
        number = self.meetings[meeting]
        work = partial(self.engine.meetings.record, number, ["Jo"], "Held", CLERK)
        if not self.is_there(number):
            with pytest.raises(UnknownMeeting):
                work()
        else:
            work()
            self.planned[number] = replace(self.planned[number], held=True)

    def cancel(self, meeting: int) -> None:
        """Cancel a meeting on which nobody is booked."""
        number = self.meetings[meeting]
        work = partial(self.engine.meetings.cancel, number, CLERK)
        if not self.is_there(number):
            with pytest.raises(UnknownMeeting):
                work()
        elif self.planned[number].held or self.agenda(self.planned[number], self.snapshots()):
            with pytest.raises(BadMeeting):
                work()
        else:
            work()
            del self.planned[number]

    def agenda(self, planned: Planned, now: dict[int, Snapshot]) -> list[int]:
        """The cases that stand on the agenda of a meeting."""
        mine = self.of_name(planned.process, now)
        return sorted(number for number, one in mine.items() if stands_on(self.of[number], one, planned))

    def moved(self, step: Step) -> set[str]:
        """A meeting that is moved takes the cases on its agenda along; one that is planned or recorded changes none."""
        kind, given = step
        found = self.planned.get(self.meetings[given["meeting"]]) if kind == "move" else None
        return {found.process} if found else super().moved(step) if kind not in {"plan", "record", "cancel"} else set()

    def check_beside(self, now: dict[int, Snapshot]) -> None:
        """Each meeting is where it was planned or moved to, with the cases on its agenda that are booked on it."""
        for number, planned in self.planned.items():
            meeting, agenda = self.engine.meetings.meeting(number, CLERK), self.agenda(planned, now)
            assert Planned(meeting.process.name, meeting.series, meeting.day, meeting.held) == planned
            assert meeting.booked == len(agenda)
            assert [one.id for one in self.engine.meetings.agenda(meeting, CLERK)] == agenda
        found = self.engine.meetings.between(date.min, date.max, CLERK)
        assert sorted(one.id for one in found) == sorted(self.planned)
        super().check_beside(now)


def moment_of(day: str, at: str) -> tuple[date, time]:
    return date.fromisoformat(day), time.fromisoformat(at)


def stands_on(process: Process, case: Snapshot, planned: Planned) -> bool:
    """Whether a case is where those are heard that are booked, on the day of a meeting and in its series."""
    kind = process.meetings.get(MEETING)
    if kind is None or case.outcome or not any(f"{case.state}.".startswith(f"{one}.") for one in kind.states):
        return False
    series = case.data.get(kind.per, "") if kind.per else ""
    return (series, case.data.get(kind.date, "")[:10]) == (planned.series, planned.day)
