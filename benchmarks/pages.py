"""Pages: what home, caseload and case page cost, each server a process of its own on loopback, one browser at a time.

The floor of a page is a bare Starlette route that renders the very same template from values that are ready:
no session, no database, no rules. Each page is also measured among 1,000 and among 100,000 cases.
"""

from __future__ import annotations

import http.client
import multiprocessing
import re
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn
from jinja2 import Template
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from benchmarks.crowd import small_and_big
from benchmarks.measure import Measure, by_turns
from benchmarks.process import START, ready_case, swing
from benchmarks.servers import folder
from engine.clock import SetClock
from engine.running.logs import configure
from engine.service import Engine
from engine.web import page as pages
from engine.web.app import create_site

PASSWORD = "only for measuring"  # noqa: S105
LOGIN = "clerk"
FLOORS = {"home": 0.25, "case page": 0.3}


def measure(*, quick: bool = False) -> list[Measure]:
    """Each page on a small and on a big database, and against its floor, by turns."""
    configure("console", "warning")  # standard output is for the figures
    few, many, rounds, times, entries = (200, 2_000, 3, 20, 300) if quick else (1_000, 100_000, 9, 100, 5_000)
    with folder() as place:
        engines = small_and_big(place, few, many)
        numbers = [_worked_on(engine) for engine in engines]
        old = _worked_on(engines[0], entries)
        for engine in engines:
            engine.people.add(LOGIN, "Clerk", ["clerk"])
            engine.accounts.set_password(LOGIN, PASSWORD)
            engine.close()
        files = [place / "small.db", place / "big.db"]
        return _compared(files, numbers, rounds, times, many) + _with_history(files[0], numbers[0], old, rounds, times)


def _compared(files: list[Path], numbers: list[int], rounds: int, times: int, many: int) -> list[Measure]:
    with (
        _served(lambda: create_site(_engine(files[0]))) as small,
        _served(lambda: create_site(_engine(files[1]))) as big,
    ):
        cookies = [_sign_in(port) for port in (small, big)]
        pages_of = [{"home": "/", "caseload": "/cases", "case page": f"/cases/{n}"} for n in numbers]
        found = []
        for name, path in pages_of[0].items():
            works = (_asking(small, path, cookies[0], times), _asking(big, pages_of[1][name], cookies[1], times))
            costs = by_turns(rounds, *works)
            found.append(_slower(f"{name}, {many:,} cases", costs[1], costs[0], 1.3))
        paths = pages_of[1]
        with _served(lambda: _bare(_engine(files[1]), list(paths.values()))) as bare:
            for name, path in paths.items():
                ours, floor = (big, path, cookies[1], times), (bare, path, "", times)
                found.append(_slower(f"{name}, 95th percentile", *by_turns(rounds, _asking(*ours), _asking(*floor))))
                rates = by_turns(rounds, _rating(*ours), _rating(*floor))
                limit = FLOORS.get(name)
                said = (f"{rates[0]:.0f}/s", f"{rates[1]:.0f}/s")
                found.append(Measure(f"{name}, requests per second", rates[0] / rates[1], limit, True, *said))
    return found


def _with_history(file: Path, young: int, old: int, rounds: int, times: int) -> list[Measure]:
    """The page of a case to which much has happened, beside that of one to which little has."""
    with _served(lambda: create_site(_engine(file))) as port:
        cookie = _sign_in(port)
        rates = by_turns(rounds, *(_rating(port, f"/cases/{number}", cookie, times) for number in (old, young)))
    said = [f"{one:.0f}/s" for one in rates]
    return [Measure("case page with a long history, beside a short one", rates[0] / rates[1], 0.75, True, *said)]


def _slower(name: str, ours: float, floor: float, limit: float | None = None) -> Measure:
    return Measure(name, ours / floor, limit, False, f"{1e3 * ours:.2f} ms (p95)", f"{1e3 * floor:.2f} ms (p95)")


def _engine(file: Path) -> Engine:
    return Engine(f"sqlite:///{file}", clock=SetClock(START + timedelta(days=20)))


def _worked_on(engine: Engine, entries: int = 6) -> int:
    """A case with a history."""
    number = ready_case(engine)
    for _ in range(entries):
        swing(engine, number)
    return number


class _Ready:
    """A template that remembers the values it was rendered with."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.values: dict[str, Any] = {}

    def render(self, values: dict[str, Any], **more: Any) -> str:
        self.values = values | more
        return self.template.render(self.values)


def _bare(engine: Engine, paths: list[str]) -> ASGIApp:
    """The templates of pages, rendered from values that are ready: those of the same pages, asked for once."""
    here = "http://127.0.0.1:8000"
    client = TestClient(create_site(engine), base_url=here, headers={"origin": here})
    client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
    return Starlette(routes=[Route(path, _ready_answer(client, path)) for path in paths])


def _ready_answer(client: TestClient, path: str) -> Callable[[Request], HTMLResponse]:
    made, last = pages.environment(), list[_Ready]()

    class Remembering:
        def get_template(self, name: str) -> _Ready:
            last.append(_Ready(made.get_template(name)))
            return last[-1]

    with mock.patch.object(pages, "environment", Remembering):
        assert client.get(path).status_code == 200, path
    ready = last[-1]
    return lambda _: HTMLResponse(ready.template.render(ready.values))


@contextmanager
def _served(make: Callable[[], ASGIApp]) -> Iterator[int]:
    """The port at which a process of its own serves the application that `make` makes there."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # of TCP by name, or asyncio leaves its delays on
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(make, listening), daemon=True)
        server.start()
        port = listening.getsockname()[1]
        listening.close()  # or whoever asks a server that did not come up waits for ever
        yield port
        server.terminate()
        server.join(10)


def _serve(make: Callable[[], ASGIApp], listening: socket.socket) -> None:
    config = uvicorn.Config(make(), log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def _sign_in(port: int) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port)
    body = f"login={LOGIN}&password={PASSWORD.replace(' ', '+')}"
    head = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{port}"}
    line.request("POST", "/sign-in", body, head)
    found = re.match(r"[^;]+", line.getresponse().headers["set-cookie"])
    assert found is not None
    return found.group()


def _ask(line: http.client.HTTPConnection, path: str, cookie: str) -> float:
    begun = time.perf_counter()
    line.request("GET", path, headers={"cookie": cookie} if cookie else {})
    said = line.getresponse()
    said.read()
    assert said.status == 200, (path, said.status)
    return time.perf_counter() - begun


def _asking(port: int, path: str, cookie: str, times: int) -> Callable[[], float]:
    """The 95th percentile of the seconds that a page takes."""

    def work() -> float:
        line = http.client.HTTPConnection("127.0.0.1", port)
        _ask(line, path, cookie)
        return statistics.quantiles([_ask(line, path, cookie) for _ in range(times)], n=20)[-1]

    return work


def _rating(port: int, path: str, cookie: str, times: int) -> Callable[[], float]:
    """How many times a second a page is answered."""

    def work() -> float:
        line = http.client.HTTPConnection("127.0.0.1", port)
        _ask(line, path, cookie)
        begun = time.perf_counter()
        for _ in range(times):
            _ask(line, path, cookie)
        return times / (time.perf_counter() - begun)

    return work
