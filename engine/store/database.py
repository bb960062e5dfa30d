"""Database: connections and transactions, on SQLite or PostgreSQL.

SQLite: write-ahead log, foreign keys on, every commit on disk (synchronous FULL), and a write
transaction takes its lock at the beginning, so that it never fails half-way for lack of one.
PostgreSQL: read committed; a case is updated only if it is still as it was read.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from engine.source.fault import Unavailable
from engine.store.turn import Turn

# Longer than any single transaction takes, shorter than people and proxies wait.
BUSY_SECONDS = 30
# No transaction waits for people: one that does nothing for a minute belongs to a process that stands still.
IDLE_SECONDS = 60
# Servers and firewalls drop connections after minutes; asking at each use would be one more round trip.
REST_SECONDS = 2.0
# SQLite's connections are files; a PostgreSQL server counts them, and the pool keeps five.
MOST_KEPT = {"sqlite": 64, "postgresql": 4}
# Serialisation failure, deadlock, and a key that somebody else inserted first.
_RETRIED = frozenset({"40001", "40P01", "23505"})


class DatabaseUnavailable(Unavailable):
    """The database cannot be used; the message says why and how to mend it, without its password."""


# What the driver says holds the statement, and may hold what stands in it.
_FAILED = "The database did not answer as it should: it may be locked, full, or out of reach. Nothing was written."


class Database:
    """One database, by its URL: `sqlite:///casework.db`, `postgresql://user@host/name`."""

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self.kind = self.url.get_backend_name()
        self._engine = _engine(self.url)
        self._turn = Turn(self.file, BUSY_SECONDS)
        # There is one connection to memory, which all threads share: none of them may keep it for itself.
        in_memory = self.is_sqlite and self.file is None
        self._kept = _Kept(0 if in_memory else MOST_KEPT[self.kind])

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.kind == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for one in memory, and for PostgreSQL."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        with self._connected(write=True) as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and waits for no writer."""
        with self._connected(write=False) as connection:
            yield connection

    @contextlib.contextmanager
    def _connected(self, *, write: bool) -> Iterator[Connection]:
        with self._turn.taken() if write else contextlib.nullcontext(), self._connection(write=write) as connection:
            if write and self.is_sqlite:
                connection.info["write"] = True
            try:
                with connection.begin():
                    yield connection
            except (OperationalError, InterfaceError) as error:
                if is_worth_retrying(error):
                    raise
                raise DatabaseUnavailable(_FAILED) from error
            finally:
                connection.info.pop("write", None)

    @contextlib.contextmanager
    def _connection(self, *, write: bool) -> Iterator[Connection]:
        """The connection that this thread keeps, else one of the pool: within another transaction, or for reading only
        on PostgreSQL, where that is another kind of transaction.
        """
        kept = self._kept.lend(self._connect) if write or self.is_sqlite else None
        if kept is not None:
            try:
                yield kept
            finally:
                self._kept.take_back(kept)
            return
        connection = self._connect()
        if not write and not self.is_sqlite:
            # One snapshot for all statements: pages, backups and `verify` read much, and must not see half of a change.
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection:
            yield connection

    def _connect(self) -> Connection:
        try:
            return self._engine.connect()
        except OperationalError as error:
            raise DatabaseUnavailable(_why(self, error)) from None
        except PoolTimeout:
            raise DatabaseUnavailable("Too many use the database at once. Try again.") from None

    def dispose(self) -> None:
        """Close all connections."""
        self._kept.close()
        self._engine.dispose()


class _Line:
    """What one thread keeps: its connection, whether it is in use, and since when it rests. It goes with the thread."""

    def __init__(self, connection: Connection, forget: Callable[[Connection], None]) -> None:
        self.connection, self.busy, self.rests_since = connection, False, time.monotonic()
        self._forget = forget

    @property
    def is_fresh(self) -> bool:
        """Whether it can be used as it is. One that rested may be dead by now: the pool looks, and makes a new one."""
        if self.connection.closed or time.monotonic() - self.rests_since > REST_SECONDS:
            return False
        return not _has_ended(self.connection.connection.dbapi_connection)

    def __del__(self) -> None:
        self._forget(self.connection)


