"""What migrations do with what a database holds, on both databases."""

from __future__ import annotations

import ast
import contextlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine import Engine
from engine.case.entry import GENESIS, chained
from engine.clock import SetClock
from engine.store.cases.index import reading_order
from engine.store.database import Database
from tests.conftest import LOAN, REFERRAL, ROOT
from tests.integration.test_order import migrate
from tests.steps import done, in_placement

RELEASED = "0004"
HELD = {
    "jo": ["coordinator", "administrator"],
    "kim": ["clerk"],
    "sam": ["school", "senco"],
    "ann": ["auditor"],
    "old": ["gone_from_every_process"],
    "nil": [],
}
AFTER = {
    "jo": ["administrator", "equipment-loan/coordinator", "hbep-referral/coordinator"],
    "kim": ["other-loan/clerk"],
    "sam": ["hbep-referral/school", "hbep-referral/senco"],
    "ann": ["auditor"],
    "old": [],
    "nil": [],
}


def test_roles_go_to_every_process_that_knows_them(url: str) -> None:
    migrate(url, command.downgrade, RELEASED)
    loan = LOAN.read_text()
    versions = [
        ("hbep-referral", "1", REFERRAL.read_text()),
        ("equipment-loan", "1", loan.replace("clerk", "lender")),
        ("equipment-loan", "2", loan.replace("clerk", "coordinator")),
        ("other-loan", "1", loan),
    ]
    database = Database(url)
    with database.writing() as connection:
        connection.execute(
            text("INSERT INTO versions VALUES (:process, :version, '2023-01-01', :text, :version, '', '')"),
            [dict(zip(("process", "version", "text"), one, strict=True)) for one in versions],
        )
        connection.execute(
            text("INSERT INTO people (login, name, roles, active, email) VALUES (:login, '', :roles, :active, '')"),
            [{"login": login, "roles": json.dumps(roles), "active": True} for login, roles in HELD.items()],
        )
    migrate(url, command.upgrade, "head")
    assert _roles(database) == AFTER
    migrate(url, command.downgrade, RELEASED)
    assert _roles(database)["jo"] == ["administrator", "coordinator"]
    database.dispose()


def _roles(database: Database) -> dict[str, list[str]]:
    with database.reading() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT login, roles FROM people")).all()
    return {login: json.loads(roles) for login, roles in rows}


def test_a_database_that_was_released_is_made_ready(url: str) -> None:
    migrate(url, command.downgrade, RELEASED)
    Engine.prepare(url)
    Engine(url).close()


# Published texts are read by the reader for as long as cases follow them: it may grow, and not refuse what it took.
BORROWED = {"0006_roles_of_processes.py": {"engine.source.reader"}}
MIGRATIONS = ROOT / "engine" / "store" / "migrations" / "versions"


@pytest.mark.parametrize("file", sorted(MIGRATIONS.glob("*.py")), ids=lambda file: file.stem)
def test_a_migration_stays_as_it_is_when_the_program_changes(file: Path) -> None:
    """It works with its own words and tables: by tomorrow those of the program are others."""
    taken = set[str]()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            taken.add(node.module or "")
        elif isinstance(node, ast.Import):
            taken |= {one.name for one in node.names}
    own = {one for one in taken if one.partition(".")[0] in {"engine", "casework", "tests"}}
    assert own == BORROWED.get(file.name, set())
    assert {one.partition(".")[0] for one in taken - own} <= {*sys.stdlib_module_names, "alembic", "sqlalchemy"}


ORDERED = {
    "Änne Öst": "anne ost",
    "O’Neil": "oneil",
    "Anna-Lee": "anna lee",
    "ＡＢＣ ﬁsh": "abc fish",
    "Łódź Straße": "lodz strasse",
    "...": "...",
}


