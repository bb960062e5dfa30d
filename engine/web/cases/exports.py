"""Exports: lists of cases, and what happened to them, as files that spreadsheets open. Times: clock of each process.

Just what a list shows is taken along, by the rights of whoever takes it; a search is posted here too.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from engine.calendars.ending import ROUGHLY
from engine.case.answers.wording import text_of
from engine.process.definition import Field, Process
from engine.process.rows import DAY
from engine.running.beside import EXPORTS, beside
from engine.service import Case, Told
from engine.service.cases.rows import kept
from engine.service.cases.views import every
from engine.service.history.histories import AT_ONCE
from engine.service.history.told import Amount
from engine.source import money
from engine.source.cell import as_text
from engine.web.cases.caseload import COLUMNS, Look, looking, posted_look
from engine.web.cases.workbook import Book, Sheet
from engine.web.page import day, moment
from engine.web.visitor import CaseVisiting, SentBy, Visitor

router = APIRouter()
# Most exports fit; longer ones go on in a file of their own, not in memory.
IN_MEMORY = 2_000_000
# Spreadsheets take a few more in a cell; what is longer goes on in the next row.
LONGEST_CELL = 32_000
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HISTORY = ("Number", "Name", "When", "Written down", "What", "Kind", "Who", "Now at", "Field", "Value")


@dataclass(frozen=True)
class Beside:
    """A row that stands on a sheet of its own, which is begun with the first one; a table without sheets has it not.

    `sheet` tells sheets apart: two may have one title.
    """

    sheet: tuple[str, ...]
    title: str
    titles: Sequence[str]
    values: Sequence[Any]


@dataclass(frozen=True)
class Table:
    """What becomes a file: its name, the title of its sheet, the titles of its columns, and its rows.

    `one` and `many` say what a row is. `timed`: the hour of its moments matters, not only the day.
    """

    name: str
    sheet: str
    titles: Sequence[str]
    rows: Iterator[Sequence[Any] | Beside]
    one: str
    many: str
    timed: bool = False


@router.get("/cases.csv")
@beside(EXPORTS)
def export_csv(request: Request, visitor: CaseVisiting) -> Response:
    """Just what the list shows, as CSV."""
    return _csv(_cases(visitor, looking(request), "cases.csv"))


@router.get("/cases.xlsx")
@beside(EXPORTS)
def export_xlsx(request: Request, visitor: CaseVisiting) -> Response:
    """Just what the list shows, as a workbook."""
    return _xlsx(_cases(visitor, looking(request), "cases.xlsx"))


@router.get("/cases-history.csv")
@beside(EXPORTS)
def export_history_csv(request: Request, visitor: CaseVisiting) -> Response:
    """What happened to the cases of the list, as CSV."""
    return _csv(_history(visitor, looking(request), "cases-history.csv"))


@router.get("/cases-history.xlsx")
@beside(EXPORTS)
def export_history_xlsx(request: Request, visitor: CaseVisiting) -> Response:
    """What happened to the cases of the list, as a workbook."""
    return _xlsx(_history(visitor, looking(request), "cases-history.xlsx"))


@router.post("/cases/export")
@beside(EXPORTS)
def export_search(visitor: CaseVisiting, posted: SentBy) -> Response:
    """Just what a search shows, or what happened to these cases, as CSV or as a workbook."""
    kind = posted.text("kind", 20)
    make, ending = (_xlsx, "xlsx") if kind.endswith("xlsx") else (_csv, "csv")
    is_history = kind.startswith("history")
    of: Callable[[Visitor, Look, str], Table] = _history if is_history else _cases
    return make(of(visitor, posted_look(posted), f"{'cases-history' if is_history else 'cases'}.{ending}"))


def _cases(visitor: Visitor, look: Look, name: str) -> Table:
    columns = [column for one in look.shown for column in _columns(one)]
    rows = ([value(case) for _, value in columns] for case in _listed(visitor, look, name))
    return Table(name, "Cases", [title for title, _ in columns], rows, "more case does", "more cases do")


def _columns(name: str) -> list[tuple[str, Callable[[Case], Any]]]:
    """A column of a list as it is taken along: a date stays a date, and beside it stands how it was counted."""
    return [COLUMNS[name], (ROUGHLY.capitalize(), _how_counted)] if name == "due" else [COLUMNS[name]]


def _how_counted(case: Case) -> str:
    return ROUGHLY if case.next_task and case.next_task.roughly else ""


def _listed(visitor: Visitor, look: Look, file: str) -> Iterator[Case]:
    """Every case of a list, as they all are at one moment. That they are taken is kept behind the last."""
    count = 0
    with visitor.engine.finder("export of a list") as finder:
        for count, case in enumerate(  # noqa: B007  counted to the end
            every(lambda after: finder.cases(look.wanted(visitor), visitor.actor, AT_ONCE, after)), 1
        ):
            yield case
    visitor.engine.note_export(visitor.actor, file, count)


def _history(visitor: Visitor, look: Look, name: str) -> Table:
    rows = _happened(visitor, look, name)
    return Table(name, "What happened", HISTORY, rows, "more row does", "more rows do", timed=True)


def _happened(visitor: Visitor, look: Look, file: str) -> Iterator[list[Any] | Beside]:
    """Each thing that a step tells, case by case in their order. That they are taken is kept behind the last."""
    count, read = 0, functools.cache(visitor.engine.process)
    steps = visitor.engine.histories_of(look.wanted(visitor), visitor.actor)
    for _, of_case in itertools.groupby(steps, key=lambda pair: pair[0].id):
        count, who = count + 1, dict[int, str]()
        for case, step in of_case:
            who[step.seq] = step.who
            yield from _lines(case, step)
        # Behind its steps, which say who wrote each row.
        process = read(case.process, case.process_version)
        names = visitor.engine.among.names(process, {name: kept(rows) for name, rows in case.series.items()})
        yield from _rows(process, case, who, names)
    visitor.engine.note_export(visitor.actor, file, count)


def _rows(process: Process, case: Case, who: Mapping[int, str], names: Mapping[str, str]) -> Iterator[Beside]:
    """What a case keeps in series, a sheet for each: numbers as numbers, and days as days, to be reckoned with."""
    for name, rows in case.series.items():
        series = process.series[name]
        fields = [one.title for one in series.fields.values()]
        titles = ("Number", "Name", *fields, "Who")
        for row in rows:
            values = [_kept(one, {DAY: row.day, **row.values}.get(key), names) for key, one in series.fields.items()]
            yield Beside((process.name, name), series.title, titles, [case.id, case.label, *values, who[row.entry]])


def _kept(field: Field, value: Any, names: Mapping[str, str]) -> Any:
    if field.type == "money" and value is not None:
        return Amount(text_of(field, value), money.units(value), field.currency)
    if field.type == "date" and value is not None:
        return date.fromisoformat(value)
    is_number = field.type in {"integer", "number"} and value is not None
    return value if is_number else text_of(field, value, names)[:LONGEST_CELL]


def _lines(case: Case, step: Told) -> Iterator[list[Any]]:
    known = [case.id, case.label, step.at, step.recorded, step.what, step.kind.said, step.who, step.to]
    for title, said in step.cells or (("", ""),):
        if isinstance(said, Amount):
            yield [*known, title, said]
            continue
        yield [*known, title, said[:LONGEST_CELL]]
        for start in range(LONGEST_CELL, len(said), LONGEST_CELL):
            yield [*known, f"{title} (goes on)", said[start : start + LONGEST_CELL]]


def _cell(value: Any, *, timed: bool = False) -> str:
    """A value in an exported table. One that a spreadsheet would take for a formula is kept from being one."""
    if isinstance(value, datetime):
        return moment(value) if timed else day(value)
    return as_text(value.said if isinstance(value, Amount) else str("" if value is None else value))


def _csv(table: Table) -> Response:
    with _file(table.name, CSV) as export:
        # By this mark spreadsheets know that it is UTF-8.
        export.content.write("\ufeff".encode())
        lines = io.TextIOWrapper(export.content, "utf-8", newline="", write_through=True)
        writer = csv.writer(lines)
        writer.writerow(table.titles)
        for row in table.rows:
            if not isinstance(row, Beside):
                writer.writerow(_cell(value, timed=table.timed) for value in row)
        # Else the text would close the file when it goes.
        lines.detach()
    return export.response()


def _xlsx(table: Table) -> Response:
    with _file(table.name, XLSX) as export, Book(export.content, timed=table.timed) as book:
        first = book.sheet(table.sheet, table.titles, table.one, table.many)
        beside: dict[tuple[str, ...], Sheet] = {}
        for row in table.rows:
            if isinstance(row, Beside):
                if row.sheet not in beside:
                    beside[row.sheet] = book.sheet(row.title, row.titles, "more row does", "more rows do")
                beside[row.sheet].add(row.values)
            else:
                first.add(row)
    return export.response()


@dataclass(frozen=True)
class _Export:
    """A file that is being made: on the disk where it grows big, so that its size is no matter."""

    name: str
    media_type: str
    content: IO[bytes]

    def response(self) -> Response:
        """The file, whole, to be saved."""
        self.content.seek(0)
        headers = {"content-disposition": f'attachment; filename="{self.name}"'}
        chunks = iter(lambda: self.content.read(1 << 16), b"")
        closing = BackgroundTask(self.content.close)
        return StreamingResponse(chunks, media_type=self.media_type, headers=headers, background=closing)


@contextmanager
def _file(name: str, media_type: str) -> Iterator[_Export]:
    """A new export, which is thrown away where it cannot be finished."""
    content = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed when it was sent
    try:
        yield _Export(name, media_type, cast("IO[bytes]", content))
    except BaseException:
        content.close()
        raise
