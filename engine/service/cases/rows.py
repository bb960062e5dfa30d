"""Rows: the rows of the series of a case, as they may be shown, and as tables for people. Values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.case.answers.wording import text_of
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.file.fields import FIGURES
from engine.process.rows import DAY, Series, in_order, written


@dataclass(frozen=True)
class Row:
    """A row of a series. `entry` wrote it, as the `slot`-th row of its form; `day` is its own, `by` who wrote it.

    `values` are its other fields, as they are kept: those that may be shown and are not empty.
    """

    entry: int
    slot: int
    day: str | None
    by: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """A value of a row as people read it; `field` is how it is called in an entry, empty where nothing stands there.

    `computed`: it is worked out from others, and cannot be corrected itself.
    """

    title: str
    text: str
    field: str = ""
    computed: bool = False


@dataclass(frozen=True)
class Line:
    """A row as people read it, who wrote it by name, and the entry that it came with."""

    entry: int
    who: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Point:
    """A number of a row on its day, and how it is said."""

    day: date
    value: float
    said: str


@dataclass(frozen=True)
class Curve:
    """A field of numbers through the rows in which it is filled in, by their days: two at least."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Table:
    """The rows of one series for people, by their days. `titles` are those of its columns, the day first.

    `curves` are those of its fields of numbers that say something twice.
    """

    series: str
    title: str
    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    curves: tuple[Curve, ...] = ()


def shown_rows(process: Process, snapshot: Snapshot, may_show: Callable[[str], bool]) -> dict[str, tuple[Row, ...]]:
    """The rows of each series that has some, by their days; of them what `may_show` lets be shown."""
    return {
        name: tuple(_row(series, kept, may_show) for kept in in_order(snapshot.data[name]))
        for name, series in process.series.items()
        if name in snapshot.data
    }


def _row(series: Series, kept: Mapping[str, Any], may_show: Callable[[str], bool]) -> Row:
    values = {
        name: kept["values"][name]
        for name in series.fields
        if name in kept["values"] and may_show(written(series.name, name))
    }
    return Row(kept["entry"], kept["slot"], values.pop(DAY, None), kept["by"], values)


def kept(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as they stand among the data of a case, as far as they are shown."""
    return [
        {
            "entry": row.entry,
            "slot": row.slot,
            "by": row.by,
            "values": {**row.values, **({DAY: row.day} if row.day else {})},
        }
        for row in rows
    ]


def fields_shown(rows: Mapping[str, tuple[Row, ...]]) -> Iterator[str]:
    """The fields, by their names in the process, of which rows show something."""
    for series, some in rows.items():
        yield from {written(series, name) for row in some for name in row.values}


def correctable(process: Process, rows: Mapping[str, tuple[Row, ...]], entry: int) -> dict[str, Any]:
    """The values of the rows that came with an entry by which others may stand; not those that are worked out."""
    return {
        written(series, name, row.slot): value
        for series, some in rows.items()
        for row in some
        for name, value in {DAY: row.day, **row.values}.items()
        if row.entry == entry and value is not None and name not in process.series[series].computed
    }


def tables(process: Process, rows: Mapping[str, tuple[Row, ...]], names: Mapping[str, str]) -> tuple[Table, ...]:
    """The rows for people; `names` are those of people, by login."""
    return tuple(_table(process, process.series[name], some, names) for name, some in rows.items())


def _table(process: Process, series: Series, rows: tuple[Row, ...], names: Mapping[str, str]) -> Table:
    return Table(
        series.name,
        series.title,
        tuple(one.title for one in series.fields.values()),
        tuple(
            Line(row.entry, names.get(row.by) or process.title_of("roles", row.by), tuple(_cells(series, row, names)))
            for row in rows
        ),
        tuple(_curves(series, rows)),
    )


def _curves(series: Series, rows: tuple[Row, ...]) -> Iterator[Curve]:
    for name, known in series.fields.items():
        if known.type not in FIGURES:
            continue
        found = [(row.day, row.values[name]) for row in rows if row.day and name in row.values]
        if len(found) > 1:
            # Amounts are kept as text with all their digits; as they are drawn, those of a number do.
            points = [Point(date.fromisoformat(day), float(value), text_of(known, value)) for day, value in found]
            yield Curve(known.title, tuple(points))


def _cells(series: Series, row: Row, names: Mapping[str, str]) -> Iterator[Cell]:
    for name, known in series.fields.items():
        value = row.day if name == DAY else row.values.get(name)
        called = "" if value is None else written(series.name, name, row.slot)
        yield Cell(known.title, text_of(known, value, names), called, name in series.computed)
