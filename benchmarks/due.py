"""Due: 100,000 overdue timers after an outage, at the rate of single fires or better, in little memory."""

from __future__ import annotations

import multiprocessing
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.crowd import grow
from benchmarks.measure import Measure, rate
from benchmarks.process import START, ready_case, swing
from benchmarks.servers import folder, sqlite_engine
from engine.clock import SetClock
from engine.service import Engine

LATER = START + timedelta(weeks=9)


def measure(*, quick: bool = False) -> list[Measure]:
    """The rate against single fires on the same database, and the memory of the process that catches up."""
    count = 1_000 if quick else 100_000
    with folder() as place:
        engine = sqlite_engine(place / "casework.db")
        grow(engine, place / "casework.db", count, ended=0)
        cases = [ready_case(engine) for _ in range(50)]
        single = rate(lambda number: swing(engine, cases[number % 50]), 300 if quick else 3000)
        engine.close()
        seconds, fired, megabytes = _in_a_process_of_its_own(place / "casework.db")
        assert fired >= count, fired
    found = fired / seconds
    return [
        Measure(f"{count:,} overdue timers", found / single, 1.0, True, f"{found:,.0f}/s", f"{single:,.0f}/s"),
        Measure("memory of the catch-up", megabytes / 150, 1.0, False, f"{megabytes:,.0f} MB", "150 MB"),
    ]


def _in_a_process_of_its_own(file: Path) -> tuple[float, int, float]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    child = context.Process(target=_catch_up, args=(str(file), results))
    child.start()
    found: tuple[float, int, float] = results.get()
    child.join()
    return found


def _catch_up(file: str, results: Any) -> None:
    engine = Engine(f"sqlite:///{file}", clock=SetClock(LATER))
    begun = time.perf_counter()
    ran = engine.run_due()
    seconds = time.perf_counter() - begun
    assert not ran.failed, ran.failed[:3]
    results.put((seconds, ran.fired, _peak()))


def _peak() -> float:
    """The most memory that this process has had, in MB.

    Not `ru_maxrss` of `getrusage`: Linux hands it on from the parent that this process was forked from, so that a
    child of a big parent never seems smaller than it. The mark of the address space begins anew with the program.
    """
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found.group(1)) / 1024
