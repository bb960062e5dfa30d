"""Crossings: limits of a field between which no answer lies. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from engine.process.definition import Bound, Field, Process
from engine.process.file.context import Context, field_path
from engine.process.file.fields import FIGURES
from engine.process.language.expressions import Language, View
from engine.process.language.times import as_day
from engine.process.rows import read
from engine.source.problem import Severity
from engine.source.reader import Path, value_at

_MEND = "Change one of the two."
# Days of every season, so that one that seems to cross by chance does not on another.
_MOMENTS = tuple(datetime(2023, month, day, 12, tzinfo=UTC) for month in range(1, 13) for day in (1, 14, 28))
_SAMPLES = tuple(f"2023-{month:02}-15" for month in (1, 5, 9))
_MOST_FIELDS = 2


@dataclass(frozen=True)
class _Days:
    """A first and a last day, and what they are worked out by."""

    earliest: Bound
    latest: Bound
    language: Language

    @property
    def names(self) -> frozenset[str]:
        return self.earliest.date.names | self.latest.date.names


def check_limits(process: Process, context: Context) -> None:
    """Note the fields, those of rows too, whose least is more than their most, or whose first day is after the last."""
    for name, field in process.fields.items():
        path = field_path(name)
        raw = value_at(context.source.data, path) or {}
        if field.earliest and field.latest:
            _check_days(process, context, field, path)
        else:
            _check_figures(context, raw, name, path)


def _check_figures(context: Context, raw: Mapping[str, Any], name: str, path: Path) -> None:
    least, most = raw.get("min"), raw.get("max")
    # Limits of another type than their field are told where they are read.
    if raw.get("type") not in FIGURES or not isinstance(least, int | float) or not isinstance(most, int | float):
        return
    if least > most:
        message = f"{name} would have to be at least {least} and at most {most}: no number is."
        here, other = (*path, "max"), (*path, "min")
        context.problem_of_two(here, other, "more than that", "limits-crossed", message, _MEND)


def _check_days(process: Process, context: Context, field: Field, path: Path) -> None:
    assert field.earliest is not None
    assert field.latest is not None
    cell = read(field.name)
    language = process.series[cell.series].language if cell else process.language
    days = _Days(field.earliest, field.latest, language)
    if _always_crossed(days):
        first, last = field.earliest, field.latest
        message = f"{field.name} would have to be not before {first.said} and not after {last.said}: no day is."
        # Written days cross for good; of days that are worked out some are looked at, and none of them fits.
        is_sure = all(one.date.text.startswith('date("') for one in (first, last))
        how = Severity.ERROR if is_sure else Severity.WARNING
        here, other = (*path, "max"), (*path, "min")
        context.problem_of_two(here, other, "a later day than that", "limits-crossed", message, _MEND, how)


def _always_crossed(days: _Days) -> bool:
    found = list(_pairs(days))
    return bool(found) and all(first > last for first, last in found)


def _pairs(days: _Days) -> Iterator[tuple[date, date]]:
    """Both days as they come out in many cases; nothing where one of them is not known in some."""
    names = sorted(days.names)
    if len(names) > _MOST_FIELDS or not all(days.language.fields.get(one) in {"date", "time"} for one in names):
        return
    for given, now in itertools.product(itertools.product(_SAMPLES, repeat=len(names)), _MOMENTS):
        view = View(dict(zip(names, given, strict=True)), "", (), {}, now, _MOMENTS[0])
        pair = [_day(days.language, one, view) for one in (days.earliest, days.latest)]
        if pair[0] is not None and pair[1] is not None:
            yield pair[0], pair[1]


def _day(language: Language, bound: Bound, view: View) -> date | None:
    found = language.value(bound.date, view)
    return None if found is None else as_day(found, language.zone)
