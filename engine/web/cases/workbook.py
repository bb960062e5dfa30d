"""Workbook: what is exported, as sheets that spreadsheets open. Writes into an open file; knows no case.

Rows go to the disk as they are written, so that memory does not grow with them, and what begins with = stays text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import IO, Any, Self

import xlsxwriter

from engine.service.history.told import Amount
from engine.source import money
from engine.source.words import counted

SHEET_ROWS = 1_048_575  # what spreadsheets can open, without the row of titles
_LONGEST_TITLE = 31
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


class Book:
    """A workbook that is written from top to bottom into `content`. `timed`: of its moments the hour matters, too."""

    def __init__(self, content: IO[bytes], *, timed: bool = False) -> None:
        self._book = xlsxwriter.Workbook(content, {"constant_memory": True, "strings_to_formulas": False})
        self._formats = _Formats(self._book, timed=timed)
        self._sheets: list[Sheet] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write what there is, also where something failed: else its files would stay."""
        if kind is None:
            for sheet in self._sheets:
                sheet.close()
        self._book.close()

    def sheet(self, title: str, titles: Sequence[str], one: str, many: str) -> Sheet:
        """Begin a sheet. `one` and `many` say what a row is, where they do not all fit on it."""
        added = self._book.add_worksheet(self._free(title))
        self._sheets.append(Sheet(added, self._formats, titles, (one, many)))
        return self._sheets[-1]

    def _free(self, title: str) -> str:
        """A title that spreadsheets take, and that no other sheet has. Capitals make no difference to them."""
        wanted = _NOT_IN_TITLES.sub(" ", title).strip().strip("'") or "Sheet"
        # History is a name that Excel keeps for itself.
        taken = {"history", *(one.get_name().casefold() for one in self._book.worksheets())}
        found, number = wanted[:_LONGEST_TITLE].strip(), 1
        while found.casefold() in taken:
            number += 1
            ending = f" {number}"
            found = f"{wanted[: _LONGEST_TITLE - len(ending)].strip()}{ending}"
        return found


class Sheet:
    """A sheet that grows row by row. How many rows do not fit is written into its last one."""

    def __init__(self, sheet: Any, formats: _Formats, titles: Sequence[str], row: tuple[str, str]) -> None:
        self._sheet, self._formats, self._row = sheet, formats, row
        self._count = 0
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles) - 1, 22)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, formats.bold)

    def add(self, values: Sequence[Any]) -> None:
        """Write a row. It is counted also where there is no room for it."""
        self._count += 1
        if self._count < SHEET_ROWS:
            for column, value in enumerate(values):
                self._write(column, value)

    def close(self) -> None:
        """Say how many rows are not there."""
        if self._count >= SHEET_ROWS:
            left_out = counted(self._count - SHEET_ROWS + 1, *self._row)
            said = f"{left_out} not fit on a sheet. Export them as CSV."
            self._sheet.write_string(SHEET_ROWS, 0, said, self._formats.bold)

    def _write(self, column: int, value: Any) -> None:
        place = self._count, column
        if isinstance(value, datetime):
            # Spreadsheets know no zones: what is written is the wall clock of the process.
            self._sheet.write_datetime(*place, value.replace(tzinfo=None), self._formats.moment)
        elif isinstance(value, date):
            self._sheet.write_datetime(*place, value, self._formats.day)
        elif isinstance(value, Amount):
            self._sheet.write_number(*place, value.units / 100, self._formats.amounts[value.currency])
        elif isinstance(value, int | float):
            self._sheet.write_number(*place, value)
        else:
            self._sheet.write_string(*place, str(value or ""))


class _Formats:
    """How cells are shown."""

    def __init__(self, book: Any, *, timed: bool) -> None:
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "d mmm yyyy"})
        self.moment = book.add_format({"num_format": "d mmm yyyy hh:mm"}) if timed else self.day
        self.amounts: Mapping[str, Any] = {
            one: book.add_format({"num_format": money.sheet_format(one)}) for one in money.SIGNS
        }
