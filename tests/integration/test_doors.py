"""How much may be sent where, and that it is decided before anything is read or anybody is asked who they are."""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Message

from engine import Engine
from engine.api.app import create_app
from engine.running import doors
from engine.running.doors import CALL, DOCUMENT, FORM, PROCESS, STRANGERS, UPLOAD, door_of
from engine.running.serving import create_service
from engine.service.people import passwords
from engine.web.app import ROOMS
from engine.web.visitor import Posted, _posted_by, _posted_to_change
from tests.integration.site import PASSWORD, Visit, settle
from tests.steps import in_panel

POSTED = [r for room in ROOMS for r in room.router.routes if isinstance(r, APIRoute) and "POST" in r.methods]


def ask(
    app: ASGIApp,
    path: str,
    head: dict[str, str],
    pieces: list[bytes] | None = None,
    more: Sequence[tuple[bytes, bytes]] = (),
) -> tuple[int, int, str]:
    """Send a POST piece by piece: the status, how many pieces were read, and the answer."""
    read, said, status = 0, b"", 0
    left = list(pieces or [])

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    async def send(message: Message) -> None:
        nonlocal status, said
        status = message.get("status", status)
        said += message.get("body", b"")

    headers = [(name.encode(), value.encode()) for name, value in {"host": "127.0.0.1", **head}.items()]
    headers += more
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http", "root_path": ""}
    asyncio.run(app(scope, receive, send))
    return status, read, said.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/cases",
        "/api/v1/cases/1/documents/ehcp",
        "/api/v1/nothing",
        "/sign-in",
        "/cases/1/documents",
        "/tasks",
        "/x",
    ],
)
def test_what_is_too_big_is_refused_unread_whoever_sends_it(engine: Engine, path: str) -> None:
    settle(engine)
    service = create_service(engine, per_minute=10)
    status, read, said = ask(service, path, {"content-length": "300000000", "content-type": "text/plain"})
    assert (status, read) == (413, 0)
    assert door_of(path).size in said


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/cases", "application/json"), ("/sign-in", "application/x-www-form-urlencoded")]
)
def test_what_comes_in_pieces_is_counted_and_cut(engine: Engine, path: str, kind: str) -> None:
    settle(engine)
    piece = b"x" * 10_000
    head = {"transfer-encoding": "chunked", "content-type": kind, "origin": "http://127.0.0.1"}
    status, read, _ = ask(create_service(engine, per_minute=10), path, head, [piece] * 1000)
    assert status == 413
    assert read == door_of(path).most // len(piece) + 1


def test_forms_without_a_sign_in_take_no_files(site: FastAPI) -> None:
    visit = Visit(site)
    for path in ("/sign-in", "/sign-in/code", "/sign-in/organisation", "/invitation/x"):
        said = visit.client.post(path, data={"login": "jo"}, files={"password": ("p.txt", b"x" * 100)})
        assert said.status_code == 415
        assert "No files are taken here." in said.text
    assert visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}).status_code == 303


def _parts(route: APIRoute) -> set[Any]:
    """Everything that a route depends on."""

    def walk(one: Dependant) -> Iterator[Any]:
        yield one.call
        for inner in one.dependencies:
            yield from walk(inner)

    return set(walk(route.dependant))


@pytest.mark.parametrize("route", POSTED, ids=lambda route: route.path)
def test_every_form_has_its_door(route: APIRoute) -> None:
    path = route.path.replace("{number}", "1").replace("{", "").replace("}", "")
    door = door_of(path)
    if not {_posted_by, _posted_to_change} & set(_parts(route)):
        assert door is STRANGERS
    elif _takes_files(inspect.unwrap(route.endpoint)):
        assert door in (UPLOAD, PROCESS)
    else:
        assert door is FORM


