"""Exports: just what a list shows, and what happened to its cases, by the rights of who takes it; text stays text."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import openpyxl
import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.running.beside import EXPORTS
from engine.service.history import histories
from engine.web.cases import exports, workbook
from tests.conftest import START
from tests.integration.site import MANY, Visit
from tests.steps import PUPIL, REVIEW, done, in_panel, in_placement

# What a spreadsheet takes for the beginning of a formula; the wide ones it takes so where people write Japanese.
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_begins_like_a_formula_is_text(sign: str) -> None:
    formula = f'{sign}HYPERLINK("http://evil.example")'
    assert exports._cell(formula) == f"'{formula}"
    assert exports._cell(f"A{sign}") == f"A{sign}"


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
    monkeypatch.setattr(exports, "AT_ONCE", 5)
    monkeypatch.setattr(exports, "IN_MEMORY", 100)
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
        visit.get("/cases-history.csv", 503),
        visit.get("/cases-history.xlsx", 503),
        visit.post("/cases/export", {"kind": "csv", "search": "x"}, 503),
    ):
        assert int(said.headers["retry-after"]) > 0
        assert "Pupil" not in said.text


def test_a_workbook_says_what_does_not_fit_into_it(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 10)
    book = openpyxl.load_workbook(io.BytesIO(visit.get("/cases.xlsx?sort=label").content))
    rows = [row[0].value for row in book.active.iter_rows(min_row=2)]
    assert len(rows) == 10
    assert rows[-1] == f"{MANY - 9} more cases do not fit on a sheet. Export them as CSV."


def table(visit: Visit, path: str = "/cases-history.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visit.get(path).content.decode("utf-8-sig"))))


def sheet(visit: Visit, path: str = "/cases-history.xlsx") -> list[list[object]]:
    found = openpyxl.load_workbook(io.BytesIO(visit.get(path).content)).active
    assert found is not None
    assert {cell.data_type for row in found.iter_rows() for cell in row} <= {"s", "n", "d"}
    return [[cell.value for cell in row] for row in found.iter_rows()]


def test_a_history_goes_along_step_by_step_with_what_was_answered(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    case = in_placement(engine)
    for week, said in ((6, "Not yet"), (12, "Ready")):
        clock.set(START + timedelta(weeks=week))
        done(
            engine.fire(
                case.id, "hold_review", "jo:coordinator", {"review": {**REVIEW["review"], "review_reasons": said}}
            )
        )
        done(engine.fire(case.id, "continue_placement", "jo:coordinator"))
    jo = Visit(site, "jo")
    rows = [row for row in table(jo) if row["What"] == "Review held" and row["Field"] == "Reasons"]
    assert [row["Value"] for row in rows] == ["Not yet", "Ready"]
    assert (rows[0]["Number"], rows[0]["Name"], rows[0]["Kind"]) == (str(case.id), "A Pupil", "What people did")
    assert (rows[0]["Who"], rows[0]["Now at"]) == (engine.people.person("jo").name, "Review")
    assert rows[0]["When"] == "23 October 2023 at 09:00"
    book = sheet(jo)
    assert tuple(book[0]) == exports.HISTORY
    assert [row[-1] for row in book if row[4] == "Review held" and row[-2] == "Reasons"] == ["Not yet", "Ready"]
    assert isinstance(book[1][2], datetime)
    # Each line of each step, and each step that has none.
    lines = [max(len(one.lines), 1) for one in engine.report(case.id, "jo:coordinator").history]
    assert len(book) == 1 + sum(lines) == 1 + len(table(jo))


def test_a_history_is_taken_by_the_rights_of_who_takes_it(site: FastAPI, engine: Engine) -> None:
    shown = in_panel(engine, upn="A123456789012").id
    other = done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, "school": "Elsewhere"}, state="panel")).id
    loan = done(engine.open_case("equipment-loan", "bob:clerk", {"club": "Hobby", "item": "saw"})).id
    done(engine.fire(shown, "record_consent", "coordinator", {"consent": "no"}))
    sam, jo = Visit(site, "sam"), Visit(site, "jo")
    for found in ([list(row.values()) for row in table(sam)], sheet(sam)[1:]):
        assert {str(row[0]) for row in found} == {str(shown)}
        for secret in ("Pupil", "A123456789012", ".txt"):
            assert secret not in str(found), secret
    numbers = {str(row[0]) for row in sheet(jo)[1:]}
    assert numbers == {str(shown), str(other)}
    assert str(loan) not in numbers
    assert "A123456789012" in str(table(jo))
    taken = [(one.by, one.what) for one in engine.accesses(shown)]
    assert taken.count(("sam", "export of histories")) == 2  # there are documents
    assert taken.count(("jo", "export of histories")) == 2
    assert ("sam", "export of histories") not in [(one.by, one.what) for one in engine.accesses(other)]
    acts = [(one.by, one.about, one.after) for one in engine.journal("ada:administrator", kind="export").items]
    assert ("sam", "cases-history.csv", {"cases": 1}) in acts
    assert ("jo", "cases-history.xlsx", {"cases": 2}) in acts


def test_what_is_typed_is_no_formula_in_a_history_and_a_long_text_is_whole(site: FastAPI, engine: Engine) -> None:
    formula, long = '=HYPERLINK("http://evil.example")', "so " * 6_600
    case = done(engine.open_case("hbep-referral", "jo:coordinator", {**PUPIL, "ground": formula}, state="panel")).id
    done(engine.fire(case, "add_details", "jo:coordinator", {"tried": long}))
    done(engine.correct(case, 2, "tried", long.replace("so", "no"), "Misheard", "lee:data_protection+coordinator"))
    jo = Visit(site, "jo")
    assert [row["Value"] for row in table(jo) if row["Field"] == "Ground for referral"] == [f"'{formula}"]
    for found in ([list(row.values()) for row in table(jo)], sheet(jo)[1:]):
        parts = [str(row[-1]) for row in found if str(row[-2]).startswith("What has been tried")][1:]
        assert "".join(parts) == f"was {long.strip()}; now {long.replace('so', 'no').strip()}"
        assert [len(one) for one in parts] == [exports.LONGEST_CELL, len("".join(parts)) - exports.LONGEST_CELL]


def test_a_history_holds_every_case_and_says_what_does_not_fit(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table(visit)
    assert len({row["Number"] for row in whole}) == MANY
    monkeypatch.setattr(histories, "AT_ONCE", 5)
    monkeypatch.setattr(exports, "IN_MEMORY", 100)
    assert table(visit) == whole
    assert {row["Name"] for row in table(visit, "/cases-history.csv?sort=label")} == {
        f"Pupil {index:02}" for index in range(MANY)
    }
    for kind in ("history-csv", "history-xlsx"):
        sent = visit.post("/cases/export", {"kind": kind, "search": "Pupil 03", "status": "all"}, 200)
        assert f'filename="cases-history.{kind[-4:].strip("-")}"' in sent.headers["content-disposition"]
    monkeypatch.setattr(workbook, "SHEET_ROWS", 10)
    rows = sheet(visit)
    assert (len(rows), rows[-1][0]) == (11, f"{len(whole) - 9} more rows do not fit on a sheet. Export them as CSV.")


def book_of(visit: Visit, path: str = "/cases-history.xlsx") -> dict[str, list[list[object]]]:
    """The sheets of a workbook, by their titles."""
    found = openpyxl.load_workbook(io.BytesIO(visit.get(path).content))
    return {one.title: [[cell.value for cell in row] for row in one.iter_rows()] for one in found.worksheets}


def test_each_series_has_a_sheet_of_its_own_with_numbers_and_days_to_reckon_with(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    case = in_placement(engine).id
    clock.set(START + timedelta(weeks=6))
    done(engine.fire(case, "hold_review", "jo:coordinator", REVIEW))
    in_placement(engine, pupil_name="=1+1")
    book = book_of(Visit(site, "jo"))
    assert next(iter(book)) == "What happened"
    assert {"Readiness ratings", "Reviews", "Key stage by days"} <= book.keys()
    titles, *rows = book["Readiness ratings"]
    assert titles[:4] == ["Number", "Name", "Rated on", "Rated by"]
    assert titles[-2:] == ["Total", "Who"]
    assert [row[1] for row in rows] == ["=1+1", "A Pupil"]
    day = datetime(START.year, START.month, START.day)
    assert [rows[1][index] for index in (0, 2, 3, -2, -1)] == [case, day, "School", 150, "Partnership Coordinator"]
    assert [row[3:6] for row in book["Reviews"][1:]] == [["No", "Not yet", "School"]]
    assert "Readiness ratings" not in Visit(site, "jo").get("/cases-history.csv").text.splitlines()[0]


def test_of_rows_only_what_may_be_shown_goes_along(site: FastAPI, engine: Engine) -> None:
    """The school of another pupil has no sheet of theirs."""
    in_placement(engine, school="Elsewhere")
    assert list(book_of(Visit(site, "sam"))) == ["What happened"]
