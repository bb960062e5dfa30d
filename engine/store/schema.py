"""Schema: bringing a database to the tables that this program needs, by Alembic migrations."""

from __future__ import annotations

import sqlalchemy

from engine.store.database import Database, DatabaseUnavailable
from engine.store.tables import SCHEMA_REVISION, metadata

__all__ = ["SCHEMA_REVISION", "check", "create_in_memory", "migrate", "revision"]


def migrate(database: Database) -> None:
    """Create the tables, or bring them up to date. Doing it again does nothing."""
    # Here, for Alembic takes long to load, and only those who prepare a database need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "engine.store:migrations")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def create_in_memory(database: Database) -> None:
    """Create the tables at once in a database that nobody will ever migrate."""
    with database.writing() as connection:
        metadata.create_all(connection)


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
