"""Queue: eight processes write one SQLite file as fast as they can; how long the longest of their steps took."""

from __future__ import annotations

import functools
import time
from pathlib import Path

from benchmarks.clients import Work, rate_of_clients
from benchmarks.measure import Measure
from benchmarks.process import clock, ready_case, swing
from benchmarks.servers import folder, sqlite_engine
from engine.service import Engine

CLIENTS = 8
MOST_SECONDS = 0.5


def measure(*, quick: bool = False) -> list[Measure]:
    """The longest wait as a part of the half second that nobody is to wait for."""
    seconds = 0.5 if quick else 10.0
    with folder() as place:
        engine = sqlite_engine(place / "ours.db")
        cases = [[ready_case(engine) for _ in range(10)] for _ in range(CLIENTS)]
        engine.close()
        file = place / "longest"
        done = rate_of_clients([functools.partial(_ours, place, file)] * CLIENTS, cases, seconds)
        longest = max(float(line) for line in file.read_text().split())
    name = f"longest step of {CLIENTS} processes on one SQLite file"
    return [Measure(name, longest / MOST_SECONDS, 1.0, False, f"{longest * 1000:,.0f} ms", f"{done:,.0f}/s in all")]


def _ours(place: Path, file: Path) -> Work:
    engine = Engine(f"sqlite:///{place / 'ours.db'}", clock=clock(), documents=place)
    longest = 0.0

    def work(case: int) -> None:
        nonlocal longest
        begun = time.perf_counter()
        swing(engine, case)
        took = time.perf_counter() - begun
        if took > longest:
            longest = took
            with file.open("a") as lines:
                lines.write(f"{longest}\n")

    return work
