"""What all tests share: both databases, a clock that is set, and the two processes they work on.

Every test of the store runs on SQLite and on a real PostgreSQL, whose databases are made for English, as most are
where people work: its order of texts is not that of the program. Where no server can be started the tests are
skipped, and where the system knows no English the databases are without a language, but in CI both are failures.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from engine.clock import SetClock
from engine.files import load_file
from engine.process.definition import Process
from engine.service import Engine
from engine.service.people import passwords
from engine.store.keys import Keys, new_key
from tests.lent import Lender, NoEnglish, ground, server
from tests.part import THOROUGH

ROOT = Path(__file__).parent.parent
REFERRAL = ROOT / "processes" / "hbep-referral.yaml"
LOAN = ROOT / "tests" / "processes" / "equipment-loan.yaml"
START = datetime(2023, 9, 11, 8, 0, tzinfo=UTC)  # 09:00 in London
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}

settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=500)
settings.load_profile("thorough" if THOROUGH else "ci" if IN_CI else "default")


# What the program hashes passwords with. Hundreds of tests sign in: theirs is of the same kind, and costs nothing.
DEAR = passwords._HASHER


def pytest_configure() -> None:
    """Let tests write where it is quick, as SQLite waits for the disk at each commit, and sign in cheaply."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(ground()))
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def pytest_collection_finish() -> None:
    """Leave what is there for the whole run out of every search for garbage: ten thousand tests and all they import."""
    gc.collect()
    gc.freeze()


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
def postgres() -> Iterator[Lender]:
    """A PostgreSQL server of this process of the test run."""
    with contextlib.ExitStack() as stack:
        try:
            lender = stack.enter_context(server())
        except Exception as error:
            missing(f"no PostgreSQL can be started here: {error}")
        yield lender


@pytest.fixture
def empty_postgres(postgres: Lender) -> Iterator[Callable[..., str]]:
    """Makes a new PostgreSQL database without tables, for English unless told otherwise, and gives its address."""
    with postgres.lending(functools.partial(_english, postgres)) as make:
        yield make


def _english(postgres: Lender, collation: str = "") -> str:
    try:
        return postgres.empty(collation)
    except NoEnglish:
        if IN_CI:
            pytest.fail("the system knows no English: localedef -i en_GB -f UTF-8 en_GB.UTF-8")
        warnings.warn("PostgreSQL is tested without a language: the system knows no English", stacklevel=2)
        return postgres.empty("C")


@pytest.fixture(scope="session")
def postgres_template(postgres: Lender) -> str:
    """A PostgreSQL database with all tables, to be copied."""
    url = _english(postgres)
    Engine.prepare(url)
    return url


@pytest.fixture(scope="session")
def published_postgres_template(postgres: Lender, postgres_template: str) -> str:
    """The same with both processes published."""
    url = postgres.copy(postgres_template)
    _publish(url)
    return url


@pytest.fixture
def fresh_postgres(postgres: Lender, postgres_template: str) -> Iterator[Callable[[], str]]:
    """Makes a new PostgreSQL database with all tables, and gives its address."""
    with postgres.lending(functools.partial(postgres.copy, postgres_template)) as make:
        yield make


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables, to be copied."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    Engine.prepare(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def published_sqlite_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The same with both processes published."""
    file = tmp_path_factory.mktemp("published") / "published.db"
    file.write_bytes(sqlite_template.read_bytes())
    _publish(f"sqlite:///{file}")
    return file


def _publish(url: str) -> None:
    made = Engine(url, clock=SetClock(START))
    made.publish(REFERRAL)
    made.publish(LOAN)
    made.close()


BOTH_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH_KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with all tables, of each kind."""
    with _copy(request, tmp_path, "published_" if "published" in request.fixturenames else "") as made:
        yield made


@pytest.fixture(scope="module", params=BOTH_KINDS)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same for a whole file of tests: its tests leave what they find as it is, or take back what they wrote."""
    with _copy(request, tmp_path_factory.mktemp("shared")) as made:
        yield made


@contextlib.contextmanager
def _copy(request: pytest.FixtureRequest, folder: Path, which: str = "") -> Iterator[str]:
    template = request.getfixturevalue(f"{which}{request.param.removesuffix('ql')}_template")
    if request.param == "postgresql":
        postgres: Lender = request.getfixturevalue("postgres")
        with postgres.lending(functools.partial(postgres.copy, template)) as make:
            yield make()
    else:
        file = folder / "casework.db"
        file.write_bytes(template.read_bytes())
        yield f"sqlite:///{file}"


@pytest.fixture
def published() -> None:
    """Whoever asks for this finds both processes published in `url`: once for all, as it takes a tenth of a second."""


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at START until it is set."""
    return SetClock(START)


@pytest.fixture
def engine(url: str, published: None, clock: SetClock, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database of each kind, with both processes published."""
    made = Engine(url, documents=tmp_path / "documents", clock=clock, keys=Keys(new_key()))
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
