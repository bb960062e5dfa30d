"""Changes that are run together do what each of them does alone, however many they are."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import DBAPIError

from engine.service import Engine
from engine.store.statement import MOST, Change, Statement, put_row, run_together
from engine.store.tables import places

PUT = put_row(places)
FREE_ALL = Statement(update(places).where(places.c.taken >= bindparam("least")).values(taken=0))
FORGET = Statement(delete(places).where(places.c.place == bindparam("gone")))
ALL = Statement(select(places.c.place, places.c.taken).where(places.c.process == "x").order_by(places.c.place))


def put(place: str, taken: int = 1) -> Change:
    return Change(PUT, {"process": "x", "place": place, "taken": taken})


def test_more_than_fit_one_statement(engine: Engine) -> None:
    names = [f"place {number:03d}" for number in range(2 * MOST + 3)]
    with engine.database.writing() as connection:
        assert run_together(connection, [put(name) for name in names]) == 1
        assert ALL.rows(connection) == [(name, 1) for name in names]


def test_statements_of_several_kinds_count_the_rows_of_the_first(engine: Engine) -> None:
    with engine.database.writing() as connection:
        run_together(connection, [put("a", 3), put("b", 3), put("c", 1)])
        changed = run_together(connection, [Change(FREE_ALL, {"least": 3}), Change(FORGET, {"gone": "c"}), put("d", 9)])
        assert changed == 2
        assert ALL.rows(connection) == [("a", 0), ("b", 0), ("d", 9)]


def test_none_change_nothing(engine: Engine) -> None:
    with engine.database.writing() as connection:
        assert run_together(connection, []) == 0


def test_a_fault_in_one_undoes_all_and_shows_no_value(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as raised, engine.database.writing() as connection:
        run_together(connection, [put("fine"), put("Secret Name", -1)])
    assert "Secret Name" not in str(raised.value.args)
    with engine.database.reading() as connection:
        assert ALL.rows(connection) == []
