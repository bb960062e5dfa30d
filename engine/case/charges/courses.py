"""Courses: where a case was on each day, and what held of it then. Pure.

Which days count stands in the process: states, and fields with a first and a last day. What was taken back never was.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from engine.calendars.calendar import ONE_DAY, Span
from engine.case.entry import Entry
from engine.case.snapshot import Snapshot, apply
from engine.case.time.instants import from_text
from engine.process.charges import Stretch
from engine.process.definition import Process
from engine.process.rows import DAY, days_of, is_series, values_of

ByDay = tuple[list[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Stay:
    """A case in a state: from the day it came there until the day it left; None where it is there still."""

    state: str
    first: date
    left: date | None = None


@dataclass(frozen=True)
class Course:
    """A case over its days: when it was begun (aware), its stays in order, its data with the values of all days."""

    case: int
    opened: datetime
    stays: tuple[Stay, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Where it is now."""
        return self.stays[-1].state

    def state_on(self, day: date) -> str:
        """Where it is when a day ends; where it began on all days before."""
        found = self.stays[0].state
        for stay in self.stays:
            if stay.first <= day:
                found = stay.state
        return found

    def value(self, name: str, day: date) -> Any:
        """What a field holds on a day, or the rows of a series up to that day."""
        known = self._by_day(days_of(name))
        if known is not None:
            days, values = known
            at = bisect_right(days, day.isoformat())
            return values[at - 1].get(name) if at else None
        held: Any = self.data.get(name)
        if is_series(held):
            return [row for row in held if row["values"].get(DAY, "") <= day.isoformat()]
        return held

    def latest(self, name: str) -> Any:
        """What a field holds by the last of all days that were given for it."""
        known = self._by_day(days_of(name))
        return known[1][-1].get(name) if known is not None else self.data.get(name)

    def named(self, name: str) -> set[Any]:
        """All that a field holds on some day."""
        known = self._by_day(days_of(name))
        return {self.data.get(name)} if known is None else {row.get(name) for row in known[1]}

    @property
    def turns(self) -> set[date]:
        """The days on which something changes: where it is, or the value of a dated field."""
        rows = (row["values"] for held in self.data.values() if is_series(held) for row in held)
        return {
            *(stay.first for stay in self.stays),
            *(date.fromisoformat(row[DAY]) for row in rows if row.get(DAY)),
        }

    def _by_day(self, series: str) -> ByDay | None:
        if series not in self._days:
            rows = values_of(self.data, series) if is_series(self.data.get(series)) else []
            self._days[series] = ([row.get(DAY, "") for row in rows], rows) if rows else None
        return self._days[series]

    @functools.cached_property
    def _days(self) -> dict[str, ByDay | None]:
        return {}


def course_of(process: Process, case: int, entries: Iterable[Entry]) -> Course | None:
    """The course of a case by its history; None of none."""
    snapshot, stays = None, list[tuple[int, Stay]]()
    for entry in entries:
        before, snapshot = snapshot, apply(snapshot, entry)
        day = process.today(from_text(entry.at))
        if entry.undoes:
            stays = _undone(stays, entry.undoes)
        elif before is None or before.state != snapshot.state:
            stays = [*_left(stays, day), (entry.seq, Stay(snapshot.state, day))]
    return None if snapshot is None else _course(case, snapshot, stays)


def _course(case: int, snapshot: Snapshot, stays: list[tuple[int, Stay]]) -> Course:
    opened, documents = from_text(snapshot.opened), tuple(snapshot.documents)
    return Course(case, opened, tuple(stay for _, stay in stays), snapshot.data, documents)


def _left(stays: list[tuple[int, Stay]], day: date) -> list[tuple[int, Stay]]:
    return [*stays[:-1], (stays[-1][0], replace(stays[-1][1], left=day))] if stays else []


def _undone(stays: list[tuple[int, Stay]], first: int) -> list[tuple[int, Stay]]:
    """The stays without those that began with the entry `first` or a later one; the one before them goes on."""
    kept = [one for one in stays if one[0] < first]
    return [*kept[:-1], (kept[-1][0], replace(kept[-1][1], left=None))] if kept and len(kept) < len(stays) else kept


def spans_of(course: Course, stretch: Stretch, *, with_leaving: bool = False) -> list[Span]:
    """From when to when a case counts; one that goes on ends with the last of all days.

    `with_leaving`: the day on which it left its states counts too.
    """
    spans = _stayed(course, stretch, with_leaving=with_leaving)
    if not spans:
        return []
    first, last = limits_of(course, stretch)
    if first:
        spans[0] = Span(min(first, spans[0].first), spans[0].last)
    if last:
        spans[-1] = Span(spans[-1].first, max(last, spans[-1].last))
    clipped = [Span(max(one.first, first or date.min), min(one.last, last or date.max)) for one in spans]
    return [one for one in clipped if one.first <= one.last]


def limits_of(course: Course, stretch: Stretch) -> tuple[date | None, date | None]:
    """The first and the last day that the fields of a stretch say; None where they say none."""
    said = [course.latest(name) if name else None for name in (stretch.first, stretch.last)]
    first, last = [date.fromisoformat(one) if one else None for one in said]
    return first, last


def has_been(course: Course, stretch: Stretch) -> bool:
    """Whether a case ever was in one of the states of a stretch."""
    return any(is_within(stay.state, stretch.within) for stay in course.stays)


def began_on(course: Course, stretch: Stretch) -> date:
    """On which day a case first came into one of the states of a stretch; the last of all days where it never did."""
    return next((stay.first for stay in course.stays if is_within(stay.state, stretch.within)), date.max)


def _stayed(course: Course, stretch: Stretch, *, with_leaving: bool) -> list[Span]:
    found = list[tuple[date, date | None]]()
    for stay in course.stays:
        if not is_within(stay.state, stretch.within):
            continue
        if found and found[-1][1] == stay.first:
            found[-1] = (found[-1][0], stay.left)
        else:
            found.append((stay.first, stay.left))
    ended = [(first, date.max if left is None else left if with_leaving else left - ONE_DAY) for first, left in found]
    return [Span(first, last) for first, last in ended]


def is_within(state: str, names: Iterable[str]) -> bool:
    """Whether a state is one of those that are named, or lies inside one."""
    return any(state == name or state.startswith(f"{name}.") for name in names)
