"""Gaps: what is not known and would have to be guessed, and how that is said. Pure.

Where there is one nothing is charged: each names what is missing, for whom and from when to when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from engine.process.charges import FigureKind
from engine.process.definition import Field, Process
from engine.source.words import said_day


class Lack(StrEnum):
    """What is missing."""

    CALENDAR = "calendar"
    FIGURE = "figure"
    FIELD = "field"
    ORDER = "order"
    OVER = "over"


@dataclass(frozen=True, order=True)
class Gap:
    """Something that is missing from the day `first` to `last`.

    `name`: the figure, field or quota; `keys`: of a figure, whose it is; `year`: the one for which it lacks; `case`: in
    which, 0 where it is of none.
    """

    lack: Lack
    name: str
    first: date
    last: date
    keys: tuple[str, ...] = ()
    year: str = ""
    case: int = 0


def joined(gaps: Iterable[Gap]) -> list[Gap]:
    """The same without those that only go on on another day, in order."""
    found = dict[Gap, tuple[date, date]]()
    for one in gaps:
        key = replace(one, first=date.min, last=date.min)
        first, last = found.get(key, (one.first, one.last))
        found[key] = (min(first, one.first), max(last, one.last))
    return sorted(replace(key, first=first, last=last) for key, (first, last) in found.items())


def told(process: Process, gap: Gap) -> str:
    """A gap for people, in a sentence."""
    when = said_day(gap.first) if gap.first == gap.last else f"{said_day(gap.first)} to {said_day(gap.last)}"
    return _SAID[gap.lack](process, gap, when)


def _calendar(process: Process, gap: Gap, when: str) -> str:
    title = process.calendar.title if process.calendar else ""
    return f"{title} does not say which days count: {when}. Add the year to the calendar {gap.name}."


def _figure(process: Process, gap: Gap, when: str) -> str:
    kind = process.charging.figures[gap.name] if process.charging else FigureKind(gap.name, gap.name, "")
    whose = f"for {', '.join(keys_said(process.fields, kind, gap.keys))} " if gap.keys else ""
    return f"{kind.title}: nothing is written down {whose}{f'in {gap.year}' if gap.year else f'for {when}'}."


def keys_said(fields: Mapping[str, Field], kind: FigureKind, keys: Iterable[str]) -> list[str]:
    """For what a figure stands, by the titles of choices; what is not known is said to be so."""
    pairs = zip(kind.by, keys, strict=True)
    return [fields[name].choices.get(key, key) or f"no {fields[name].title}" for name, key in pairs]


def _field(process: Process, gap: Gap, when: str) -> str:
    return f"{process.title_of('fields', gap.name)}: nothing is written down in case {gap.case} for {when}."


def _order(process: Process, gap: Gap, when: str) -> str:
    return f"Case {gap.case} ends before it begins ({process.title_of('fields', gap.name)}): {when}."


def _over(process: Process, gap: Gap, when: str) -> str:
    title = process.charging.quotas[gap.name].title if process.charging else gap.name
    return f"Case {gap.case} is beyond the allowance of {', '.join(gap.keys)}: {title}, {when}."


_SAID = {Lack.CALENDAR: _calendar, Lack.FIGURE: _figure, Lack.FIELD: _field, Lack.ORDER: _order, Lack.OVER: _over}
