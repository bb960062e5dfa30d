"""Rows: what a case keeps in its series, and how a row is named where it is written. Pure.

A step writes a row as values called `visit.day` and `visit.home`; those of a second row in one form `visit.2.day`.
Among the data of a case the rows of a series stand under its name: `[{entry, slot, by, values}, …]`, in the order in
which they were written, `entry` being the step that wrote them, `slot` the how-manieth row of its form. Where values
were corrected, `came` says with which step.

The values of a field that is `dated` are rows too, in a series that the engine keeps for it: `programme_from.day` and
`programme_from.programme`. Under its own name stands what holds today.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from engine.process.definition import Field
    from engine.process.language.expressions import Expression, Language

DAY = "day"
# As many as a form writes at once: more are written by several steps, or by a program.
MOST_ROWS = 20
Row = dict[str, Any]
_NUMBERED = re.compile(r"([^.]+)\.([1-9][0-9]{0,8})\.([^.]+)")


@dataclass(frozen=True)
class Series:
    """Rows that a case keeps, each with a day of its own.

    `fields` are those of one row by their own names, the day first; among the fields of the process each is called
    `series.field`, as in an entry. Of a row those in `optional` may be left empty; those in
    `computed` are worked out when it is written. `language` is that of a row: its fields, and those of the case.
    `dates` names the dated field of which these are the values; empty of a series that the process declares.
    """

    name: str
    title: str
    row: str
    fields: Mapping[str, Field]
    optional: frozenset[str]
    computed: Mapping[str, Expression]
    language: Language
    dates: str = ""


def is_computed(series: Mapping[str, Series], name: str) -> bool:
    """Whether a value of a row is worked out from others; no field of the case is."""
    cell = read(name)
    return cell is not None and cell.series in series and cell.field in series[cell.series].computed


class Cell(NamedTuple):
    """One value of a row."""

    series: str
    slot: int
    field: str


def written(series: str, field: str, slot: int = 1) -> str:
    """How a value of a row is called: `visit.home`, `visit.2.home`."""
    return f"{series}.{field}" if slot == 1 else f"{series}.{slot}.{field}"


def read(name: str) -> Cell | None:
    """The value of a row that is called so; None of a field of the case."""
    series, dot, rest = name.partition(".")
    if not dot:
        return None
    slot, dot, field = rest.rpartition(".")
    return Cell(series, int(slot) if dot else 1, field)


def unnumbered(name: str) -> str:
    """The value of a row as it is called in the process, whichever row of a form it stands in."""
    found = _NUMBERED.fullmatch(name)
    return written(found[1], found[3]) if found else name


def counts(names: Iterable[str], series: Container[str]) -> dict[str, int]:
    """How many rows of each series there are among values of these names, by the highest number; none where one is."""
    numbered = [one for name in names if (one := _NUMBERED.fullmatch(name)) and one[1] in series]
    found = dict[str, int]()
    for one in numbered:
        found[one[1]] = max(found.get(one[1], 1), int(one[2]))
    return found


def with_rows(form: Mapping[str, bool], rows: Mapping[str, int]) -> dict[str, bool]:
    """A form with so many rows of a series, each behind the one before it."""
    found = dict[str, bool]()
    for name, required in form.items():
        series, dot, _ = name.partition(".")
        if not dot or rows.get(series, 1) < 2:
            found[name] = required
        elif name not in found:
            own = {one.partition(".")[2]: how for one, how in form.items() if one.startswith(f"{series}.")}
            found |= {
                written(series, field, slot): how for slot in range(1, rows[series] + 1) for field, how in own.items()
            }
    return found


def closed_up(values: Mapping[str, Any], series: Container[str]) -> dict[str, Any]:
    """Values of a form whose rows of these series follow each other without one that was left empty."""
    found = {name: value for name, value in values.items() if name.partition(".")[0] not in series or "." not in name}
    numbers, rows = dict[str, int](), rows_in({name: one for name, one in values.items() if name not in found})
    for (name, _), row in sorted(rows.items(), key=lambda one: one[0]):
        numbers[name] = numbers.get(name, 0) + 1
        found |= {written(name, field, numbers[name]): value for field, value in row.items()}
    return found


def days_of(field: str) -> str:
    """The series that keeps from which day on each value of a dated field holds: `programme_from`."""
    return f"{field}_from"


def concerned(names: Iterable[str]) -> set[str]:
    """The fields and the series that values of these names belong to."""
    return {name.partition(".")[0] for name in names}


def rows_in(data: Mapping[str, Any]) -> dict[tuple[str, int], Row]:
    """The rows that a step writes, by series and slot; nothing of fields."""
    found: dict[tuple[str, int], Row] = {}
    for name, value in data.items():
        cell = read(name)
        if cell is not None:
            found.setdefault(cell[:2], {})[cell.field] = value
    return found


def after(data: Mapping[str, Any], changes: Mapping[str, Any], entry: int, by: str, corrects: int) -> dict[str, Any]:
    """What a step changes among the data of a case: of fields their values, of series all their rows.

    A step that corrects the row which another wrote (`corrects`) puts its values into that one, and stands there as
    what they came with.
    """
    found = {name: value for name, value in changes.items() if "." not in name}
    # In the order of their places: an entry that was stored has its values in the order of their names.
    for (series, slot), values in sorted(rows_in(changes).items(), key=lambda one: one[0]):
        known: list[Row] = found.get(series, data.get(series, []))
        if corrects:
            found[series] = [_corrected(row, (corrects, slot), values, entry) for row in known]
        else:
            kept = {name: value for name, value in values.items() if value is not None}
            found[series] = [*known, {"entry": entry, "slot": slot, "by": by, "values": kept}]
    return found


def _corrected(row: Row, wanted: tuple[int, int], values: Mapping[str, Any], entry: int) -> Row:
    if (row["entry"], row["slot"]) != wanted:
        return row
    merged = {name: value for name, value in {**row["values"], **values}.items() if value is not None}
    return {**row, "values": merged, "came": {**row.get("came", {}), **dict.fromkeys(values, entry)}}


def until(data: Mapping[str, Any], first: int) -> dict[str, Any]:
    """The data of a case without the rows that came with the entry `first` or a later one."""
    found = {
        name: [row for row in value if row["entry"] < first] if is_series(value) else value
        for name, value in data.items()
    }
    return {name: value for name, value in found.items() if value != []}


def without(data: Mapping[str, Any], erased: Container[str]) -> dict[str, Any]:
    """The data of a case without the values whose paths are erased; a row of which nothing is left is gone."""
    found = {name: _left(name, value, erased) for name, value in data.items() if f"data/{name}" not in erased}
    return {name: value for name, value in found.items() if value != []}


def _left(name: str, value: Any, erased: Container[str]) -> Any:
    if not is_series(value):
        return value
    rows = [
        {**row, "values": {one: kept for one, kept in row["values"].items() if _path(name, one, row) not in erased}}
        for row in value
    ]
    return [row for row in rows if row["values"]]


def _path(series: str, field: str, row: Row) -> str:
    return f"data/{written(series, field, row['slot'])}"


def is_series(value: Any) -> bool:
    """Whether something among the data of a case are the rows of a series."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Rows by their day; of one day as they were written."""
    return sorted(rows, key=lambda row: (row["values"].get(DAY, ""), row["entry"], row["slot"]))


def values_of(data: Mapping[str, Any], series: str) -> list[Row]:
    """The values of each row of a series in the order of their days, with those that a form is about to write."""
    coming = [
        {"entry": 2**62, "slot": slot, "values": values}
        for (name, slot), values in rows_in(data).items()
        if name == series
    ]
    return [row["values"] for row in in_order([*data.get(series, []), *coming])]


def on_day(rows: Iterable[Row], day: str) -> Row | None:
    """Of the values of rows in the order of their days the ones that hold on a day; None before the first day."""
    found = None
    for values in rows:
        if values.get(DAY, "") <= day:
            found = values
    return found


def day_after(rows: Iterable[Row], day: str) -> str | None:
    """The next of the days of rows that lies after a day."""
    return min((values[DAY] for values in rows if values.get(DAY, "") > day), default=None)
