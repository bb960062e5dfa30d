"""Growth: what a step and the first pages cost among 1,000,000 cases, against what they cost among 1,000."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from benchmarks.crowd import small_and_big
from benchmarks.measure import Measure, by_turns
from benchmarks.process import START, ready_case, swing
from benchmarks.servers import folder
from engine.clock import SetClock
from engine.service import Engine

Work = Callable[[Engine, int], object]
WORKS: dict[str, Work] = {
    "fire": lambda engine, number: swing(engine, _cases[id(engine)][number % 50]),
    "tasks, first page": lambda engine, _: engine.tasks(),
    "tasks of a role, overdue": lambda engine, _: engine.tasks(roles=("clerk",), overdue=True),
    "cases, first page": lambda engine, _: engine.cases(),
    "cases in a state": lambda engine, _: engine.cases(process="swing", state="left"),
    "cases of an organisation": lambda engine, _: engine.cases(organisation="House 7"),
    "cases of an owner, overdue": lambda engine, _: engine.cases(owner="clerk", overdue=True),
    "cases that are open": lambda engine, _: engine.cases(open_only=True),
    "timers, first page": lambda engine, _: engine.timers(),
}
_cases: dict[int, list[int]] = {}


def measure(*, quick: bool = False) -> list[Measure]:
    """Each work on a small and on a big database, by turns."""
    few, many, rounds = (200, 2_000, 3) if quick else (1_000, 1_000_000, 15)
    with folder() as place:
        engines = small_and_big(place, few, many)
        for engine in engines:
            _cases[id(engine)] = [ready_case(engine) for _ in range(50)]
            assert isinstance(engine.clock, SetClock)
            engine.clock.set(START + timedelta(days=20))
        found = [_compared(name, work, engines, rounds, many) for name, work in WORKS.items()]
        for engine in engines:
            engine.close()
    return found


def _compared(name: str, work: Work, engines: list[Engine], rounds: int, many: int) -> Measure:
    small, big = by_turns(rounds, *(lambda engine=engine: _cost(work, engine) for engine in engines))
    return Measure(f"{name}, {many:,} cases", big / small, 1.3, False, f"{1e3 * big:.2f} ms", f"{1e3 * small:.2f} ms")


def _cost(work: Work, engine: Engine) -> float:
    """Seconds for one time, the mean of a few."""
    times = 20
    work(engine, 0)
    begun = time.perf_counter()
    for number in range(times):
        work(engine, number)
    return (time.perf_counter() - begun) / times
