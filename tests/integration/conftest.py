"""What the tests of pages and of the API share: a site with its people, and callers with their tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.store.keys import Keys, new_key
from engine.web.app import create_site
from tests.conftest import LOAN, REFERRAL, START
from tests.integration.callers import Caller
from tests.integration.site import MANY, Visit, settle
from tests.steps import PUPIL, done

if TYPE_CHECKING:
    from tests.integration.test_matrix import World


@pytest.fixture(scope="session", autouse=True)
def portal() -> Iterator[None]:
    """One event loop for the requests of all tests: to begin one, with its threads, takes as long as many an answer."""
    with start_blocking_portal() as made:
        TestClient.portal = made
        yield
        TestClient.portal = None


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    """The pages, with people who can sign in; attempts are not counted."""
    settle(engine)
    return create_site(engine, throttle=Throttle(1000, 1000))


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def callers(engine: Engine, client: TestClient) -> dict[str, Caller]:
    for name in ("Hilltop", "Elsewhere"):
        engine.people.add_organisation(name)
    made = {
        "jo": ("coordinator", None, ["read", "write"]),
        "sam": ("school", "Hilltop", ["read", "write"]),
        "pat": ("school", "Elsewhere", ["read", "write"]),
        "reader": ("coordinator", None, ["read"]),
        "writer": ("coordinator", None, ["write"]),
        "admin": ("administrator", None, ["read", "write"]),
    }
    found = {"nobody": Caller(client, ""), "stranger": Caller(client, "cw_wrong")}
    for login, (role, organisation, scopes) in made.items():
        engine.people.add(login, "", [role], organisation)
        found[login] = Caller(client, engine.people.issue_token(login, "", scopes, 30)[0])
    return found


@pytest.fixture
def crowd(engine: Engine) -> Engine:
    """People, and so many cases that no small page holds them."""
    settle(engine)
    sam = engine.people.person("sam").actor
    for index in range(MANY):
        done(engine.open_case("hbep-referral", sam, {**PUPIL, "pupil_name": f"Pupil {index:02}"}, state="panel"))
    return engine


@pytest.fixture
def visit(crowd: Engine) -> Visit:
    """Somebody who sees all of them."""
    return Visit(create_site(crowd, throttle=Throttle(1000, 1000)), "jo")


@pytest.fixture(scope="module")
def stage() -> Iterator[Engine]:
    """An engine in memory with both processes and people: for what pages say, whatever the database is."""
    made = Engine(clock=SetClock(START))
    made.publish(REFERRAL)
    made.publish(LOAN)
    settle(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def enter(stage: Engine) -> Callable[[str], Visit]:
    """Lets somebody in without a password, whose hashing is slow on purpose."""
    site = create_site(stage, throttle=Throttle(1000, 1000))

    def made(login: str) -> Visit:
        visit, key = Visit(site), stage.accounts.sign_in_as(login)
        assert key is not None
        visit.client.cookies.set("casework", key)
        return visit

    return made


@pytest.fixture
def world(url: str, tmp_path: Path, clock: SetClock) -> Iterator[World]:
    """One installation with two partnerships."""
    # Not above: what a file of tests asserts is written anew when pytest reads it.
    from tests.integration.test_matrix import World

    engine = Engine(url, documents=tmp_path / "documents", clock=clock, keys=Keys(new_key()))
    yield World(engine, clock)
    engine.close()


@pytest.fixture
def commands(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on the installation of the test: on PostgreSQL the folder of documents must be named as well."""
    monkeypatch.setenv("CASEWORK_DATABASE_URL", url)
    monkeypatch.setenv("CASEWORK_DOCUMENTS", str(tmp_path / "documents"))
