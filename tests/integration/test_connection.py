"""Slow clients at a real server. How long they are given is tried in tests/unit/test_connection.py."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine import Engine
from engine.running.connection import Impatient
from tests.served import served
from tests.waiting import PATIENCE

# Without the type of a form nobody waits for the rest of it.
HEAD = (
    b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://127.0.0.1\r\n"
    b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 4000\r\n\r\n"
)


@pytest.fixture
def port(sqlite_template: Path, tmp_path: Path) -> Iterator[int]:
    """The port of a served site."""
    file = tmp_path / "casework.db"
    file.write_bytes(sqlite_template.read_bytes())
    engine = Engine(f"sqlite:///{file}")
    with served(engine) as base:
        yield int(base.rpartition(":")[2])
    engine.close()


def called(port: int, said: bytes) -> socket.socket:
    """A line on which something was said."""
    line = socket.create_connection(("127.0.0.1", port), PATIENCE)
    line.sendall(said)
    return line


@pytest.mark.parametrize("said", [b"", HEAD + b"login=jo"], ids=["nothing", "half a form"])
def test_slow_clients_are_hung_up_on(port: int, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impatient, "grace", 0.2)
    with called(port, said) as line:
        answer = b""
        while piece := line.recv(1000):  # until it is hung up
            answer += piece
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_slow_clients_keep_nobody_waiting(port: int) -> None:
    with ExitStack() as lines:
        for _ in range(100):
            lines.enter_context(called(port, HEAD + b"log"))
        with called(port, b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n") as line:
            assert line.recv(20).startswith(b"HTTP/1.1 200")


def test_a_request_within_another_is_not_answered(port: int) -> None:
    """By `Content-Length` the first one would end within its body, and what follows would be a second one."""
    inner = b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(inner), inner)
    head = b"POST /nowhere HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n"
    with called(port, head + b"content-length: 4\r\n\r\n" + body) as line:
        answer = b""
        while piece := line.recv(1000):
            answer += piece
    assert answer.count(b"HTTP/1.1 ") == 1
    assert not answer.startswith(b"HTTP/1.1 200")
