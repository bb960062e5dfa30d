"""The tables that migrations make are those that the program describes."""

from __future__ import annotations

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine import Engine
from engine.store.database import Database, DatabaseUnavailable
from engine.store.tables import SCHEMA_REVISION, metadata


def test_migrations_lead_to_the_tables_described(url: str) -> None:
    database = Database(url)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        described = {index.name for table in metadata.tables.values() for index in table.indexes}
        inspector = sqlalchemy.inspect(connection)
        indexes = [index for table in metadata.tables for index in inspector.get_indexes(table)]
        found = {index["name"] for index in indexes if not index.get("duplicates_constraint")}
        assert found == described
    database.dispose()


def test_the_program_knows_the_newest_migration() -> None:
    assert ScriptDirectory("engine/store/migrations").get_heads() == [SCHEMA_REVISION]


def test_a_database_of_another_revision_is_not_touched(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="has the schema 9999"):
        Engine(url)
    database.dispose()


def test_sqlite_is_set_for_safety(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('x')}/casework.db"
    Engine.prepare(url)
    database = Database(url)
    with database.writing() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]
    database.dispose()
