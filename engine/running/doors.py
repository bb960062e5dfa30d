"""Doors: how much may be sent to which address, decided before it is read and before who sends it is looked at.

They stand in front of the pages and of the API alike. What an address is not named for here has the usual limit.
It touches requests only.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.source.number import NotANumber, whole


@dataclass(frozen=True)
class Door:
    """What is taken: at most `most` bytes, and whether files may be among them.

    `text`: how many bytes anything else in a form with files may have.
    """

    most: int
    files: bool = False
    text: int = 20_000

    @property
    def size(self) -> str:
        """How much that is, as people read it."""
        return f"{self.most // 1_000_000} MB" if self.most >= 1_000_000 else f"{self.most // 1000} kB"


# A name, a password and where to go next: those who are not signed in have nothing else to say.
STRANGERS = Door(20_000)
FORM = Door(2_000_000)
# A process, its scenarios and its calendar, or a table of rows: each as text or as a file.
PROCESS = Door(6_000_000, files=True, text=2_000_000)
# Ten documents of the largest size, and what a form wraps around them.
UPLOAD = Door(260_000_000, files=True)
CALL = Door(1_000_000)
# One document of the largest size.
DOCUMENT = Door(25_000_000, files=True)
API = "/api/"
_DOORS: tuple[tuple[re.Pattern[str], Door], ...] = tuple(
    (re.compile(pattern), door)
    for pattern, door in (
        (r"/api/v1/cases/\d+/documents/[^/]+", DOCUMENT),
        (r"/api/.*", CALL),
        (r"/sign-in(/.*)?|/invitation/.*", STRANGERS),
        (r"/(cases|drafts)/\d+/documents", UPLOAD),
        (r"/processes-draft|/registers/[^/]+/table", PROCESS),
    )
)


def door_of(path: str) -> Door:
    """What may be sent to this path."""
    return next((door for pattern, door in _DOORS if pattern.fullmatch(path)), FORM)


class Turned(HTTPException):
    """A request that is not taken: it is too big (413), or brings files where none are taken (415)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message, {"connection": "close"})


Tell = Callable[[Scope, Receive, Send, Turned], Awaitable[None]]


class Doors:
    """Stands before an application. `tell` answers those who are turned away, in the application's own way.

    A body whose length is said is refused unread. One that comes in pieces is counted, and cut where it is too long.
    """

    def __init__(self, app: ASGIApp, *, tell: Tell) -> None:
        self._app, self._tell = app, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        door = door_of(scope["path"])
        turned = _turned(door, Headers(scope=scope))
        if turned is not None:
            await self._tell(scope, receive, send, turned)
            return
        await self._app(scope, _counted(door, receive), send)


def _turned(door: Door, headers: Headers) -> Turned | None:
    """Why a request is not taken, as far as its head says."""
    lengths = set(headers.getlist("content-length"))
    try:
        told = [whole(one) for one in lengths]
    except NotANumber:
        told = [-1]
    # Two lengths are how one request is smuggled into another past a proxy.
    if len(lengths) > 1 or min(told, default=0) < 0:
        return Turned(400, "How much is sent (Content-Length) must be told as one number.")
    if max(told, default=0) > door.most:
        return _too_big(door)
    if not door.files and headers.get("content-type", "").lstrip().lower().startswith("multipart/"):
        return Turned(415, "No files are taken here.")
    return None


def _too_big(door: Door) -> Turned:
    return Turned(413, f"At most {door.size} are taken here.")


def _counted(door: Door, receive: Receive) -> Receive:
    count = 0

    async def counted() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > door.most:
            raise _too_big(door)
        return message

    return counted
