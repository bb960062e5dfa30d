"""Two programs on one database, whose clocks are set back and forward by chance, and not together.

No timer fires twice or before its time, none is lost, and no case goes back in time. `make faults` walks thirty times
(CASEWORK_CLOCKS), from a new seed (CASEWORK_SEED).
"""

from __future__ import annotations

import os
import random
from datetime import timedelta

import pytest

from engine.case.time.instants import to_text
from engine.clock import SetClock
from engine.service import Case, Engine
from tests.conftest import START
from tests.faults import checker
from tests.faults.checker import Step
from tests.faults.lending import EVENTS, PROCESS, TASKS, TOOLS

STEPS = 150  # each day that is leapt over costs every case a hundred timers and more
SEED = int(os.environ.get("CASEWORK_SEED", "7"))
SEEDS = range(SEED, SEED + int(os.environ.get("CASEWORK_CLOCKS", "1")))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
JUMPS = [MINUTE, 9 * MINUTE, 31 * MINUTE, timedelta(hours=5), DAY]


class Walk:
    """What was asked and answered on the way."""

    def __init__(self, url: str, seed: int) -> None:
        self._chance = random.Random(seed)
        self.clocks = [SetClock(START), SetClock(START)]
        self.engines = [Engine(url, clock=clock) for clock in self.clocks]
        self.engines[0].publish(PROCESS)
        self.acknowledged: list[Step] = []
        self.jumps_back = 0

    def step(self, number: int) -> None:
        which = self._chance.randrange(2)
        engine, clock = self.engines[which], self.clocks[which]
        if self._chance.random() < 0.4:
            is_back = self._chance.random() < 0.45
            self.jumps_back += is_back
            clock.set(clock.now() + self._chance.choice(JUMPS) * (-1 if is_back else 1))
        if self._chance.random() < 0.3:
            engine.run_due()
            return
        self._act(engine, f"m{number}")

    def _act(self, engine: Engine, mark: str) -> None:
        known = max((step.case for step in self.acknowledged), default=0)
        case, what = self._chance.randint(max(1, known - 6), max(1, known)), self._chance.choice([*EVENTS, *TASKS])
        if known < 2 or self._chance.random() < 0.1:
            what, back = "open", to_text(engine.clock.now() + self._chance.choice([-MINUTE, 20 * MINUTE, DAY]))
            found = engine.open_case("lending", "clerk", {"mark": mark, "back": back}, idempotency_key=mark)
        elif what in TASKS:
            found = engine.complete_task(case, what, "clerk", idempotency_key=mark)
        else:
            found = engine.fire(case, what, "clerk", {"mark": mark}, idempotency_key=mark)
        if isinstance(found, Case):
            self.acknowledged.append(Step(found.id, found.version, "" if what in TASKS else mark, mark))


@pytest.mark.faults
@pytest.mark.parametrize("seed", SEEDS)
def test_a_clock_that_is_set_fires_nothing_twice_or_too_early_and_loses_nothing(url: str, seed: int) -> None:
    walk = Walk(url, seed)
    for number in range(STEPS):
        walk.step(number)
    last = max(clock.now() for clock in walk.clocks)
    for engine, clock in zip(walk.engines, walk.clocks, strict=True):
        clock.set(last)
        engine.run_due()
    assert walk.engines[0].verify().findings == ()
    for engine in walk.engines:
        engine.close()
    marks = [step.mark for step in walk.acknowledged]
    told = {"acknowledged": walk.acknowledged, "asked": marks, "places": {"tool": TOOLS}, "now": to_text(last)}
    assert checker.faults(url, **told) == []  # type: ignore[arg-type]
    assert walk.jumps_back > STEPS // 10
    assert len(walk.acknowledged) > STEPS // 4
