"""HEAD, OPTIONS and methods that an address does not know, on every route that there is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from engine.api.app import create_app
from engine.web.app import create_site
from tests.integration.test_matrix import MISSING, World, _operations, _path, _routes
from tests.part import part

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
# Asked for once, they are used up: a second answer differs whatever its method.
ONCE = {"/sign-in/organisation", "/sign-in/back", "/invitation/{secret}"}
# The log of who was shown a case is longer by whoever read it just now.
GROWS = {"/cases/{number}/accesses"}
Said = tuple[int, dict[str, str], bytes]


def ask(app: ASGIApp, method: str, path: str, head: dict[str, str]) -> Said:
    """The status, the headers and the body of an answer, as they are sent."""
    status, headers, body, asked = 0, {}, b"", False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # nobody hangs up
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        body += message.get("body", b"")

    given = [(name.encode(), value.encode()) for name, value in {"host": "127.0.0.1", **head}.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": given, "client": ("127.0.0.1", 1), "scheme": "http", "root_path": ""}
    asyncio.run(app(scope, receive, send))
    return status, headers, body


def filled(route: str, case: int) -> str:
    """The address of a route; a secret is one that nobody has."""
    return _path(route.replace("{secret}", "none"), case)


class Face:
    """The pages or the API, with how somebody is known there."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.app = create_site(world.engine) if name == "pages" else create_app(world.engine, per_minute=100_000)
        found: dict[str, set[str]] = {}
        for path, method in self._there():
            found.setdefault(path, set()).add(method)
        assert len(found) > 10
        self.routes = found

    def _there(self) -> list[tuple[str, str]]:
        """Every path and method: those of the rooms of the pages, or those that the API describes."""
        if self.name == "pages":
            return [(route.path, method) for route in _routes() for method in route.methods]
        operations = [(path, method) for method, path in _operations(self.app)]
        return [*operations, ("/api/v1/openapi.json", "GET")]

    def head(self, login: str) -> dict[str, str]:
        """What somebody's requests carry."""
        if not login:
            return {}
        if self.name == "pages":
            return {"cookie": f"casework={self.world.engine.accounts.sign_in_as(login)}"}
        return {"authorization": f"Bearer {self.world.engine.people.issue_token(login, '', ['read', 'write'], 1)[0]}"}

    def allow(self, path: str) -> set[str]:
        """What an address must say that it knows: the routes of its own, and those with a place for its last word."""
        known = {"OPTIONS"}
        wanted = filled(path, 1).split("/")
        for other, methods in self.routes.items():
            parts = other.split("/")
            if len(parts) == len(wanted) and all(
                one == two or ("{" in one and "." not in one) for one, two in zip(parts, wanted, strict=True)
            ):
                known |= methods
        known |= self.routes[path]
        return known | ({"HEAD"} if "GET" in known else set())


@pytest.fixture(params=["pages", "API"])
def face(request: pytest.FixtureRequest, world: World) -> Face:
    return Face(world, request.param)


def shown(world: World, number: int) -> set[str | None]:
    """Whom the access log of a case names."""
    return {one.by for one in world.engine.accesses(number, world.actors["ann"])}


def test_head_answers_as_get_does(face: Face) -> None:
    wrong = []
    for login in ("", "jo", "ada", "nil"):
        head = face.head(login)
        for route in sorted(path for path, methods in face.routes.items() if "GET" in methods and path not in ONCE):
            path = filled(route, face.world.cases["own"])
            whole, only = ask(face.app, "GET", path, head), ask(face.app, "HEAD", path, head)
            if route in GROWS:
                whole[1].pop("content-length"), only[1].pop("content-length")
            if only != (whole[0], whole[1], b"") or whole[0] >= 500:
                wrong.append((login, route, whole[:2], only))
    assert wrong == []


def test_a_head_is_written_down_as_what_it_is_the_head_of(face: Face) -> None:
    head, own = face.head("jo"), face.world.cases["own"]
    path = f"/cases/{own}" if face.name == "pages" else f"/api/v1/cases/{own}"
    assert "jo" not in shown(face.world, own)
    assert ask(face.app, "HEAD", path, head)[0] == 200
    assert "jo" in shown(face.world, own)
    for method in ("OPTIONS", "PUT"):
        assert ask(face.app, method, path, face.head("sam"))[0] in {204, 405}
    assert "sam" not in shown(face.world, own)


def test_a_method_that_is_not_known_is_told_which_are(face: Face) -> None:
    wrong = []
    before = {number: face.world.engine.case(number) for number in face.world.cases.values()}
    for login in ("", "jo", "nil"):
        head = face.head(login)
        for place, route in enumerate(sorted(face.routes)):
            path, allow = filled(route, face.world.cases["own"]), face.allow(route)
            unknown = part([one for one in METHODS if one not in allow], place, 3)
            for method in ("OPTIONS", *unknown):
                status, headers, body = ask(face.app, method, path, head)
                told = {one.strip() for one in headers.get("allow", "").split(",")}
                if status != (204 if method == "OPTIONS" else 405) or told != allow:
                    wrong.append((login, route, method, status, sorted(told), sorted(allow)))
                kind = "text/html; charset=utf-8" if face.name == "pages" else "application/problem+json"
                if method != "OPTIONS" and (headers["content-type"] != kind or b"Traceback" in body):
                    wrong.append((login, route, method, headers["content-type"]))
                if method == "OPTIONS" and body:
                    wrong.append((login, route, "a body"))
                assert "x-content-type-options" in headers
    assert wrong == []
    assert {number: face.world.engine.case(number) for number in face.world.cases.values()} == before


def test_no_method_tells_whether_there_is_a_case(face: Face) -> None:
    of_case = sorted(path for path in face.routes if "/cases/{number}" in path or "{case}" in path)
    assert of_case
    for login in ("", "nil", "cleo"):
        head = face.head(login)
        for route in of_case:
            for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
                there, missing = (ask(face.app, method, filled(route, n), head) for n in (1, MISSING))
                for said in (there, missing):
                    said[1].pop("location", None)  # where strangers go on, with the address that they gave themselves
                if method == "HEAD" and face.name == "API":
                    there[1].pop("content-length", None), missing[1].pop("content-length", None)  # the number's digits
                assert there == missing, (login, route, method)


def test_files_and_addresses_that_do_not_exist(world: World) -> None:
    site, api = create_site(world.engine), create_app(world.engine)
    assert ask(site, "OPTIONS", "/static/x.css", {})[1]["allow"] == "GET, HEAD, OPTIONS"
    status, headers, _ = ask(site, "POST", "/static/x.css", {})
    assert (status, headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    for method in ("HEAD", "OPTIONS", "PUT"):
        assert ask(site, method, "/nowhere", {})[0] == 404
        assert ask(api, method, "/api/v1/nowhere", {})[0] == 404
