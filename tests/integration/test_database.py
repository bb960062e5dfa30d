"""Connections that end while they rest: nothing was sent on them, so another one is taken and nobody notices."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import text

from engine.store.database import Database, DatabaseUnavailable


@pytest.fixture
def database(fresh_postgres: Callable[[], str]) -> Database:
    """A PostgreSQL database. One of SQLite is a file: nobody hangs up."""
    return Database(fresh_postgres())


@pytest.mark.postgres
@pytest.mark.parametrize("way", ["writing", "reading"])
def test_a_connection_that_ended_at_rest_is_replaced(database: Database, way: str) -> None:
    def session() -> int:
        with getattr(database, way)() as connection:
            return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    kept = session()
    assert session() == kept
    _end(database, kept)
    assert session() != kept
    database.dispose()


@pytest.mark.postgres
def test_one_that_ends_in_the_middle_is_told(database: Database) -> None:
    """Something may have been written: it is for who asked to ask again."""

    def write() -> None:
        with database.writing() as connection:
            _end(database, int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one()))
            connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        write()
    with database.writing() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.dispose()


def _end(database: Database, session: int) -> None:
    """The server hangs up on a session, and says when it has."""
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        ended = connection.execute("SELECT pg_terminate_backend(%s, 10000)", (session,)).fetchone()
    assert ended == (True,)
