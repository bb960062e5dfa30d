"""Workbooks: sheets whose titles spreadsheets take, and rows that are counted where they do not fit."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from engine.service.history.told import Amount
from engine.web.cases import workbook
from engine.web.cases.workbook import Book


def written(*titles: str, rows: int = 1) -> dict[str, list[list[object]]]:
    content = io.BytesIO()
    with Book(content, timed=True) as book:
        for title in titles:
            sheet = book.sheet(title, ("Number", "Said"), "more row does", "more rows do")
            for number in range(rows):
                sheet.add((number, "=1+1"))
    found = openpyxl.load_workbook(content)
    return {one.title: [[cell.value for cell in row] for row in one.iter_rows()] for one in found.worksheets}


def test_titles_are_those_that_spreadsheets_take_and_no_two_are_one() -> None:
    long = "What was tried in the first weeks of the new term"
    found = list(written("Reviews", "reviews", "Steps: tried/left [all]?", long, long, "History", "'", "'Quoted'"))
    assert found == [
        "Reviews",
        "reviews 2",
        "Steps  tried left  all",
        "What was tried in the first wee",
        "What was tried in the first w 2",
        "History 2",
        "Sheet",
        "Quoted",
    ]


def test_what_does_not_fit_is_counted_on_its_own_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    found = written("First", "Second", rows=4)
    assert [row[0] for row in found["First"]] == [
        "Number",
        0,
        1,
        "2 more rows do not fit on a sheet. Export them as CSV.",
    ]
    assert [row[0] for row in found["Second"]] == [row[0] for row in found["First"]]
    assert written("First", rows=2)["First"][1:] == [[0, "=1+1"], [1, "=1+1"]]


def test_numbers_days_moments_and_amounts_can_be_reckoned_with() -> None:
    content = io.BytesIO()
    with Book(content, timed=True) as book:
        sheet = book.sheet("Kept", ("A", "B", "C", "D", "E", "F"), "row", "rows")
        moment = datetime(2024, 3, 1, 13, 30, tzinfo=UTC)
        sheet.add((7, 1.5, date(2024, 3, 1), moment, Amount("£12.50", 1250, "GBP"), None))
    row = next(openpyxl.load_workbook(content).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert row == (7, 1.5, datetime(2024, 3, 1), datetime(2024, 3, 1, 13, 30), 12.5, "")
