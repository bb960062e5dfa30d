"""Guard: what holds for every answer and every request: headers, limits of size, and faults without details."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.running.logs import place_of

MOST_BYTES = 2_000_000
MOST_UPLOAD_BYTES = 260_000_000
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
_log = structlog.get_logger("casework.web")


class TooBig(Exception):
    """A request with more bytes than are taken."""


class Guard:
    """Wraps the application. `secure`: the site is reached by https only."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with(message["headers"], self._headers)
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), answer)
        except TooBig:
            await self._tell(answer, 413, "")
        except ClientDisconnect:
            _log.info("a client hung up")
        except Exception as error:
            reference = secrets.token_hex(4)
            _log.error("page failed", fault=type(error).__name__, at=place_of(error), reference=reference)
            if started:
                raise
            await self._tell(answer, 500, reference)

    async def _tell(self, send: Any, status: int, reference: str) -> None:
        from engine.web.page import environment

        values = {"visitor": None, "csrf": "", "path": "", "status": status, "reference": reference}
        body = environment().get_template("fault.html").render(**values).encode()
        head = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        if status == 413:
            head.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})


def _with(given: list[tuple[bytes, bytes]], more: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer; what it says itself stays."""
    known = {name.lower() for name, _ in given}
    return [*given, *((n.encode(), v.encode()) for n, v in more.items() if n.encode() not in known)]


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Count what comes in, and stop where it is more than is taken."""
    headers = dict(scope["headers"])
    is_upload = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    most, count = MOST_UPLOAD_BYTES if is_upload else MOST_BYTES, 0
    told = headers.get(b"content-length", b"0")
    too_big = told.isdigit() and int(told) > most

    async def counted() -> Message:
        nonlocal count
        if too_big:
            raise TooBig
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise TooBig
        return message

    return counted
