"""Who is too slow is hung up on, by a clock that the test sets: no client here waits, and no server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from engine.running.connection import Impatient

FORM = b"content-type: application/x-www-form-urlencoded\r\n"
HEAD = b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 400000\r\n" + FORM
GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time goes on only when it is told to."""

    now = 1000.0

    def time(self) -> float:
        return self.now

    def rest(self, seconds: float = 0) -> None:
        """Let time go on, then let everything happen that is due."""
        self.now += seconds
        for _ in range(5):
            self.run_until_complete(asyncio.sleep(0))


class Line(asyncio.Transport):
    """The other end of a connection: keeps what the server said."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.said, self.closed, self.paused = b"", False, False

    def write(self, data: Any) -> None:
        self.said += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Client:
    """Somebody who calls. The application reads all they send, once it is let, and says how much it was."""

    def __init__(self, loop: Loop) -> None:
        self.loop, self.line, self.reads = loop, Line(), asyncio.Event()
        self.reads.set()
        config = uvicorn.Config(self._answer, interface="asgi3", log_level="error", timeout_keep_alive=5)
        self.protocol = Impatient(config, ServerState(), {}, loop)
        self.protocol.connection_made(self.line)

    async def _answer(self, _: Any, receive: Any, send: Any) -> None:
        await self.reads.wait()
        count, more = 0, True
        while more:
            message = await receive()
            count, more = count + len(message.get("body", b"")), message.get("more_body", False)
        said = str(count).encode()
        length = [(b"content-length", str(len(said)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": said})

    def says(self, data: bytes, seconds: float = 0) -> None:
        """Send something, so many seconds after what was before."""
        self.loop.rest(seconds)
        if data and not self.line.closed:
            self.protocol.data_received(data)
        self.loop.rest()


@pytest.fixture
def client() -> Iterator[Client]:
    loop = Loop()
    yield Client(loop)
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.rest()
    loop.close()


@pytest.mark.parametrize("said", [b"", b"POST /sign-in HT", HEAD, HEAD + b"\r\nlogin=jo"])
def test_who_does_not_go_on_is_hung_up_on_after_twenty_seconds(client: Client, said: bytes) -> None:
    client.says(said)
    client.loop.rest(19.9)
    assert (client.line.said, client.line.closed) == (b"", False)
    client.loop.rest(0.2)
    assert client.line.said.startswith(b"HTTP/1.1 408 ")
    assert client.line.closed


def test_who_drips_is_slow(client: Client) -> None:
    client.says(HEAD)
    for _ in range(19):
        client.says(b"x", 1)
    assert not client.line.closed
    client.says(b"x", 1.1)
    assert client.line.closed
    assert client.line.said.startswith(b"HTTP/1.1 408 ")


def test_who_sends_steadily_is_not_slow_however_long_it_takes(client: Client) -> None:
    client.says(HEAD + b"\r\n")
    for _ in range(40):
        client.says(b"x" * 10_000, 1)
    assert client.line.said.endswith(b"\r\n\r\n400000")
    client.says(GET, 4)  # the same line serves on
    assert client.line.said.count(b"HTTP/1.1 200 ") == 2
    assert not client.line.closed


def test_the_second_request_of_a_line_has_a_time_of_its_own(client: Client) -> None:
    client.says(GET, 15)
    client.says(GET[:10], 4)
    client.loop.rest(19.9)
    assert not client.line.closed
    client.loop.rest(0.2)
    assert client.line.closed
    assert b"HTTP/1.1 408 " in client.line.said


def test_who_rests_between_two_requests_is_not_told_that_they_are_slow(client: Client) -> None:
    client.says(GET)
    client.loop.rest(30)
    assert client.line.closed
    assert b" 408 " not in client.line.said


def test_nobody_is_slow_while_it_is_the_server_that_does_not_read(client: Client) -> None:
    client.reads.clear()
    client.says(HEAD + b"\r\n" + b"x" * 100_000)
    assert client.line.paused
    client.loop.rest(31)
    client.loop.rest(19)
    assert not client.line.closed
    client.reads.set()
    client.loop.rest()
    assert not client.line.paused
    client.says(b"x" * 300_000)
    assert client.line.said.endswith(b"400000")