def _takes_files(endpoint: Callable[..., Any]) -> bool:
    """Whether a form, or a function of its room to which it hands what was posted, reads files."""
    source, room = inspect.getsource(endpoint), inspect.getmodule(endpoint)
    helpers = [getattr(room, name) for name in re.findall(r"\b(_\w+)\(posted\)", source)]
    return any("posted.files(" in one for one in [source, *map(inspect.getsource, helpers)])


def test_a_case_document_and_everything_else_of_the_api(engine: Engine) -> None:
    assert door_of("/api/v1/cases/7/documents/ehcp") is DOCUMENT
    assert door_of("/api/v1/cases/7/events/decide") is CALL
    with TestClient(create_app(engine), raise_server_exceptions=False) as client:
        said = client.post("/api/v1/cases", content=b"x" * 1_000_001)
        assert (said.status_code, said.json()["code"]) == (413, "too_big")
        assert said.headers["connection"] == "close"
        assert said.headers["x-content-type-options"] == "nosniff"


def test_a_form_of_many_parts_is_refused(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    many = {f"field{number}": "x" for number in range(50)}
    visit.post(f"/cases/{case.id}/documents", many, 400, files={"files": ("a.txt", b"x")})
    long = {"document": "x" * 30_000}
    visit.post(f"/cases/{case.id}/documents", long, 400, files={"files": ("a.txt", b"x")})
    files = [("files", (f"{number}.txt", b"x")) for number in range(61)]
    visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 400, files=files)
    assert engine.case(case.id).version == case.version


def test_what_is_sent_lies_on_the_disk(site: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    case = in_panel(engine)
    in_memory: list[bool] = []
    files = Posted.files

    def looked_at(self: Posted, name: str) -> Any:
        found = files(self, name)
        in_memory.extend(not getattr(one.file, "_rolled", True) for one in found)
        return found

    monkeypatch.setattr(Posted, "files", looked_at)
    sent = {"files": ("a.txt", b"x" * 100_000)}
    Visit(site, "jo").post(f"/cases/{case.id}/documents", {"document": "ehcp"}, files=sent)
    assert in_memory == [False]


def test_no_more_passwords_are_hashed_at_once_than_the_memory_allows(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(engine)
    hasher, lock, most, now = passwords._HASHER, threading.Lock(), 0, 0

    class Counted:
        def verify(self, *args: Any) -> bool:
            nonlocal most, now
            with lock:
                now += 1
                most = max(most, now)
            try:
                return hasher.verify(*args)
            finally:
                with lock:
                    now -= 1

    monkeypatch.setattr(passwords, "_HASHER", Counted())
    crowd = [threading.Thread(target=engine.accounts.sign_in, args=("jo", "wrong")) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert 1 <= most <= passwords.HASHES_AT_ONCE


def test_who_finds_the_lane_full_is_asked_to_come_back(site: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.running.beside import PASSWORDS

    monkeypatch.setattr(PASSWORDS, "_most", 0)
    said = Visit(site).client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    assert said.status_code == 503
    assert int(said.headers["retry-after"]) > 0
    assert "Too many people are asking for this at once." in said.text


def test_sizes_are_said_as_people_read_them() -> None:
    assert (doors.STRANGERS.size, doors.UPLOAD.size) == ("20 kB", "260 MB")


@pytest.mark.parametrize("told", ["-1", "\u00b2", "1e3", "0x10", "", "1" * 30, "5, 5"])
def test_a_length_that_is_no_number_is_refused_unread(engine: Engine, told: str) -> None:
    service = create_service(engine, per_minute=10)
    for path in ("/api/v1/cases", "/sign-in", "/tasks"):
        head = [(b"content-length", told.encode("latin-1")), (b"content-type", b"text/plain")]
        assert ask(service, path, {}, [b"x"], head)[:2] == (400, 0), path


def test_two_lengths_are_refused_unread(engine: Engine) -> None:
    head = [(b"content-length", b"1"), (b"content-length", b"2")]
    assert ask(create_service(engine, per_minute=10), "/tasks", {}, [b"x"], head)[:2] == (400, 0)
