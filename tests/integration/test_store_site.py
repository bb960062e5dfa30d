"""What the database says of the installation as a whole."""

from __future__ import annotations

from pathlib import Path

from alembic import command

from engine import Engine
from engine.store.database import Database
from engine.store.site import forget, new_id, put, read, site_id
from tests.integration.test_order import migrate


def id_of(url: str) -> str:
    database = Database(url)
    try:
        with database.reading() as connection:
            return site_id(connection)
    finally:
        database.dispose()


def test_each_installation_has_an_id_of_its_own_for_ever(url: str, tmp_path: Path) -> None:
    Engine.prepare(f"sqlite:///{tmp_path / 'other.db'}")
    other, made = id_of(f"sqlite:///{tmp_path / 'other.db'}"), id_of(url)
    assert len(made) == len(other) == 32
    assert made != other
    Engine.prepare(url)
    assert id_of(url) == made
    migrate(url, command.downgrade, "0022")
    migrate(url, command.upgrade, "head")
    assert len(id_of(url)) == 32


def test_one_in_memory_has_one_too() -> None:
    engine = Engine()
    with engine.database.reading() as connection:
        assert len(site_id(connection)) == 32
    engine.close()


def test_the_id_comes_along_with_an_archive(engine: Engine, url: str, tmp_path: Path) -> None:
    engine.backup(tmp_path / "b.zip")
    Engine.restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'new.db'}", documents=tmp_path / "other")
    assert id_of(f"sqlite:///{tmp_path / 'new.db'}") == id_of(url)


def test_something_is_kept_under_a_name_in_place_of_what_was_there(engine: Engine) -> None:
    with engine.database.writing() as connection:
        assert read(connection, "a") == ""
        put(connection, "a", "1")
        put(connection, "a", "2")
        assert read(connection, "a") == "2"


def test_what_is_forgotten_is_gone_and_nothing_else(engine: Engine) -> None:
    with engine.database.writing() as connection:
        before = site_id(connection)
        put(connection, "a", "1")
        put(connection, "b", "2")
        forget(connection, "a")
        assert (read(connection, "a"), read(connection, "b"), site_id(connection)) == ("", "2", before)


def test_no_two_ids_are_the_same() -> None:
    assert new_id() != new_id()
