"""A site for tests without a browser: its people, and a client that behaves as a browser does."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from engine import Engine
from engine.case.time.instants import to_text
from engine.service.people.accounts import Accounts
from engine.service.people.passwords import hash_of
from engine.service.people.people import known_person
from engine.store.people.accounts import StoredAccount, put_account

BASE = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery"
MANY = 23  # more than stand on a page where tests make pages small
PEOPLE = {
    "jo": (["coordinator"], None),
    "max": (["manager"], None),
    "sam": (["school", "senco"], "Hilltop"),
    "pat": (["school"], "Elsewhere"),
    "lee": (["panel_member"], "Hilltop"),
    "kit": (["panel_member"], "Elsewhere"),
    "ada": (["administrator"], None),
    "ann": (["auditor"], None),
}


@functools.cache
def _hash() -> str:
    """What is kept of the password. It is dear on purpose, and the same for everybody: it is made once a run."""
    return hash_of(PASSWORD)


def settle(engine: Engine, people: dict[str, Any] = PEOPLE) -> None:
    """Keep these people and the organisations, with one password for all of them."""
    engine.people.add_organisation("Hilltop", "hinckley")
    engine.people.add_organisation("Elsewhere", "bosworth")
    settle_more(engine, people)


def settle_more(engine: Engine, people: dict[str, Any]) -> None:
    """Keep these people beside those that there are, with the same password."""
    for login, (roles, organisation) in people.items():
        engine.people.add(login, login.capitalize(), roles, organisation)
    settle_accounts(engine, people)


def settle_accounts(engine: Engine, logins: Iterable[str]) -> None:
    """Give people who are kept the same password."""
    now = to_text(engine.clock.now())
    with engine.database.writing() as connection:
        for login in logins:
            account = StoredAccount(known_person(connection, login).id, _hash(), "", 0, "[]")
            put_account(connection, account, now)


class Visit:
    """One browser: it keeps cookies and sends back what hidden fields say."""

    def __init__(self, site: FastAPI, login: str = "") -> None:
        # As a browser does: it says where a form comes from.
        said = {"origin": BASE}
        self.client = TestClient(
            site, base_url=BASE, headers=said, raise_server_exceptions=False, follow_redirects=False
        )
        if login:
            said = self.client.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert said.status_code == 303, said.text

    def get(self, path: str, status: int = 200, **more: Any) -> Response:
        """Ask for a page."""
        said = self.client.get(path, **more)
        assert said.status_code == status, (path, said.status_code, said.text[:2000])
        return said

    def csrf(self) -> str:
        """The token that this browser's forms carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/profile").text)
        return found.group(1) if found else ""

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 303, **more: Any) -> Response:
        """Send a form."""
        said = self.client.post(path, data={"csrf": self.csrf(), **(data or {})}, **more)
        assert said.status_code == status, (path, said.status_code, said.text[:3000])
        return said


def followed(visit: Visit, path: str, what: str) -> list[str]:
    """What stands on a page and on those that it leads on to."""
    found, paths = [], [path]
    while paths:
        text = visit.get(paths.pop(0)).text
        found += re.findall(what, text)
        paths += [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)" rel="next"', text)]
    return found


__all__ = ["BASE", "MANY", "PASSWORD", "PEOPLE", "Accounts", "Visit", "followed", "settle"]
