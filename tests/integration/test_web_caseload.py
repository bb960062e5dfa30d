"""Caseload: filters, exports that hold every case, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from fastapi import FastAPI

from engine import Engine
from engine.running.beside import EXPORTS
from engine.web.cases import caseload
from tests.integration.site import MANY, Visit
from tests.steps import PUPIL, done, in_panel


def test_filters_are_shown_and_taken_away_one_by_one(site: FastAPI, engine: Engine, referral: object) -> None:
    for index in range(27):
        case = in_panel(engine, pupil_name=f"Pupil {index}")
        done(engine.fire(case.id, "withdraw", "coordinator", {"reason": "moved"}))
    visit = Visit(site, "jo")
    chosen = {"status": "all", "overdue": "", "organisation": "Hilltop", "state": "withdrawn"}
    first = visit.get(visit.post("/cases", chosen).headers["location"]).text
    assert re.findall(r'name="without" value="(\w+)"', first) == ["state", "organisation", "status"]
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    assert first.count('href="/cases/2"') == 0
    assert 'href="/cases/2"' in visit.get(following.group(1).replace("&amp;", "&")).text  # still of every status
    assert visit.post("/cases", {**chosen, "without": "status"}).headers["location"].count("status") == 0
    found = visit.post("/cases", {**chosen, "search": "Pupil 3"}, 200).text
    assert "Found by: Pupil 3" in found
    assert (
        "search" not in visit.post("/cases", {**chosen, "search": "Pupil 3", "without": "search"}).headers["location"]
    )
    assert len(visit.get("/cases.csv?status=all").text.splitlines()) == 28


# What a spreadsheet takes for the beginning of a formula; the wide ones it takes so where people write Japanese.
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_begins_like_a_formula_is_text(sign: str) -> None:
    formula = f'{sign}HYPERLINK("http://evil.example")'
    assert caseload._cell(formula) == f"'{formula}"
    assert caseload._cell(f"A{sign}") == f"A{sign}"


def test_a_spreadsheet_gets_no_formula(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    # Tab and carriage return begin no name that is kept: they are cut off as spaces are.
    typed = sorted(f'{sign}HYPERLINK("http://evil.example")' for sign in SIGNS if not sign.isspace())
    for name in typed:
        done(engine.open_case("hbep-referral", jo, {**PUPIL, "pupil_name": name}, state="panel"))
    visit = Visit(site, "jo")
    rows = csv.DictReader(io.StringIO(visit.get("/cases.csv").content.decode("utf-8-sig")))
    assert sorted(row["Name"] for row in rows) == [f"'{one}" for one in typed]
    sheet = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx").content)).active
    assert sheet is not None
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert sorted(str(cell.value) for cell in cells) == typed
    for row in sheet.iter_rows():
        assert not any(cell.data_type == "f" for cell in row)


def test_an_export_holds_every_case(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caseload, "AT_ONCE", 5)
    monkeypatch.setattr(caseload, "IN_MEMORY", 100)
    for sort in ("label", "-since"):
        rows = list(csv.DictReader(io.StringIO(visit.get(f"/cases.csv?sort={sort}").content.decode("utf-8-sig"))))
        assert sorted(row["Name"] for row in rows) == [f"Pupil {index:02}" for index in range(MANY)]
    book = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx?sort=label").content))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == [f"Pupil {index:02}" for index in range(MANY)]


def test_who_finds_exports_under_way_is_asked_to_come_back(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EXPORTS, "_most", 0)
    for said in (
        visit.get("/cases.csv", 503),
        visit.get("/cases.xlsx", 503),
        visit.post("/cases/export", {"kind": "csv", "search": "x"}, 503),
    ):
        assert int(said.headers["retry-after"]) > 0
        assert "Pupil" not in said.text


def test_a_workbook_says_what_does_not_fit_into_it(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caseload, "SHEET_ROWS", 10)
    book = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx?sort=label").content))
    rows = [row[0].value for row in book.active.iter_rows(min_row=2)]
    assert len(rows) == 10
    assert rows[-1] == f"{MANY - 9} more cases do not fit on a sheet. Export them as CSV."
