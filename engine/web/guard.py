"""Guard: what holds for every answer: headers, and faults without details."""

from __future__ import annotations

import secrets

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.running.doors import Turned
from engine.running.headers import headers
from engine.running.logs import place_of

# data: is for the key of an authenticator as a picture. It is kept nowhere before its first code was right: a picture
# at an address of its own would need the key in it.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# No other site is told an address: those of invitations are secrets. This one is, and needs it: forms/late.py finds by
# it the page that a form stood on.
REFERRER = "same-origin"
_log = structlog.get_logger("casework.web")


class Guard:
    """Wraps the application. `secure`: the site is reached by https only."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._headers = headers(POLICY, REFERRER, secure=secure)

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
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            _log.info("a client hung up")
        except Exception as error:
            reference = secrets.token_hex(4)
            _log.error("page failed", fault=type(error).__name__, at=place_of(error), reference=reference)
            # Half an answer cannot be followed by another one: the server breaks it off.
            if started:
                raise
            await _fault(500, reference=reference)(scope, receive, answer)


def turned_away(turned: Turned) -> HTMLResponse:
    """The page for those whose request is not taken."""
    response = _fault(turned.status_code, said=turned.detail)
    response.headers.update(turned.headers or {})
    return response


async def tell(scope: Scope, receive: Receive, send: Send, turned: Turned) -> None:
    """The same, before any page was asked for."""
    await turned_away(turned)(scope, receive, send)


def _fault(status: int, *, reference: str = "", said: str = "") -> HTMLResponse:
    """A page that needs nothing but its template."""
    from engine.web.page import environment

    values = {"visitor": None, "csrf": "", "path": "", "status": status, "reference": reference, "said": said}
    return HTMLResponse(environment().get_template("fault.html").render(**values), status)


def _with(given: list[tuple[bytes, bytes]], more: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer; what it says itself stays."""
    known = {name.lower() for name, _ in given}
    return [*given, *((n.encode(), v.encode()) for n, v in more.items() if n.encode() not in known)]
