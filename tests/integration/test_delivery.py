"""Delivery to receivers that are slow or hostile: a message has its time altogether, and holds no other kind up."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.running import delivery
from engine.running.delivery import Mailer, Sender
from engine.running.scheduler import Scheduler
from engine.service.messages.outbox import EACH, Email, NotSent, NotYet, Webhook
from tests.conftest import START
from tests.steps import done
from tests.waiting import PATIENCE, until

HERE = frozenset({"127.0.0.1"})
OK = b"HTTP/1.1 200 OK\r\n"
Talk = Callable[[socket.socket, threading.Event], object]


class Server:
    """A server on this machine that talks as it is told to, until the test is over."""

    def __init__(self, talk: Talk) -> None:
        self.calls = 0
        self.over = threading.Event()
        self._talk = talk
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._threads = [threading.Thread(target=self._answer, daemon=True)]
        self._threads[0].start()

    def _answer(self) -> None:
        while not self.over.is_set():
            with contextlib.suppress(OSError):
                line, _ = self._door.accept()
                self.calls += 1
                self._threads.append(threading.Thread(target=self._talk_on, args=(line,), daemon=True))
                self._threads[-1].start()

    def _talk_on(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            self._talk(line, self.over)

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join(PATIENCE)


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], Server]]:
    servers: list[Server] = []

    def make(talk: Talk) -> Server:
        servers.append(Server(talk))
        return servers[-1]

    yield make
    for one in servers:
        one.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message has half a second."""
    monkeypatch.setattr(delivery, "SECONDS", 0.5)


def drips(first: bytes, then: bytes) -> Talk:
    """Says something, and then one more byte ever and again, without end."""

    def talk(line: socket.socket, over: threading.Event) -> None:
        line.sendall(first)
        while not over.wait(0.05):
            line.sendall(then)

    return talk


def says(text: bytes) -> Talk:
    """Hears what is asked, and says this."""

    def talk(line: socket.socket, over: threading.Event) -> None:
        line.recv(65536)
        line.sendall(text)

    return talk


def is_silent(_: socket.socket, over: threading.Event) -> None:
    over.wait(PATIENCE)


def hook(server: Server) -> Webhook:
    return Webhook(1, server.url, "secret", "{}")


