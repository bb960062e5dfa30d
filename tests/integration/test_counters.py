"""Numbers go on behind all that were given out, on both databases."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, text

from engine import Engine
from engine.clock import SetClock
from engine.store.keeping.counters import ROOM, counted_tables, given_out, go_on_behind
from engine.store.tables import notes
from tests.integration.site import settle
from tests.steps import in_placement


def test_what_was_given_out_counts_also_where_nothing_of_it_is_left(engine: Engine) -> None:
    settle(engine)
    sam = engine.people.person("sam").actor
    with engine.database.reading() as connection:
        assert given_out(connection)["drafts"] == 0
    last = engine.desk.begin_draft("hbep-referral", "panel", sam)
    engine.desk.discard(last, sam)
    with engine.database.writing() as connection:
        assert given_out(connection)["drafts"] == last
        assert set(given_out(connection)) == {table.name for table in counted_tables()}
        go_on_behind(connection, {"drafts": 500})
    assert engine.desk.begin_draft("hbep-referral", "panel", sam) == 500 + ROOM + 1
    with engine.database.writing() as connection:
        go_on_behind(connection, {})
    assert engine.desk.begin_draft("hbep-referral", "panel", sam) == 500 + 2 * ROOM + 2


def test_a_backup_that_is_restored_twice_gives_no_number_twice(engine: Engine, clock: SetClock, tmp_path: Path) -> None:
    """An earlier one is taken up where the later one was not the right one: what was done meanwhile is lost again."""
    for name in ("early", "late"):
        engine.backup(tmp_path / f"{name}.zip")
    found = []
    for name in ("late", "early", "early"):
        clock.set(clock.now() + timedelta(minutes=5))
        url, documents = f"sqlite:///{tmp_path / str(len(found))}.db", tmp_path / str(len(found))
        Engine.restore(tmp_path / f"{name}.zip", url, documents=documents, clock=clock)
        with closing(Engine(url, documents=documents, clock=clock)) as restored:
            found += [in_placement(restored).id for _ in range(3)]
    assert len(set(found)) == 9
    assert min(found) == ROOM + 5 + 1


def test_a_clock_that_was_set_back_leaves_room_all_the_same(engine: Engine) -> None:
    case = in_placement(engine).id
    with engine.database.writing() as connection:
        go_on_behind(connection, {}, timedelta(days=-3))
    assert in_placement(engine).id == case + ROOM + 1


def test_where_there_is_much_as_much_room_is_left(engine: Engine) -> None:
    case = in_placement(engine).id
    row = {"case_id": case, "at": "x", "by": "x", "text": "x"}
    with engine.database.writing() as connection:
        connection.execute(insert(notes), [row] * (ROOM + 5))
        go_on_behind(connection, {})
        new = connection.execute(insert(notes).values(row).returning(notes.c.id)).scalar_one()
    assert new == 2 * (ROOM + 5) + 1


def test_a_number_of_what_was_thrown_away_is_not_given_again(engine: Engine) -> None:
    """Of each table as the migrations make it, which are not asked by those that look at the tables described."""
    with engine.database.reading() as connection:
        if engine.database.is_sqlite:
            made = dict(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
            assert [one.name for one in counted_tables() if "AUTOINCREMENT" not in made[one.name]] == []
        assert len(counted_tables()) > 10