def test_names_of_a_database_that_is_older_stand_as_people_look_for_them(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(LOAN)
    for name in ORDERED:
        done(engine.open_case("equipment-loan", "clerk", {"club": name, "item": "saw"}))
    columns = text("SELECT organisation, organisation_order FROM cases ORDER BY id")
    migrate(url, command.downgrade, "0012")
    Engine.prepare(url)  # which writes the index of cases anew, too
    with engine.database.reading() as connection:
        assert [tuple(row) for row in connection.execute(columns)] == list(ORDERED.items())
    assert engine.verify().findings == ()
    engine.close()


def test_cases_of_a_database_that_is_older_are_found_with_apostrophes_left_out(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(LOAN)
    for name in ("D’Arcy-Öst", "Plain", "Saint John's"):
        done(engine.open_case("equipment-loan", "clerk", {"club": name, "item": "saw"}))
    with engine.database.writing() as connection:  # as they were before
        connection.execute(text("DELETE FROM words WHERE word IN ('darcy', 'johns')"))
    assert len(engine.verify().findings) == 2
    migrate(url, command.downgrade, "0013")
    migrate(url, command.upgrade, "head")
    assert engine.verify().findings == ()
    assert [one.id for one in engine.cases(search="darcy ost", by="clerk").items] == [1]
    assert [one.id for one in engine.cases(search="johns", by="clerk").items] == [3]
    engine.close()


def test_cases_of_a_database_that_is_older_are_found_with_hyphens_left_out(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    for name, school in (("Zoë Smith\u2011Jones", "Hill-Top"), ("Plain", "O’Neil-Öst"), ("A - B", "Ann-Lee")):
        data = {"pupil_name": name, "school": school, "key_stage": "KS3", "consent": "yes"}
        done(engine.open_case("hbep-referral", "coordinator", data, state="panel"))
    with engine.database.writing() as connection:  # as they were before
        connection.execute(text("DELETE FROM words WHERE word IN ('smithjones', 'hilltop', 'oneilost', 'annlee')"))
    assert len(engine.verify().findings) == 3
    migrate(url, command.downgrade, "0017")
    migrate(url, command.upgrade, "head")
    assert engine.verify().findings == ()
    assert [one.id for one in engine.cases(search="zoe smithjones hilltop", by="coordinator").items] == [1]
    assert [one.id for one in engine.cases(search="oneilost", by="coordinator").items] == [2]
    engine.close()


def test_a_chain_is_written_anew_with_its_values_beside_it_and_names_the_head_it_had(
    url: str, tmp_path: Path, clock: SetClock
) -> None:
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(REFERRAL)
    case = in_placement(engine)
    before = engine.history(case.id)
    migrate(url, command.downgrade, "0016")
    with engine.database.reading() as connection:
        bodies = "SELECT body, hash FROM history ORDER BY seq"
        plain = [tuple(row) for row in connection.execute(text(bodies))]
    assert "A Pupil" in plain[0][0]
    assert chained(GENESIS, plain[0][0]) == plain[0][1]
    migrate(url, command.upgrade, "head")
    assert engine.history(case.id)[1:] == before[1:]
    assert engine.history(case.id)[0] == replace(before[0], old_head=plain[-1][1])
    with engine.database.reading() as connection:
        assert all("A Pupil" not in body for (body,) in connection.execute(text("SELECT body FROM history")))
    assert engine.verify().findings == ()
    done(engine.fire(case.id, "withdraw", "coordinator", {"reason": "Moved away"}))
    assert engine.verify().findings == ()
    engine.close()


class Stopped(Exception):
    """As if the program had been killed."""


def test_a_database_stopped_while_chains_are_written_anew_is_brought_up_by_another_try(
    url: str, tmp_path: Path
) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(LOAN)
    for name in ("North", "South"):
        done(engine.open_case("equipment-loan", "clerk", {"club": name, "item": "saw"}))
    migrate(url, command.downgrade, "0016")
    stops, left = 0, 0

    def stopping(_: Any, __: Any, statement: str, *___: Any) -> None:
        nonlocal left
        left -= any(name in statement for name in ("history", "UPDATE", "INSERT"))
        if left < 0:
            raise Stopped

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", stopping)
    try:
        for moment in count():
            left = moment
            with contextlib.suppress(Stopped):
                Engine.prepare(url)
                break
            stops += 1
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", stopping)
    assert stops > 5
    assert engine.verify().findings == ()
    assert [one.data["club"] for one in engine.cases(by="clerk").items] == ["North", "South"]
    engine.close()


@given(name=st.text())
@settings(max_examples=100)
def test_a_list_that_came_over_and_one_written_today_stand_alike(name: str) -> None:
    """Until the program orders names otherwise: then a migration follows, and this ends."""
    written = import_module("engine.store.migrations.versions.0025_plain_letters")
    then: Callable[[str], str] = written._reading_order
    assert then(name) == reading_order(name)


def test_what_is_found_by_digest_and_address_comes_over_from_a_database_that_is_older(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    case = in_placement(engine)
    engine.people.add("kim", "Kim", ["coordinator"], email="Kim@Example.org")
    held = "SELECT count(*) FROM contents"
    with engine.database.reading() as connection:
        before = connection.execute(text(held)).scalar_one()
    assert before == len({one["hash"] for copies in documents_of(engine, case.id).values() for one in copies}) > 0
    migrate(url, command.downgrade, "0025")
    Engine.prepare(url)
    with engine.database.reading() as connection:
        assert connection.execute(text(held)).scalar_one() == before
    assert engine.accounts.person_with_email("kim@example.ORG") == "kim"
    assert engine.verify().findings == ()
    engine.close()


def documents_of(engine: Engine, case: int) -> dict[str, list[dict[str, str]]]:
    with engine.database.reading() as connection:
        row = connection.execute(text("SELECT snapshot FROM cases WHERE id = :case"), {"case": case}).scalar_one()
    found: dict[str, list[dict[str, str]]] = json.loads(row)["documents"]
    return found
