"""What migrations do with what a database holds, on both databases."""

from __future__ import annotations

import json

import sqlalchemy
from alembic import command
from sqlalchemy import text

from engine import Engine
from engine.store.database import Database
from tests.conftest import LOAN, REFERRAL
from tests.integration.test_order import migrate

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
