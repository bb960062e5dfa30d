"""A database that cannot be used, met anywhere: each page and each operation of the API tells it alike."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from engine.api.app import create_app
from engine.source.fault import Unavailable
from engine.store.database import Database, DatabaseUnavailable
from engine.web.app import create_site
from tests.integration.test_matrix import APART, FORM, World, _browser, _operations, _path, _routes

SECRET = "postgresql://server.example/casework"
# A request uses the database a few times: it is lost at each of the first ones, one after another.
TIMES = 4


class Loss:
    """Loses the database at one use of it, counted from when that was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        for name in ("reading", "writing"):
            monkeypatch.setattr(Database, name, self._lossy(getattr(Database, name)))

    def _lossy(self, whole: Any) -> Any:
        @contextlib.contextmanager
        def used(*args: Any, **named: Any) -> Iterator[Any]:
            self.left -= 1
            if self.left == 0:
                raise DatabaseUnavailable(SECRET)
            with whole(*args, **named) as connection:
                yield connection

        return used

    @property
    def met(self) -> bool:
        """Whether it was lost."""
        return self.left <= 0


def _wrong(said: Response, loss: Loss, *, is_page: bool) -> list[Any]:
    """What is not as it must be in the answer to a request that met the loss, or did not come so far."""
    found: list[Any] = [said.status_code] if said.status_code >= 500 and said.status_code != 503 else []
    if SECRET in said.text + str(said.headers) or "Traceback" in said.text:
        found.append("it tells too much")
    if said.status_code == 503:
        found += [] if said.headers.get("retry-after") == str(Unavailable.seconds) else ["no Retry-After"]
        text = said.text if is_page else said.json()["detail"]
        found += [] if Unavailable.said in text else [text]
    return found if loss.met else [*found, *([503] if said.status_code == 503 else [])]


def test_every_page_and_form_tells_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    site, wrong, told = create_site(world.engine), [], set[str]()
    loss = Loss(monkeypatch)
    for login in ("jo", "ada"):
        client, csrf = _browser(world, site, login)
        for route in (route for route in _routes() if route.path not in APART):
            for method in sorted(route.methods & {"GET", "POST"}):
                for loss.left in range(1, TIMES + 1):
                    data = {"csrf": csrf, **FORM} if method == "POST" else None
                    said = client.request(method, _path(route.path, world.cases["own"]), data=data)
                    wrong += [(login, method, route.path, one) for one in _wrong(said, loss, is_page=True)]
                    told |= {route.path} if said.status_code == 503 else set()
                    loss.left = 0
    assert wrong == []
    assert {route.path for route in _routes()} - APART - told == set()


def test_the_doors_tell_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    site, wrong = create_site(world.engine), []
    loss = Loss(monkeypatch)
    for route in (route for route in _routes() if route.path in APART):
        path = route.path.replace("{secret}", world.engine.accounts.new_feed("jo"))
        for method in sorted(route.methods & {"GET", "POST"}):
            for use in range(1, TIMES + 1):
                client, csrf = _browser(world, site, "jo")  # it is ended by some of them
                loss.left = use
                data = {"csrf": csrf, "login": "jo", "password": "x"} if method == "POST" else None
                said = client.request(method, path, data=data)
                wrong += [(method, route.path, one) for one in _wrong(said, loss, is_page=True)]
                loss.left = 0
    assert wrong == []


def test_every_operation_of_the_api_tells_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app, wrong, told = create_app(world.engine, per_minute=100_000), [], set[str]()
    secret, _ = world.engine.people.issue_token("jo", "", ["read", "write"], 1)
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
    loss = Loss(monkeypatch)
    for method, route in _operations(app):
        for loss.left in range(1, TIMES + 1):
            body = None if method == "GET" else {"process": "hbep-referral", "data": {}, "person": "jo"}
            said = client.request(method, _path(route, world.cases["own"]), json=body)
            wrong += [(method, route, one) for one in _wrong(said, loss, is_page=False)]
            told |= {route} if said.status_code == 503 else set()
            loss.left = 0
    assert wrong == []
    assert {route for _, route in _operations(app)} - told == set()
