"""What migrations do with what a database holds, on both databases."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine import Engine
from engine.store.cases.index import reading_order
from engine.store.database import Database
from tests.conftest import LOAN, REFERRAL, ROOT
from tests.integration.test_order import migrate
from tests.steps import done

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
    "Łódź Straße": "łodz strasse",
    "...": "...",
}


def test_names_of_a_database_that_is_older_stand_as_people_look_for_them(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(LOAN)
    for name in ORDERED:
        done(engine.open_case("equipment-loan", "clerk", {"club": name, "item": "saw"}))
    columns = text("SELECT organisation, organisation_order FROM cases ORDER BY id")
    migrate(url, command.downgrade, "0012")
    migrate(url, command.upgrade, "head")
    with engine.database.reading() as connection:
        assert [tuple(row) for row in connection.execute(columns)] == list(ORDERED.items())
    assert engine.verify().findings == ()
    engine.close()


def test_cases_of_a_database_that_is_older_are_found_with_apostrophes_left_out(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(LOAN)
    for name in ("D’Arcy-Öst", "Plain", "Saint John's"):
        done(engine.open_case("equipment-loan", "clerk", {"club": name, "item": "saw"}))
    migrate(url, command.downgrade, "0013")
    with engine.database.writing() as connection:  # as they were before
        connection.execute(text("DELETE FROM words WHERE word IN ('darcy', 'johns')"))
    assert len(engine.verify().findings) == 2
    migrate(url, command.upgrade, "head")
    assert engine.verify().findings == ()
    assert [one.id for one in engine.cases(search="darcy ost", by="clerk").items] == [1]
    assert [one.id for one in engine.cases(search="johns", by="clerk").items] == [3]
    engine.close()


@given(name=st.text())
@settings(max_examples=400)
def test_a_list_that_came_over_and_one_written_today_stand_alike(name: str) -> None:
    """Until the program orders names otherwise: then a migration follows, and this ends."""
    then: Callable[[str], str] = import_module("engine.store.migrations.versions.0013_reading_order")._reading_order
    assert then(name) == reading_order(name)
