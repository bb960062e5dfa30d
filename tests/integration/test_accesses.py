"""Accesses: a list that somebody was shown is one row, and is found for each of the cases that it named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from engine import Engine
from engine.api.app import create_app
from engine.service.cases.views import every
from engine.service.lists.cursors import BadCursor
from engine.store.cases import accesses as store
from engine.store.tables import accesses
from engine.web.app import create_site
from engine.web.cases import case as case_pages
from tests.conftest import REFERRAL
from tests.integration.site import Visit, settle
from tests.integration.test_order import migrate
from tests.steps import PUPIL, done

MANY = 12


def rows(engine: Engine) -> int:
    with engine.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(accesses)).scalar_one())


def test_a_list_is_one_row_that_names_its_cases(engine: Engine) -> None:
    for n in range(MANY):
        done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, "pupil_name": f"Pupil {n}"}, state="panel"))
    before = rows(engine)
    engine.cases(by="jo:coordinator", limit=MANY - 1)
    assert rows(engine) == before + 1
    engine.case(MANY, "kim:coordinator")
    for number in range(1, MANY):
        assert [(one.by, one.what) for one in engine.accesses(number)] == [("jo", "list of cases")], number
    assert [one.by for one in engine.accesses(MANY)] == ["kim"]
    engine.cases(by="kim:coordinator", sort="-id", limit=MANY)
    assert [one.by for one in engine.accesses(MANY)] == ["kim", "kim"]
    assert [one.by for one in engine.accesses(1)] == ["kim", "jo"]
    assert [one.by for one in engine.accesses(1, limit=1)] == ["kim"]


def test_nothing_that_was_written_down_is_changed(engine: Engine) -> None:
    done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    engine.cases(by="jo:coordinator")
    with pytest.raises(DBAPIError), engine.database.writing() as connection:
        connection.execute(accesses.update().values(others=None))


def opened(engine: Engine, count: int) -> None:
    for n in range(count):
        done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, "pupil_name": f"Pupil {n}"}, state="panel"))


def walked(engine: Engine, case: int, limit: int) -> list[str]:
    """Who was shown a case, page by page to the end."""
    return [one.by for one in every(lambda after: engine.access_page(case, None, limit, after))]


def test_every_access_is_found_page_by_page_however_many_there_are(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BLOCK", 4)
    opened(engine, 3)
    expected: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for n in range(40):
        shown = [[1], [2, 1], [1, 3], [3, 2, 1], [2]][n % 5]
        engine.note_accesses(shown, f"p{n}", "list")
        for case in shown:
            expected[case].insert(0, f"p{n}")
    for case, everybody in expected.items():
        for limit in (1, 3, 7, 100):
            assert walked(engine, case, limit) == everybody, (case, limit)


def test_the_end_of_a_page_of_one_case_begins_none_of_another(engine: Engine) -> None:
    opened(engine, 2)
    for _ in range(3):
        engine.note_accesses([1, 2], "jo", "list")
    with pytest.raises(BadCursor):
        engine.access_page(2, after=engine.access_page(1, limit=1).next)


def test_a_log_that_was_written_before_is_found(url: str, tmp_path: Path) -> None:
    migrate(url, command.downgrade, "0011")
    migrate(url, command.upgrade, "head")
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    opened(engine, 3)
    for n in range(store.BLOCK + 20):
        engine.note_accesses([3, 2, 1] if n % 2 else [1, 3], f"p{n}", "list")
    before = {case: walked(engine, case, 100) for case in (1, 2, 3)}
    engine.close()
    migrate(url, command.downgrade, "0011")
    migrate(url, command.upgrade, "head")
    again = Engine(url, documents=tmp_path / "documents")
    assert {case: walked(again, case, 100) for case in (1, 2, 3)} == before
    assert len(before[2]) == (store.BLOCK + 20) // 2
    again.close()


def test_pages_and_the_api_lead_on_to_earlier_accesses(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_pages, "SHOWN", 3)
    settle(engine)
    opened(engine, 1)
    for n in range(8):
        engine.note_accesses([1], f"viewer{n}", "list")
    visit, path, seen = Visit(create_site(engine), "jo"), "/cases/1/accesses", list[str]()
    while path:
        text = visit.get(path).text
        seen += re.findall("viewer[0-9]", text)
        onward = re.search(r'href="([^"]+)" rel="next"', text)
        path = onward.group(1) if onward else ""
    assert seen == [f"viewer{n}" for n in reversed(range(8))]
    assert visit.get("/cases/1/accesses?after=nonsense", 422).text.count("Traceback") == 0

    secret, _ = engine.people.issue_token("jo", "test", ["read"], 30)
    told, path = list[str](), "/api/v1/cases/1/accesses?limit=3"
    with TestClient(create_app(engine)) as client:
        while path:
            answer = client.get(path, headers={"Authorization": f"Bearer {secret}"})
            told += [one["by"] for one in answer.json()]
            path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert [one for one in told if one.startswith("viewer")] == seen
