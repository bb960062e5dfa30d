"""Pages: what home, caseload and case page cost, each server a process of its own on loopback, one browser at a time.

The floor of the case page is a bare Starlette route that renders the very same template from values that are ready:
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

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from benchmarks.crowd import small_and_big
from benchmarks.measure import Measure, by_turns
from benchmarks.process import START, ready_case, swing
from benchmarks.servers import folder
from engine.clock import SetClock
from engine.service import Engine
from engine.web import page as pages
from engine.web.app import create_site
from engine.web.case import see
from engine.web.visitor import Visitor

PASSWORD = "only for measuring"  # noqa: S105
LOGIN = "clerk"


def measure(*, quick: bool = False) -> list[Measure]:
    """Each page on a small and on a big database, and the case page against its floor, by turns."""
    few, many, rounds, times = (200, 2_000, 3, 20) if quick else (1_000, 100_000, 9, 100)
    with folder() as place:
        engines = small_and_big(place, few, many)
        numbers = [_worked_on(engine) for engine in engines]
        for engine in engines:
            engine.people.add(LOGIN, "Clerk", ["clerk"])
            engine.accounts.set_password(LOGIN, PASSWORD)
            engine.close()
        return _compared([place / "small.db", place / "big.db"], numbers, rounds, times, many)


def _compared(files: list[Path], numbers: list[int], rounds: int, times: int, many: int) -> list[Measure]:
    found = []
    with (
        _served(lambda: create_site(_engine(files[0]))) as small,
        _served(lambda: create_site(_engine(files[1]))) as big,
    ):
        cookies = [_sign_in(port) for port in (small, big)]
        paths = {
            "home": ("/", "/"),
            "caseload": ("/cases", "/cases"),
            "case page": tuple(f"/cases/{n}" for n in numbers),
        }
        for name, (one, other) in paths.items():
            works = (_asking(small, one, cookies[0], times), _asking(big, other, cookies[1], times))
            costs = by_turns(rounds, *works)
            ours, floor = f"{1e3 * costs[1]:.2f} ms (p95)", f"{1e3 * costs[0]:.2f} ms (p95)"
            found.append(Measure(f"{name}, {many:,} cases", costs[1] / costs[0], 1.3, False, ours, floor))
        with _served(lambda: _bare(_engine(files[1]), numbers[1])) as bare:
            works = (_rating(big, f"/cases/{numbers[1]}", cookies[1], times), _rating(bare, "/", "", times))
            ours_rate, bare_rate = by_turns(rounds, *works)
    case = Measure(
        "case page, requests per second", ours_rate / bare_rate, 0.3, True, f"{ours_rate:.0f}/s", f"{bare_rate:.0f}/s"
    )
    return [*found, case]


def _engine(file: Path) -> Engine:
    return Engine(f"sqlite:///{file}", clock=SetClock(START + timedelta(days=20)))


def _worked_on(engine: Engine) -> int:
    """A case with a history."""
    number = ready_case(engine)
    for _ in range(6):
        swing(engine, number)
    return number


def _bare(engine: Engine, number: int) -> ASGIApp:
    """The template of the case page, rendered from values that are ready."""
    key = engine.accounts.sign_in(LOGIN, PASSWORD)
    session = engine.accounts.session(key or "")
    assert session is not None
    visitor = Visitor(engine, session, engine.in_force())
    values: dict[str, Any] = {"seen": see(visitor, number, "case"), "tab": "overview"}
    values |= {"visitor": visitor, "csrf": session.csrf, "path": f"/cases/{number}", "now": engine.clock.now()}
    template = pages.environment().get_template("case.html")

    def answer(_: Request) -> HTMLResponse:
        return HTMLResponse(template.render(**values))

    return Starlette(routes=[Route("/", answer)])


@contextmanager
def _served(make: Callable[[], ASGIApp]) -> Iterator[int]:
    """The port at which a process of its own serves the application that `make` makes there."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # of TCP by name, or asyncio leaves its delays on
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(make, listening), daemon=True)
        server.start()
        yield listening.getsockname()[1]
        server.terminate()
        server.join(10)


def _serve(make: Callable[[], ASGIApp], listening: socket.socket) -> None:
    config = uvicorn.Config(make(), log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def _sign_in(port: int) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port)
    body = f"login={LOGIN}&password={PASSWORD.replace(' ', '+')}"
    line.request("POST", "/sign-in", body, {"content-type": "application/x-www-form-urlencoded"})
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
