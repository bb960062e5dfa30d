"""Exports: lists of cases, and what happened to them, as files that spreadsheets open. Times: clock of each process.

Just what a list shows is taken along, by the rights of whoever takes it; a search is posted here too.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, cast

import xlsxwriter
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from engine.calendars.ending import ROUGHLY
from engine.running.beside import EXPORTS, beside
from engine.service import Case, Told
from engine.service.cases.views import every
from engine.service.history.histories import AT_ONCE
from engine.service.history.told import Amount
from engine.source import money
from engine.source.words import counted
from engine.web.cases.caseload import COLUMNS, Look, looking, posted_look
from engine.web.page import day, moment
from engine.web.visitor import CaseVisiting, SentBy, Visitor

router = APIRouter()
# Most exports fit; longer ones go on in a file of their own, not in memory.
IN_MEMORY = 2_000_000
SHEET_ROWS = 1_048_575  # what spreadsheets can open, without the row of titles
# Spreadsheets take a few more in a cell; what is longer goes on in the next row.
LONGEST_CELL = 32_000
# The wide ones begin formulas where people write Japanese.
_FORMULAS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HISTORY = ("Number", "Name", "When", "Written down", "What", "Kind", "Who", "Now at", "Field", "Value")


@dataclass(frozen=True)
class Table:
    """What becomes a file: its name, the title of its sheet, the titles of its columns, and its rows.

    `one` and `many` say what a row is. `timed`: the hour of its moments matters, not only the day.
    """

    name: str
    sheet: str
    titles: Sequence[str]
    rows: Iterator[Sequence[Any]]
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
    return Table(name, "History", HISTORY, rows, "more row does", "more rows do", timed=True)


def _happened(visitor: Visitor, look: Look, file: str) -> Iterator[list[Any]]:
    """Each thing that a step tells, case by case in their order. That they are taken is kept behind the last."""
    count = last = 0
    for case, step in visitor.engine.histories_of(look.wanted(visitor), visitor.actor):
        count, last = count + (case.id != last), case.id
        yield from _lines(case, step)
    visitor.engine.note_export(visitor.actor, file, count)


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
    text = value.said if isinstance(value, Amount) else str("" if value is None else value)
    return f"'{text}" if text[:1] in _FORMULAS else text


def _csv(table: Table) -> Response:
    with _file(table.name, CSV) as export:
        # By this mark spreadsheets know that it is UTF-8.
        export.content.write("\ufeff".encode())
        lines = io.TextIOWrapper(export.content, "utf-8", newline="", write_through=True)
        writer = csv.writer(lines)
        writer.writerow(table.titles)
        for row in table.rows:
            writer.writerow(_cell(value, timed=table.timed) for value in row)
        # Else the text would close the file when it goes.
        lines.detach()
    return export.response()


def _xlsx(table: Table) -> Response:
    # Rows go to the disk as they are written, and what begins with = stays text.
    options = {"constant_memory": True, "strings_to_formulas": False}
    with _file(table.name, XLSX) as export, xlsxwriter.Workbook(export.content, options) as book:
        sheet, bold = book.add_worksheet(table.sheet), book.add_format({"bold": True})
        dates = book.add_format({"num_format": "d mmm yyyy hh:mm" if table.timed else "d mmm yyyy"})
        amounts = {one: book.add_format({"num_format": money.sheet_format(one)}) for one in money.SIGNS}
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(table.titles) - 1, 22)
        for column, title in enumerate(table.titles):
            sheet.write_string(0, column, title, bold)
        count = 0
        for count, row in enumerate(table.rows, 1):
            # Counted to the end, so that the file can say how many do not fit.
            if count < SHEET_ROWS:
                _write_row(sheet, count, row, dates, amounts)
        if count >= SHEET_ROWS:
            left_out = counted(count - SHEET_ROWS + 1, table.one, table.many)
            sheet.write_string(SHEET_ROWS, 0, f"{left_out} not fit on a sheet. Export them as CSV.", bold)
    return export.response()


def _write_row(sheet: Any, row: int, values: Sequence[Any], dates: Any, amounts: Mapping[str, Any]) -> None:
    for column, value in enumerate(values):
        if isinstance(value, datetime):
            # Spreadsheets know no zones: what is written is the wall clock of the process.
            sheet.write_datetime(row, column, value.replace(tzinfo=None), dates)
        elif isinstance(value, Amount):
            sheet.write_number(row, column, value.units / 100, amounts[value.currency])
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, str(value or ""))


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
