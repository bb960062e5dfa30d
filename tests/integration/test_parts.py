"""Parts: what checkpoints prove of which table."""

from __future__ import annotations

from engine import Engine
from engine.store.keeping.parts import NOT_PROVEN, STATES, highest, row_digest, state_rows
from engine.store.tables import metadata
from tests.integration.site import PEOPLE, settle


def test_each_table_is_proven_or_it_is_said_why_not() -> None:
    proven = {"cases", "history", "accesses", "leaves", "checkpoints", *STATES}
    assert proven | set(NOT_PROVEN) == set(metadata.tables)
    assert not proven & set(NOT_PROVEN)


def test_rows_are_read_in_order_and_have_names_marks_and_digests(engine: Engine) -> None:
    settle(engine)
    people = STATES["people"]
    with engine.database.reading() as connection:
        rows = list(state_rows(connection, people))
        assert highest(connection)["people"] == len(PEOPLE)
        assert [people.name(row) for row in state_rows(connection, people, 3, 5)] == ["4", "5"]
        [edition] = state_rows(connection, STATES["calendars"])
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert {people.mark_of(row) for row in rows} == {1}
    assert people.digest(rows[0], "a") != people.digest(rows[0], "b")
    assert people.digest(rows[0], None) == row_digest({name: rows[0][name] for name in people.columns})
    assert "name_order" not in people.columns
    assert STATES["calendars"].name(edition).endswith(" 1")
    account = {"person_id": 1, "password": "x", "totp": "", "counter": 1, "recovery": "", "changed": "2024"}
    assert STATES["accounts"].digest(account, "") == STATES["accounts"].digest(account | {"counter": 2}, "")