class _Kept:
    """The connections that threads keep, one each: taking one from the pool and giving it back for every short
    transaction costs as much as a statement. At most `most` threads keep one, so that the pool does not run dry.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._all: set[Connection] = set()
        self._own = threading.local()
        self._own.line = None

    def lend(self, connect: Callable[[], Connection]) -> Connection | None:
        """This thread's connection; None where it is in use already, or too many threads keep one."""
        line: _Line | None = getattr(self._own, "line", None)
        if line is not None and line.busy:
            return None
        if line is None or not line.is_fresh:
            self._own.line = line = None  # what was kept goes back to the pool before another is asked for
            if len(self._all) >= self._most:
                return None
            line = self._own.line = _Line(connect(), self._forget)
            with self._lock:
                self._all.add(line.connection)
        line.busy = True
        return line.connection

    def take_back(self, connection: Connection) -> None:
        """Keep it for the next time, unless it broke."""
        line: _Line = self._own.line
        line.busy, line.rests_since = False, time.monotonic()
        if connection.closed or connection.invalidated:
            self._own.line = None

    def _forget(self, connection: Connection) -> None:
        with self._lock:
            self._all.discard(connection)
        connection.close()

    def close(self) -> None:
        """Close them all, whichever threads they belong to."""
        with self._lock:
            kept, self._all = self._all, set()
        for connection in kept:
            connection.close()


def is_worth_retrying(error: DBAPIError) -> bool:
    """Whether the transaction lost a race, so that running it again gives the right answer."""
    state = getattr(error.orig, "sqlstate", None)
    # SQLite has no codes of states, only words.
    return state in _RETRIED or "UNIQUE constraint failed: keys" in str(error.orig)


def _parsed(url: str) -> sqlalchemy.URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        mend = "Write sqlite:///casework.db or postgresql://user@host/database."
        raise DatabaseUnavailable(f"The database address cannot be read. {mend}") from None
    backend = parsed.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        # SQLAlchemy would look for psycopg2, and does not know the name postgres, which many hosts write.
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise DatabaseUnavailable(f"{backend} is not supported: SQLite and PostgreSQL are.")
    return parsed


def _engine(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    if url.get_backend_name() != "sqlite":
        try:
            engine = sqlalchemy.create_engine(url, isolation_level="READ COMMITTED")
        except (ImportError, NoSuchModuleError):
            raise DatabaseUnavailable("The driver for PostgreSQL (psycopg) is not installed.") from None
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", _ping_after_rest)
        return engine
    # Named: compiled statements are handed to the driver with their values by name.
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}, "paramstyle": "named"}
    if url.database and url.database != ":memory:":
        options["pool_size"] = 0  # no limit: threads keep one each, and a further one is only a further open file
    if not url.database or url.database == ":memory:":
        options |= {"poolclass": StaticPool}
        # A database in memory is one connection that all threads share.
        options["connect_args"]["check_same_thread"] = False
    engine = sqlalchemy.create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgres(connection: Any, _: Any) -> None:
    """A process that stands still in the middle of a transaction loses it, so that others can go on."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    # What is SET in a transaction that is rolled back is forgotten, and the driver has begun one.
    connection.commit()


def _has_ended(connection: Any) -> bool:
    """Whether the server hung up on a connection that rests, without asking it.

    Nothing was sent on it yet, so that nothing is done twice by taking another one.
    """
    line = getattr(connection, "pgconn", None)
    if line is None:  # SQLite: a file
        return False
    try:
        for _ in range(2):  # first comes the server's farewell, then the end
            line.consume_input()
    except Exception:
        return True
    return bool(connection.closed)


def _note_rest(_: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ping_after_rest(connection: Any, record: Any, _: Any) -> None:
    """A connection that has rested may be dead by now: then the pool makes a new one."""
    # A connection that was made just now has never rested, and is not asked.
    if time.monotonic() - record.info.get("rests_since", math.inf) < REST_SECONDS and not _has_ended(connection):
        return
    try:
        connection.execute("SELECT 1")
        # The question began a transaction, in which its kind cannot be chosen any more.
        connection.rollback()
    except Exception as error:
        # By this the pool knows to try another one, instead of giving up.
        raise DisconnectionError from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver would begin transactions by itself, late and without the lock to write.
    connection.isolation_level = None
    # FULL: what was answered is on the disk, even if the power fails. Readers wait for no writer (WAL).
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    try:
        # One that began by reading cannot write any more once somebody else has: IMMEDIATE takes the lock first.
        driver.execute("BEGIN IMMEDIATE" if connection.info.get("write") else "BEGIN")
    except sqlite3.OperationalError as error:
        # SQLAlchemy does not wrap what the driver raises within a listener of its own.
        raise OperationalError("BEGIN", None, error) from error


def _why(database: Database, error: OperationalError) -> str:
    if database.file is not None:
        if not database.file.parent.exists():
            return f"The folder {database.file.parent} does not exist. Create it first."
        return f"The database file {database.file} cannot be opened: {error.orig}."
    first = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
    return f"The database {database} cannot be reached: {first}"
