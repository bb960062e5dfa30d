"""Schema: bringing a database to the tables that this program needs, by Alembic migrations."""

from __future__ import annotations

import functools
from collections.abc import Callable

import sqlalchemy
from sqlalchemy import Connection, MetaData, create_mock_engine
from sqlalchemy.dialects import sqlite

from engine.store.database import Database, DatabaseUnavailable
from engine.store.site import ID, new_id, put
from engine.store.tables import SCHEMA_REVISION, metadata

__all__ = [
    "SCHEMA_REVISION",
    "bring_down",
    "bring_up",
    "check",
    "create_in_memory",
    "is_newer",
    "migrate",
    "revision",
]


def migrate(database: Database, following: Callable[[Connection], None] = lambda _: None) -> None:
    """Create the tables, or bring them up to date, with what `following` does where they were older.

    All of it is one transaction: who is stopped in it begins again with what was there. Doing it again does nothing.

    Raises:
        DatabaseUnavailable: a newer program made the tables; nothing was changed.
    """
    database.make_file()
    before = revision(database)
    if before is not None and is_newer(before):
        raise DatabaseUnavailable(_newer(database, before))
    with database.writing() as connection:
        bring_up(connection)
        if before not in {None, SCHEMA_REVISION}:
            following(connection)


def is_newer(found: str) -> bool:
    """Whether a schema is one that this program does not know yet."""
    return not (found.isdecimal() and found <= SCHEMA_REVISION)


def _newer(database: Database, found: str) -> str:
    told = f"The database {database} has the schema {found}, of a newer casework; this program knows {SCHEMA_REVISION}."
    mend = "Use that newer program, or restore a backup from before its `casework init` into a new database."
    return f"{told} Nothing was changed. {mend}"


def bring_up(connection: Connection) -> None:
    """Bring the tables up to date, in this transaction."""
    _alembic("upgrade", connection, "head")


def bring_down(connection: Connection, to: str) -> MetaData:
    """Bring tables without rows down to those of an earlier schema, in this transaction; what they are then."""
    _alembic("downgrade", connection, to)
    then = MetaData()
    then.reflect(connection)
    return then


def _alembic(how: str, connection: Connection, to: str) -> None:
    # Here, for Alembic takes long to load, and only those who prepare a database need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "engine.store:migrations")
    config.attributes["connection"] = connection
    getattr(command, how)(config, to)


def create_in_memory(database: Database) -> None:
    """Create the tables at once in a database that nobody will ever migrate."""
    with database.writing() as connection:
        for statement in _in_memory():
            connection.exec_driver_sql(statement)
        put(connection, ID, new_id())


@functools.cache
def _in_memory() -> tuple[str, ...]:
    """What creates all tables in memory: worked out once, as every scenario is run in a database of its own."""
    made: list[str] = []
    dialect = sqlite.dialect()
    engine = create_mock_engine("sqlite://", lambda one, *_, **__: made.append(str(one.compile(dialect=dialect))))
    metadata.create_all(engine, checkfirst=False)
    return tuple(made)


def check(database: Database) -> None:
    """Make sure that the tables are there and are those that this program knows.

    Raises:
        DatabaseUnavailable: they are not; the message says what to do.
    """
    if database.file is not None and not database.file.exists():
        raise DatabaseUnavailable(f"There is no database {database.file} yet. Create it with: casework init")
    found = revision(database)
    if found is None:
        raise DatabaseUnavailable(f"The database {database} is empty. Prepare it with: casework init")
    if is_newer(found):
        raise DatabaseUnavailable(_newer(database, found))
    if found != SCHEMA_REVISION:
        message = f"The database {database} has the schema {found}; this program needs {SCHEMA_REVISION}."
        raise DatabaseUnavailable(f"{message} Bring it up to date with: casework init")


def revision(database: Database) -> str | None:
    """The schema revision of the database; None where there are no tables."""
    with database.reading() as connection:
        if not sqlalchemy.inspect(connection).has_table("alembic_version"):
            return None
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        return str(row[0]) if row else None
