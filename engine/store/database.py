"""Database: connections and transactions, on SQLite or PostgreSQL.

SQLite: write-ahead log, foreign keys on, every commit on disk (synchronous FULL), and a write
transaction takes its lock at the beginning, so that it never fails half-way for lack of one.
PostgreSQL: read committed; a case is updated only if it is still as it was read.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
from sqlalchemy.pool import NullPool, StaticPool

from engine.source.fault import Unavailable
from engine.store.lines import REST_SECONDS, Kept, has_ended
from engine.store.turn import Turn

# Longer than any single transaction takes, shorter than people and proxies wait.
BUSY_SECONDS = 30
# For who has waited in line so long already: whoever has SQLite's lock stands still, and others want to be told, too.
BRIEF_SECONDS = 1
# No transaction waits for people: one that does nothing for a minute belongs to a process that stands still.
IDLE_SECONDS = 60
# SQLite's connections are files; a PostgreSQL server counts them, and the pool keeps five.
MOST_KEPT = {"sqlite": 64, "postgresql": 4}
# Serialisation failure, deadlock, and a key that somebody else inserted first.
_RETRIED = frozenset({"40001", "40P01", "23505"})


class DatabaseUnavailable(Unavailable):
    """The database cannot be used; the message says why and how to mend it, without its password."""


class DatabaseUnwritable(DatabaseUnavailable):
    """It can be read and not be written: the disk is full, read-only or broken. `said` tells people."""

    seconds = 60

    def __init__(self, why: str) -> None:
        super().__init__(f"The database cannot be written: {why}. Nothing was written; what is there can be read.")
        ask = "Tell whoever runs casework here."
        self.said = f"Nothing can be changed now: {why}. Nothing was done; what is there can be read. {ask}"


class DatabaseUncertain(DatabaseUnavailable):
    """The database went away while everything was being committed: it may be written, or not. `said` tells people."""

    said = (
        "The database went away at the last moment, and nobody knows whether it was done. Look before you do it again; "
        "a program sends the same again with the same key."
    )

    def __init__(self) -> None:
        super().__init__("The database went away during a commit: what was to be written may be written, or not.")


_FULL, _READ_ONLY, _BROKEN = "the disk is full", "the disk or the database is read-only", "the disk has a fault"
# SQLite needs so much for its own files before it reads anything.
_LITTLE = 1 << 16
_UNWRITABLE = {"53100": _FULL, "25006": _READ_ONLY, "58030": _BROKEN}
_UNWRITABLE_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _BROKEN,
}
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
        self._kept = Kept(0 if in_memory else MOST_KEPT[self.kind])

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.kind == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for one in memory, and for PostgreSQL."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    def make_file(self) -> None:
        """Make the file of a new SQLite database, for who makes it only: its log and index take the same mode."""
        if self.file is not None and not self.file.exists() and self.file.parent.exists():
            with contextlib.suppress(OSError):  # a folder that cannot be written: that, the database says itself
                os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def writing(self) -> contextlib.AbstractContextManager[Connection]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        return self._connected(write=True)

    def reading(self) -> contextlib.AbstractContextManager[Connection]:
        """A transaction that only reads, and waits for no writer."""
        return self._connected(write=False)

    @contextlib.contextmanager
    def _connected(self, *, write: bool) -> Iterator[Connection]:
        turn = self._turn.taken() if write else contextlib.nullcontext(True)  # noqa: FBT003
        with turn as is_worth_waiting, self._connection(write=write) as connection:
            if write and self.is_sqlite:
                # Said to the beginning that follows, which forgets it.
                connection.info["write"] = BUSY_SECONDS if is_worth_waiting else BRIEF_SECONDS
            is_ending = False
            try:
                with connection.begin():
                    yield connection
                    is_ending = write
            except DBAPIError as error:
                if is_worth_retrying(error):
                    raise
                if write and (why := _unwritable(error)):
                    raise DatabaseUnwritable(_FULL if self._is_disk_full() else why) from error
                if isinstance(error, (OperationalError, InterfaceError)):
                    raise DatabaseUncertain if is_ending else DatabaseUnavailable(_FAILED) from error
                raise

    def _connection(self, *, write: bool) -> contextlib.AbstractContextManager[Connection]:
        """The connection that this thread keeps, else one of the pool: within another transaction, or for reading only
        on PostgreSQL, where that is another kind of transaction.
        """
        lent = self._kept.lent(self._connect) if write or self.is_sqlite else None
        if lent is not None:
            return lent
        connection = self._connect()
        if not write and not self.is_sqlite:
            # One snapshot for all statements: pages, backups and `verify` read much, and must not see half of a change.
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return connection

    def _connect(self) -> Connection:
        try:
            return self._engine.connect()
        except OperationalError as error:
            if self._is_whole_without_log():
                return self._spare().connect()
            raise DatabaseUnavailable(_why(self, error)) from None
        except PoolTimeout:
            raise DatabaseUnavailable("Too many use the database at once. Try again.") from None

    def _is_disk_full(self) -> bool:
        return self.file is not None and shutil.disk_usage(self.file.parent).free < _LITTLE

    def _is_whole_without_log(self) -> bool:
        """Whether the file holds everything, so that it can be read where SQLite finds no room for its own files."""
        if self.file is None or not self.file.is_file() or not self.file.stat().st_size:
            return False
        log = self.file.with_name(self.file.name + "-wal")
        return not log.exists() or log.stat().st_size == 0

    def _spare(self) -> sqlalchemy.Engine:
        """For reading from a disk that is full or read-only, on which nobody else has the database open either.

        Each connection is a new one, which first tries to be an ordinary one: somebody may write again by now.
        """
        address = f"file:{quote(str(self.file))}?immutable=1"
        engine = sqlalchemy.create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool, paramstyle="named"
        )
        event.listen(engine, "connect", _prepare_spare)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def dispose(self) -> None:
        """Close all connections."""
        self._kept.close()
        self._engine.dispose()


def is_worth_retrying(error: DBAPIError) -> bool:
    """Whether the transaction lost a race, so that running it again gives the right answer."""
    state = getattr(error.orig, "sqlstate", None)
    # SQLite has no codes of states, only words.
    return state in _RETRIED or "UNIQUE constraint failed: keys" in str(error.orig)


def _unwritable(error: DBAPIError) -> str:
    """Why nothing can be written; empty where that is not what went wrong."""
    # The lower byte says what it is, the others where it happened.
    found = _UNWRITABLE_SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, "")
    return found or _UNWRITABLE.get(getattr(error.orig, "sqlstate", "") or "", "")


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


def _note_rest(_: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ping_after_rest(connection: Any, record: Any, _: Any) -> None:
    """A connection that has rested may be dead by now: then the pool makes a new one."""
    # A connection that was made just now has never rested, and is not asked.
    if time.monotonic() - record.info.get("rests_since", math.inf) < REST_SECONDS and not has_ended(connection):
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


def _prepare_spare(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    record.info["spare"] = True


def _begin_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    known = connection.info
    patience = known.pop("write", None)
    try:
        if patience and patience != known.setdefault("patience", BUSY_SECONDS):
            driver.execute(f"PRAGMA busy_timeout = {1000 * patience}")
            known["patience"] = patience
        # One that began by reading cannot write any more once somebody else has: IMMEDIATE takes the lock first.
        driver.execute("BEGIN IMMEDIATE" if patience else "BEGIN")
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
