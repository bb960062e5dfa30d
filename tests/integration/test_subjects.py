"""All that is kept about one subject, given out as a folder: on both databases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.command import Actor
from engine.service.keeping.index import reindex
from engine.service.keeping.subjects import BadWithholding, UnknownSubject
from engine.service.processes.catalogue import Catalogue
from engine.store.keeping.folder import BadFolder
from tests.integration.test_retention import BOAT, YARD, at, yard
from tests.steps import done

__all__ = ["yard"]
KEEPER = "kim:keeper"
ASKED = date(2010, 5, 1)


def boat(engine: Engine, **data: object) -> int:
    """A case with everything that there can be about somebody."""
    number = done(engine.open_case("yard", "hand", {**BOAT, **data})).id
    engine.add_document(number, "plan", b"drawn", "hand", name="Ada.txt")
    engine.desk.write_note(number, "She came by", Actor("hand", frozenset({"hand"})))
    engine.case(number, "lee:hand")
    return number


def told(folder: Path) -> Any:
    return json.loads((folder / "export.json").read_text())


def content(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_everything_about_one_subject_and_nothing_of_another_is_given_out(yard: Engine, tmp_path: Path) -> None:
    first, other, again = boat(yard), boat(yard, owner="Bo Reed"), boat(yard, owner="ada  FENWICK")
    done(yard.correct(first, 1, "club", "South", "Misheard", KEEPER))
    found = yard.export_subject("Ada Fenwick", tmp_path / "out", KEEPER, asked=ASKED)
    assert (found.cases, found.documents, found.withheld, found.good_until) == ((first, again), 2, 0, date(2010, 5, 31))
    out = told(tmp_path / "out")
    assert (out["subject"], out["good_until"]) == ("Ada Fenwick", "2010-05-31")
    case = out["cases"][0]
    assert {"item": "1/field/club", "title": "Club", "value": "South"} in case["fields"]
    assert (case["kept_until"], [one["text"] for one in case["notes"]]) == (None, ["She came by"])
    assert [[one["value"] for one in step["values"]] for step in case["history"]][-1] == ["was North; now South"]
    assert case["history"][-1]["more"] == [{"title": "Reason", "value": "Misheard"}]
    # How a file is called is told with the document, so that it can be withheld with it.
    assert "Ada.txt" not in json.dumps(case["history"])
    assert "lee" in {one["by"] for one in case["seen_by"]}
    [plan] = case["documents"]
    assert (tmp_path / "out" / plan["file"]).read_bytes() == b"drawn"
    assert "Bo Reed" not in json.dumps(out)
    for number, is_told in ((first, True), (other, False), (again, True)):
        assert (("kim", "subject export") in [(one.by, one.what) for one in yard.accesses(number)]) is is_told
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_it_is_the_same_byte_for_byte_until_something_changes(yard: Engine, tmp_path: Path) -> None:
    number = boat(yard)
    at(yard, 2010, 5, 2)
    yard.export_subject("Ada Fenwick", tmp_path / "one", KEEPER, asked=ASKED)
    at(yard, 2010, 5, 9)
    yard.export_subject("Ada Fenwick", tmp_path / "two", "lou:keeper", asked=ASKED)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    yard.case(number, "lee:hand")
    yard.export_subject("Ada Fenwick", tmp_path / "three", KEEPER, asked=ASKED)
    assert content(tmp_path / "one") != content(tmp_path / "three")


def test_what_is_withheld_says_why_wherever_it_stands(yard: Engine, tmp_path: Path) -> None:
    boat(yard)
    why = {"1/field/club": "About others", "1/document/plan/1": "Of somebody else", "1/note/1": "Harm"}
    found = yard.export_subject("Ada Fenwick", tmp_path / "out", KEEPER, asked=ASKED, withhold=why)
    assert (found.documents, found.withheld) == (0, 3)
    files = content(tmp_path / "out")
    assert set(files) == {"export.json", "export.pdf"}
    assert [one for one in (b"North", b"Ada.txt", b"She came by") if one in files["export.json"]] == []
    case = told(tmp_path / "out")["cases"][0]
    club = {"item": "1/field/club", "title": "Club", "withheld": "About others"}
    assert club in case["fields"]
    assert club in case["history"][0]["values"]
    for wrong, said in (({"1/field/clubb": "x"}, "There is no item 1/field/clubb"), ({"1/field/club": " "}, "Say why")):
        with pytest.raises(BadWithholding, match=said):
            yard.export_subject("Ada Fenwick", tmp_path / "wrong", KEEPER, withhold=wrong)
    assert not (tmp_path / "wrong").exists()


def test_who_does_not_see_to_it_is_told_of_nobody_and_nothing_is_replaced(yard: Engine, tmp_path: Path) -> None:
    boat(yard)
    for subject, by in (("Ada Fenwick", "hand"), ("Nobody", KEEPER), ("", KEEPER), ("Ada", KEEPER)):
        with pytest.raises(UnknownSubject):
            yard.export_subject(subject, tmp_path / "out", by)
    assert list(tmp_path.glob("out*")) == []
    (tmp_path / "out").mkdir()
    for folder in (tmp_path / "out", tmp_path / "nowhere" / "out"):
        with pytest.raises(BadFolder):
            yard.export_subject("Ada Fenwick", folder, KEEPER)
    assert list((tmp_path / "out").iterdir()) == list(tmp_path.glob(".export-*")) == []


def test_a_case_that_was_erased_is_about_nobody(yard: Engine, tmp_path: Path) -> None:
    number = done(yard.open_case("yard", "hand", {**BOAT, "built": "1950-01-01"})).id
    done(yard.fire(number, "close", "hand"))
    at(yard, 2030, 1, 1)
    yard.retain(number, "asked", "Kept long enough", KEEPER)
    yard.erase(number, "lou:keeper")
    with pytest.raises(UnknownSubject):
        yard.export_subject("Ada Fenwick", tmp_path / "out", KEEPER)
    assert yard.verify().findings == ()


def test_processes_that_name_no_subject_have_none(yard: Engine, tmp_path: Path) -> None:
    yard.publish(YARD.replace("process: yard", "process: dock").replace("  subject: owner\n", ""))
    done(yard.open_case("dock", "hand", BOAT))
    with pytest.raises(UnknownSubject):
        yard.export_subject("Ada Fenwick", tmp_path / "out", KEEPER)


def test_whom_a_case_is_about_is_verified_and_written_anew_from_it(yard: Engine, tmp_path: Path) -> None:
    number = boat(yard)
    with yard.database.writing() as connection:
        connection.execute(text("UPDATE cases SET subject = 'bo reed'"))
    assert [one.case for one in yard.verify().findings] == [number]
    with yard.database.writing() as connection:
        reindex(connection, Catalogue())
    assert yard.verify().findings == ()
    assert yard.export_subject("Ada Fenwick", tmp_path / "out", KEEPER).cases == (number,)
