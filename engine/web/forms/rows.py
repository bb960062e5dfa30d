"""Rows: how many rows of a series a form shows, and what becomes of them where one is added or taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.process.rows import MOST_ROWS, read, unnumbered, written
from engine.web.visitor import Posted

# What a button sends that adds a row or takes one out. No name in a process has a hyphen.
ROWS = "rows-now"


def box(series: str) -> str:
    """What the hidden box is called that says how many rows of a series a form shows."""
    return f"{series}-rows"


def shown(several: Iterable[str], posted: Posted) -> dict[str, int]:
    """How many rows a form shows of each of these series: as many as it was sent with, one at first."""
    return {one: min(max(posted.number(box(one)) or 1, 1), MOST_ROWS) for one in sorted(several)}


def changed(posted: Posted, rows: Mapping[str, int]) -> tuple[list[tuple[str, str]], str]:
    """What was typed, with one row more or without one, as its button says; and where the page goes on then."""
    series, _, slot = posted.text(ROWS, 200).partition(" ")
    fields = [one for one in posted.fields if one[0] != ROWS]
    if series not in rows:
        return fields, ""
    out = int(slot) if slot.isdecimal() else 0
    count = min(max(rows[series] + (-1 if out else 1), 1), MOST_ROWS)
    left = [(_moved(name, series, out), value) for name, value in fields if not (out and _slot(name, series) == out)]
    kept = [(name, value) for name, value in left if name != box(series)]
    return [*kept, (box(series), str(count))], f"{series}-{min(out or count, count)}"


def _slot(name: str, series: str) -> int:
    """The number of the row in which a box stands; 0 of other boxes."""
    value = name.partition("-")[0]
    cell = read(value) if unnumbered(value).count(".") == 1 else None
    return cell.slot if cell and cell.series == series else 0


def _moved(name: str, series: str, out: int) -> str:
    """How a box is called once the row of the number `out` is gone: those behind it move up."""
    value, hyphen, part = name.partition("-")
    slot = _slot(name, series)
    if not out or slot <= out:
        return name
    cell = read(value)
    assert cell is not None
    return written(series, cell.field, slot - 1) + hyphen + part
