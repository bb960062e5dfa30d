"""Connections that end while they rest: nothing was sent on them, so another one is taken and nobody notices."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Connection, text

from engine.store.database import Database, DatabaseUnavailable, DatabaseUncertain

PATIENCE = 60


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


@pytest.mark.postgres
@pytest.mark.parametrize("way", ["writing", "reading"])
def test_one_that_ends_in_the_middle_is_told_while_the_server_is_away(database: Database, way: str) -> None:
    """What broke is not made anew for its own end: that would fail, and be told in the place of this."""

    def use() -> None:
        with getattr(database, way)() as connection:
            session = int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            _run(database, f"ALTER DATABASE {database.url.database} ALLOW_CONNECTIONS false")
            _end(database, session)
            connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        use()
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        use()
    _run(database, f"ALTER DATABASE {database.url.database} ALLOW_CONNECTIONS true")
    with getattr(database, way)() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.dispose()


@pytest.mark.postgres
def test_one_that_ends_before_its_commit_is_answered_is_told_as_uncertain(database: Database) -> None:
    """Only who writes has to look: what was read was read."""

    def use(way: str) -> None:
        with getattr(database, way)() as connection:
            _end(database, int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one()))

    with pytest.raises(DatabaseUncertain) as told:
        use("writing")
    assert "Nothing was" not in told.value.said + str(told.value)
    with pytest.raises(DatabaseUnavailable, match="Nothing was written") as only_read:
        use("reading")
    assert not isinstance(only_read.value, DatabaseUncertain)
    database.dispose()


def _run(database: Database, statement: str) -> None:
    """Ask the server for something, in another database of it."""
    address = database.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def _end(database: Database, session: int) -> None:
    """The server hangs up on a session, and says when it has."""
    address = database.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        ended = connection.execute("SELECT pg_terminate_backend(%s, 10000)", (session,)).fetchone()
    assert ended == (True,)


def test_closing_ends_no_connection_in_the_middle_of_its_use(url: str) -> None:
    """SQLite would end the whole process. What rests is closed at once, the rest when its thread is done with it."""
    database = Database(url)
    reading, closed, rested = threading.Event(), threading.Event(), threading.Event()
    used: list[Connection] = []
    found: list[int] = []

    def use() -> None:
        with database.writing() as connection:
            used.append(connection)
            reading.set()
            assert closed.wait(PATIENCE)
            found.append(connection.execute(text("SELECT 7")).scalar_one())
        rested.set()

    other = threading.Thread(target=use)
    other.start()
    assert reading.wait(PATIENCE)
    with database.writing() if not database.is_sqlite else database.reading() as own:
        own.execute(text("SELECT 1"))
    database.dispose()
    assert own.closed
    assert not used[0].closed
    closed.set()
    assert rested.wait(PATIENCE)
    other.join()
    assert found == [7]
    assert used[0].closed
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.dispose()
