"""Caseload: filters, exports that hold every case, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from fastapi import FastAPI

from engine import Engine
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


def test_a_spreadsheet_gets_no_formula(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    done(
        engine.open_case(
            "hbep-referral", jo, {**PUPIL, "pupil_name": '=HYPERLINK("http://evil.example")'}, state="panel"
        )
    )
    visit = Visit(site, "jo")
    assert "'=HYPERLINK" in visit.get("/cases.csv").text
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx").content)).active
    assert sheet is not None
    assert sheet["B2"].data_type == "s"


def test_an_export_holds_every_case(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caseload, "AT_ONCE", 5)
    monkeypatch.setattr(caseload, "IN_MEMORY", 100)
    for sort in ("label", "-since"):
        rows = list(csv.DictReader(io.StringIO(visit.get(f"/cases.csv?sort={sort}").content.decode("utf-8-sig"))))
        assert sorted(row["Name"] for row in rows) == [f"Pupil {index:02}" for index in range(MANY)]
    book = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx?sort=label").content))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == [f"Pupil {index:02}" for index in range(MANY)]


def test_a_workbook_says_what_does_not_fit_into_it(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caseload, "SHEET_ROWS", 10)
    book = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx?sort=label").content))
    rows = [row[0].value for row in book.active.iter_rows(min_row=2)]
    assert len(rows) == 10
    assert rows[-1] == f"{MANY - 9} more cases do not fit on a sheet. Export them as CSV."
