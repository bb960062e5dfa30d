"""Figures: numbers and amounts that somebody gave, each for a year or from a day on. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from engine.calendars.years import year_called
from engine.process.charges import FigureKind
from engine.process.definition import Field, Process
from engine.source import money
from engine.source.fault import Invalid
from engine.source.moment import NotAMoment, day_written
from engine.source.number import NotANumber, decimal, whole
from engine.source.problem import nearest

# What a row of figures says beside the fields that tell figures of a kind apart.
FIGURE, FROM, YEAR, IS = "figure", "from", "year", "is"
N = TypeVar("N", int, float)
Keys = tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One value of a kind of figure, for the values (`keys`) of the fields that tell figures of this kind apart; None
    where there is none any more.

    It holds from the day `first` on, or for the `year` that is called so. `written`: the instant (UTC, text) at which
    it was given; empty where that is not known.
    """

    kind: str
    keys: Keys
    value: Any
    first: date = date.min
    year: str = ""
    written: str = ""


@dataclass(frozen=True)
class Figures:
    """All values that were given. Of two for one day the one that was written later holds."""

    given: tuple[Figure, ...] = ()

    @functools.cached_property
    def _known(self) -> dict[tuple[str, Keys, str], list[Figure]]:
        found = dict[tuple[str, Keys, str], list[Figure]]()
        for one in sorted(self.given, key=lambda one: (one.first, one.written)):
            found.setdefault((one.kind, one.keys, one.year), []).append(one)
        return found

    def on(self, kind: str, keys: Keys, day: date, year: str = "") -> Any:
        """The value that holds on a day, or of the year that is called so; None where none was given."""
        held = [one.value for one in self._known.get((kind, keys, year), ()) if one.first <= day]
        return held[-1] if held else None

    def known_by(self, moment: str) -> Figures:
        """Those that had been given by an instant (UTC, text)."""
        return Figures(tuple(one for one in self.given if one.written <= moment))

    def among(self, kinds: Iterable[str]) -> Figures:
        """Those of some kinds."""
        wanted = frozenset(kinds)
        return Figures(tuple(one for one in self.given if one.kind in wanted))


class NotAFigure(Invalid):
    """What was written is no figure of the process; the message says why. `cell`: in which part of its row."""

    def __init__(self, message: str, cell: str) -> None:
        super().__init__(message)
        self.cell = cell


def read_figure(process: Process, row: Mapping[str, Any], written: str = "") -> Figure:
    """One figure that was written down: what it `is`, `from` which day on or for which `year`, and for which values of
    the fields that tell figures of its kind apart. Cells that are empty count as left out.

    Raises:
        NotAFigure: it is none of this process.
    """
    said = {name: value for name, value in row.items() if value not in (None, "")}
    kind = _kind(process, said.get(FIGURE, ""))
    since = YEAR if kind.per_year else FROM
    for cell in said.keys() - {FIGURE, IS, since, *kind.by}:
        raise NotAFigure(f"{kind.title} has no {cell}.", cell)
    for cell in (*kind.by, since, IS):
        if cell not in said:
            raise NotAFigure(f"{kind.title} lacks {cell}.", FIGURE)
    keys = tuple(_key(process.fields[name], said[name]) for name in kind.by)
    if kind.per_year:
        return Figure(kind.name, keys, _value(kind, said[IS]), year=_year(process, str(said[YEAR])), written=written)
    return Figure(kind.name, keys, _value(kind, said[IS]), _day(str(said[FROM])), written=written)


def _kind(process: Process, name: str) -> FigureKind:
    known = process.charging.figures if process.charging else {}
    if name not in known:
        raise NotAFigure(f"There is no figure {name}. {nearest(name, known)}".strip(), FIGURE)
    return known[name]


def _key(field: Field, value: Any) -> str:
    meant = field.choice_meant(str(value))
    if field.choices and meant not in field.choices:
        titled = [one for one, title in field.choices.items() if title == value]
        if not titled:
            raise NotAFigure(f"{field.title} has no choice {value}. {nearest(str(value), field.choices)}", field.name)
        return titled[0]
    return meant


def _value(kind: FigureKind, value: Any) -> Any:
    try:
        if kind.type == "money":
            return money.kept(_not_negative(money.units(value, kind.currency)))
        return _not_negative(whole(value) if kind.type == "integer" else decimal(value))
    except (money.NotMoney, NotANumber) as fault:
        raise NotAFigure(f"{kind.title}: {fault}", IS) from None


def _not_negative(number: N) -> N:
    if number < 0:
        raise NotAFigure("It cannot be less than nothing.", IS)
    return number


def _day(text: str) -> date:
    try:
        return day_written(text)
    except NotAMoment as fault:
        raise NotAFigure(str(fault), FROM) from None


def _year(process: Process, label: str) -> str:
    begins = process.charging.year_begins if process.charging else ""
    if year_called(label, begins, process.calendar) is None:
        raise NotAFigure(f"There is no year {label}: years are called as {_example(begins)}.", YEAR)
    return label


def _example(begins: str) -> str:
    return "2024" if begins == "january" else "2024-25"