SLOW: dict[str, Talk] = {
    "never answers": is_silent,
    "drips its status": drips(b"", b"H"),
    "drips a header": drips(OK + b"x-slow: ", b"a"),
    "drips headers": drips(OK, b"a: b\r\n"),
    "says to go on for ever": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "drips its body": drips(OK + b"content-length: 1000\r\n\r\n", b"x"),
    "drips chunks": drips(OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW.keys())
def test_a_hook_that_drips_has_its_time_altogether(serve: Callable[[Talk], Server], soon: None, talk: Talk) -> None:
    with pytest.raises(NotSent):
        Sender(own=HERE)(hook(serve(talk)))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "closes early": (b"", "cannot be reached"),
    "closes in the middle": (OK + b"content-length: 1000\r\n\r\nx", "cannot be reached"),
    "talks nonsense": (b"\x00\xff" * 100, "cannot be reached"),
    "says no": (b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", "it answered 500"),
    "gives a header without end": (OK + b"x: " + b"a" * 1_000_000, "cannot be reached"),
}


@pytest.mark.parametrize(("text", "fault"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hook_that_breaks_off_is_a_message_that_was_not_sent(
    serve: Callable[[Talk], Server], text: bytes, fault: str
) -> None:
    with pytest.raises(NotSent, match=fault):
        Sender(own=HERE)(hook(serve(says(text))))


def test_of_an_answer_without_end_little_is_read(serve: Callable[[Talk], Server]) -> None:
    written = [0]

    def talk(line: socket.socket, over: threading.Event) -> None:
        line.recv(65536)
        line.sendall(OK + b"content-length: 100000000\r\n\r\n")
        for _ in range(1000):
            line.sendall(b"x" * 100_000)
            written[0] += 100_000

    server = serve(talk)
    Sender(own=HERE)(hook(server))
    server.close()
    assert written[0] < 20_000_000  # what the machine keeps in between


def test_an_answer_is_not_unpacked(serve: Callable[[Talk], Server]) -> None:
    bomb = gzip.compress(gzip.compress(bytes(50_000_000)))
    head = f"content-encoding: gzip, gzip\r\ncontent-length: {len(bomb)}\r\n\r\n".encode()
    Sender(own=HERE)(hook(serve(says(OK + head + bomb))))
    Sender(own=HERE)(hook(serve(says(OK + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nnone"))))


def test_a_message_is_not_sent_on_to_elsewhere(serve: Callable[[Talk], Server]) -> None:
    other = serve(says(OK + b"content-length: 0\r\n\r\n"))
    moved = f"HTTP/1.1 307 Moved\r\nlocation: {other.url}\r\ncontent-length: 0\r\n\r\n".encode()
    with pytest.raises(NotSent, match="it answered 307"):
        Sender(own=HERE)(hook(serve(says(moved))))
    assert other.calls == 0


MAIL_SLOW: dict[str, Talk] = {
    "never greets": is_silent,
    "drips its greeting": drips(b"", b"2"),
    "greets without end": drips(b"", b"220-hello\r\n"),
    "greets and is silent": drips(b"220 hello\r\n", b""),
}


@pytest.mark.parametrize("talk", MAIL_SLOW.values(), ids=MAIL_SLOW.keys())
def test_a_mail_server_that_drips_has_its_time_altogether(
    serve: Callable[[Talk], Server], soon: None, talk: Talk
) -> None:
    server = serve(talk)
    with pytest.raises(NotYet, match="the mail server is not there"):
        Mailer(f"127.0.0.1:{server.port}", "casework@example.org").send(Email(1, "a@example.org", "Hello", "Text"))


def test_what_no_message_can_hold_is_not_sent() -> None:
    with pytest.raises(NotSent) as told:
        Mailer("127.0.0.1:9", "casework@example.org").send(Email(1, "a@example.org", "two\nlines", "Text"))
    assert not isinstance(told.value, NotYet)


def test_an_address_that_a_mail_server_cannot_take_is_no_mail_server_that_is_away(
    serve: Callable[[Talk], Server],
) -> None:
    def plain(line: socket.socket, _: threading.Event) -> None:
        line.sendall(b"220 hello\r\n")
        while said := line.recv(1000):
            line.sendall(b"221 bye\r\n" if said.startswith(b"QUIT") else b"250 a server without SMTPUTF8\r\n")

    mailer = Mailer(f"127.0.0.1:{serve(plain).port}", "casework@example.org")
    with pytest.raises(NotSent, match="did not take it") as told:
        mailer.send(Email(1, "jörg@example.org", "Hello", "Text"))
    assert not isinstance(told.value, NotYet)


def queue(engine: Engine, addresses: list[str]) -> None:
    from engine.case.time.instants import to_text
    from engine.store.messages.outbox import queue_email

    for address in addresses:  # only to people is it sent
        engine.people.add(f"reader-{address.partition('@')[0]}", "", ["auditor"], email=address)
    with engine.database.writing() as connection:
        for address in addresses:
            queue_email(connection, address, "Hello", "Text", to_text(engine.clock.now()))


class Heard:
    """A sender that keeps what it is given, and does first what it is told to do with it."""

    def __init__(self, first: Callable[[Webhook | Email], object] = lambda _: None) -> None:
        self.taken: list[Webhook | Email] = []
        self._first = first

    def __call__(self, message: Webhook | Email) -> None:
        self._first(message)
        self.taken.append(message)

    def kinds(self) -> set[str]:
        return {type(one).__name__ for one in self.taken}


@pytest.mark.parametrize(("slow", "quick"), [(Webhook, Email), (Email, Webhook)])
def test_one_kind_that_hangs_delays_no_message_of_the_other(engine: Engine, slow: Any, quick: Any) -> None:
    engine.outbox.add_hook("https://example.org/hook")
    done(engine.open_case("hbep-referral", "coordinator"))
    queue(engine, ["max@example.org"])
    over, hangs = threading.Event(), threading.Event()

    def hang(message: Webhook | Email) -> None:
        if isinstance(message, slow):
            hangs.set()
            over.wait(PATIENCE)

    heard = Heard(hang)
    scheduler = Scheduler(engine, send=heard)
    scheduler.start()
    assert hangs.wait(PATIENCE)
    until(lambda: quick.__name__ in heard.kinds())
    assert slow.__name__ not in heard.kinds()
    over.set()
    scheduler.stop()
    assert heard.kinds() == {"Webhook", "Email"}


def test_the_backlog_of_one_hook_does_not_starve_another(engine: Engine) -> None:
    engine.outbox.add_hook("https://slow.example.org/hook")
    for _ in range(60):
        done(engine.open_case("hbep-referral", "coordinator"))
    engine.outbox.add_hook("https://good.example.org/hook")
    done(engine.open_case("hbep-referral", "coordinator"))
    tried: list[str] = []

    def fail_slow(message: Any) -> None:
        tried.append(message.url)
        if "slow" in message.url:
            raise NotSent("it cannot be reached")

    assert engine.outbox.deliver(fail_slow) == 1
    assert tried == ["https://slow.example.org/hook", "https://good.example.org/hook"]
    assert engine.outbox.deliver(tried.append) == EACH  # the one that failed waits for its time


def test_a_message_that_cannot_even_be_tried_holds_no_other_up(engine: Engine) -> None:
    queue(engine, ["bad@example.org", "good@example.org"])

    def break_bad(message: Any) -> None:
        if message.address.startswith("bad"):
            raise TypeError("Zebedee")

    assert engine.outbox.deliver(break_bad) == 1
    bad = [one for one in engine.outbox.messages() if one.fault]
    assert [(one.target, one.fault) for one in bad] == [("bad@example.org", "it could not be tried (TypeError)")]
    assert bad[0].next_try is not None


def test_a_stop_leaves_the_rest_unclaimed(engine: Engine) -> None:
    queue(engine, [f"{n}@example.org" for n in range(5)])
    heard = Heard()
    assert engine.outbox.deliver(heard, stop=lambda: len(heard.taken) == 2) == 2
    assert engine.outbox.deliver(heard) == 3


STEPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=365)]


@pytest.mark.parametrize("step", [*STEPS, *(-one for one in STEPS)], ids=str)
def test_a_clock_that_is_set_does_not_stop_the_outbox(engine: Engine, clock: SetClock, step: timedelta) -> None:
    def fail(_: object) -> None:
        raise NotSent("it cannot be reached")

    queue(engine, ["tried@example.org"])
    assert engine.outbox.deliver(fail) == 0
    queue(engine, ["new@example.org"])
    clock.set(START + step)
    heard = Heard()
    engine.outbox.deliver(heard)
    assert "new@example.org" in [one.address for one in heard.taken if isinstance(one, Email)]
    clock.set(clock.now() + timedelta(minutes=11))
    engine.outbox.deliver(heard)
    assert len(heard.taken) == 2
    clock.set(START)
    assert engine.outbox.deliver(heard) == 0
    assert len(heard.taken) == 2


def test_the_scheduler_stops_in_the_middle_of_a_round(engine: Engine) -> None:
    queue(engine, [f"{n}@example.org" for n in range(5)])
    begun, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        go.wait(PATIENCE)

    heard = Heard(hold)
    scheduler = Scheduler(engine, send=heard)
    scheduler.start()
    assert begun.wait(PATIENCE)
    stopping = threading.Thread(target=scheduler.stop)
    stopping.start()
    until(lambda: scheduler.next_look is None)
    go.set()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    assert len(heard.taken) == 1
    assert [one.sent is not None for one in engine.outbox.messages()] == [False] * 4 + [True]


def test_the_scheduler_sends_each_head_to_whom_the_setting_names(engine: Engine) -> None:
    engine.people.add("head", "Head", ["administrator"], None, "head@example.org")
    heard = Heard(lambda _: None)
    scheduler = Scheduler(engine, send=heard, head_to="head@example.org")
    scheduler.start()
    until(lambda: any(one.target == "head@example.org" for one in engine.outbox.messages()))
    scheduler.stop()
    [message] = [one for one in engine.outbox.messages() if one.target == "head@example.org"]
    assert engine.head().line in message.body
