"""Sheets: the rows of a register as a table that goes out and comes in again, as CSV. What comes in is looked at line
by line before anything is written: each is new, the same as what is there, changed, or refused by column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.case.answers.form import misfit, value_of
from engine.case.answers.records import alike
from engine.process.definition import Field, Process
from engine.service.lists.registers import RowView
from engine.source.cell import as_meant, as_text
from engine.source.fault import Invalid, TooBig
from engine.source.problem import nearest

NEW, SAME, CHANGED, REFUSED = "new", "same", "changed", "refused"
MOST_LINES, MOST_BYTES = 2000, 1_000_000
NUMBER = "Number"
# Of what a row says by itself nothing is read.
_OF_ITSELF = frozenset({"usable", "why_ended", "confirmed_on"})


class BadSheet(Invalid):
    """A table cannot be read as the rows of a register; the message says which part."""


@dataclass(frozen=True)
class Line:
    """A line of a table, counted from 1 with its head: what it would do or did, to which row (None: to a new one) in
    which version, with what it says of its fields, and what is wrong, by the title of its column.
    """

    line: int
    what: str
    title: str
    number: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    version: int = 0

    @property
    def said(self) -> str:
        """All of it in a sentence."""
        told = "; ".join(f"{column}: {text}" if column else text for column, text in self.faults.items())
        return f"line {self.line}: {self.what}, {self.title}" + (f" ({told})" if told else "")


@dataclass(frozen=True)
class Sheet:
    """What came of a table: its lines, and whether it was written."""

    lines: tuple[Line, ...]
    written: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many lines are new, the same, changed and refused."""
        return {what: sum(one.what == what for one in self.lines) for what in (NEW, SAME, CHANGED, REFUSED)}


def columns(process: Process) -> list[Field]:
    """The fields that a table of a register has: all that a form asks for, in the order of the process."""
    return [one for one in process.fields.values() if one.name in process.opening.form]


def written(process: Process, rows: Iterable[RowView]) -> str:
    """The rows as CSV, with the mark by which spreadsheets know its signs; it can be read again as it is."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    fields = columns(process)
    writer.writerow([NUMBER, *(one.title for one in fields)])
    for row in rows:
        writer.writerow([row.number, *(_cell(one, row.values.get(one.name)) for one in fields)])
    return out.getvalue()


def _cell(known: Field, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    said = [known.choices.get(one, str(one)) for one in (value if isinstance(value, list) else [value])]
    return as_text(", ".join(said))


def read(process: Process, content: bytes, known: Iterable[RowView]) -> Iterator[Line]:
    """The lines of a table, held against the current rows: by their number, or by what they are called.

    Raises:
        BadSheet: it is no table, or has a column that is none.
    """
    table = list(csv.reader(io.StringIO(text_of(content)), _dialect(content)))
    if not table or len(table) > MOST_LINES + 1:
        raise BadSheet(f"A table has a line with the names of its columns, and at most {MOST_LINES} others.")
    head = [_column(process, one) for one in table[0]]
    rows = list(known)
    numbers, names = {str(one.number): one for one in rows}, {alike(one.title): one for one in rows}
    seen: dict[str, int] = {}
    for at, cells in enumerate(table[1:], 2):
        if any(one.strip() for one in cells):
            said = [as_meant(one.strip()) for one in cells]
            yield _line(process, at, dict(zip(head, said, strict=False)), numbers, names, seen)


def text_of(content: bytes) -> str:
    """A table as text, however it was saved.

    Raises:
        TooBig: it is longer than is read.
    """
    if len(content) > MOST_BYTES:
        raise TooBig(f"A table has at most {MOST_BYTES:,} bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets of the western world write where nothing else is asked of them.
        return content.decode("cp1252", "replace")


def _dialect(content: bytes) -> type[csv.Dialect]:
    head = text_of(content).partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=head.count)

    return Found


def _column(process: Process, head: str) -> str:
    """The field that a column is of, by its title or its name; empty of the number."""
    said = alike(head)
    if said == alike(NUMBER):
        return ""
    fields = [one for one in process.fields.values() if "." not in one.name]
    found = {alike(text): one.name for one in fields for text in (one.title, one.name)}
    if said not in found:
        titles = [one.title for one in columns(process)]
        raise BadSheet(f"There is no column {head.strip() or '(without a name)'}. {nearest(head, titles)}".strip())
    return found[said]


def _line(
    process: Process,
    at: int,
    cells: Mapping[str, str],
    numbers: Mapping[str, RowView],
    names: Mapping[str, RowView],
    seen: dict[str, int],
) -> Line:
    title, number = cells.get(process.label, ""), cells.get("", "")
    row = numbers.get(number) if number else names.get(alike(title))
    called = title or (row.title if row else "")
    if number and row is None:
        return Line(at, REFUSED, called, faults={NUMBER: f"There is no current row {number}."})
    key = str(row.number) if row else alike(title)
    if key in seen:
        return Line(at, REFUSED, called, faults={"": f"It stands in line {seen[key]} already."})
    seen[key] = at
    given = {name: text for name, text in cells.items() if name and text and name not in _OF_ITSELF}
    fields = {name: process.fields[name] for name in given}
    wrong = {one.title: said for name, one in fields.items() if (said := misfit(one, given[name], process.zone))}
    if wrong:
        return Line(at, REFUSED, called, row.number if row else None, faults=wrong)
    values = {name: value_of(one, given[name], process.zone) for name, one in fields.items()}
    return Line(at, NEW, called, values=values) if row is None else _held(process, at, row, values)


def _held(process: Process, at: int, row: RowView, values: Mapping[str, Any]) -> Line:
    """A line of a row that is there: what it says otherwise, and which of that is not changed so."""
    other = {name: value for name, value in values.items() if not _is_same(process.fields[name], row, value)}
    asked = process.states[process.initial[0]].events["change"].form
    kept = {process.fields[name].title: "It is not changed by a table." for name in other if name not in asked}
    if kept:
        return Line(at, REFUSED, row.title, row.number, faults=kept)
    return Line(at, CHANGED if other else SAME, row.title, row.number, other, version=row.version)


def _is_same(known: Field, row: RowView, value: Any) -> bool:
    held = row.values.get(known.name)
    alike_texts = known.type == "organisation" and isinstance(held, str) and alike(held) == alike(str(value))
    return held == value or alike_texts
