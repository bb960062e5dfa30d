"""Guard: the headers of every kind of answer, and faults that tell nothing."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine import Engine
from engine.web.guard import Guard
from tests.integration.site import Visit
from tests.steps import in_panel


def test_headers_of_every_kind_of_answer(site: FastAPI, engine: Engine) -> None:
    in_panel(engine)
    visit = Visit(site, "jo")
    for path in (
        "/",
        "/cases/1",
        "/nowhere",
        "/sign-in",
        "/cases.csv",
        "/static/casework.js",
        "/cases/1/documents/send_plan/1",
    ):
        headers = visit.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "script-src 'self'" in policy or "script-src" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert "unsafe-inline" not in visit.client.get("/").headers["content-security-policy"]
    assert visit.client.get("/cases/1").headers["cache-control"] == "no-store"


def answered(app: ASGIApp) -> tuple[list[Message], BaseException | None]:
    """What is sent to who asks an application behind the guard for a page, and what the server is told."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        asyncio.run(Guard(app)({"type": "http", "method": "GET", "path": "/"}, receive, send))
    except RuntimeError as error:
        return sent, error
    return sent, None


async def _fails(_: Scope, __: Receive, ___: Send) -> None:
    raise RuntimeError("A Pupil")


async def _breaks_off(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("A Pupil")


async def _hung_up_on(_: Scope, __: Receive, ___: Send) -> None:
    raise ClientDisconnect


def test_a_fault_is_a_page_with_a_reference_and_the_headers_of_all() -> None:
    sent, raised = answered(_fails)
    assert (raised, sent[0]["status"]) == (None, 500)
    assert (b"x-frame-options", b"DENY") in sent[0]["headers"]
    assert b"A Pupil" not in sent[1]["body"]
    assert b"RuntimeError" not in sent[1]["body"]


def test_half_a_page_is_broken_off_and_followed_by_no_other() -> None:
    sent, raised = answered(_breaks_off)
    assert len(sent) == 1
    assert isinstance(raised, RuntimeError)


def test_who_hangs_up_is_answered_nothing() -> None:
    assert answered(_hung_up_on) == ([], None)
