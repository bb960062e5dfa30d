"""Accesses: a list that somebody was shown is one row, and is found for each of the cases that it named."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from engine import Engine
from engine.store.tables import accesses
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
