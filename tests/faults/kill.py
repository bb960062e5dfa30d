"""Kill the scheduling process at random moments; then no timer may be lost, and none fired twice.

    python -m tests.faults.kill --times 1000

Each round asks a child process to fire what is due by the next hour and kills it (SIGKILL) somewhere on
the way. At the end what is left is fired in peace, and every case must have fired each hour exactly once.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.case.time.instants import to_text
from engine.clock import SetClock
from engine.service import Engine
from tests.faults.databases import both

START = datetime(2023, 9, 11, 8, 0, tzinfo=UTC)
CASES = 40
PROCESS = """
process: ticking
version: "1"
title: Ticking
effective_from: 2023-01-01
timezone: UTC
initial: on
roles: {clerk: {title: Clerk}}
fields: {ticks: {title: Ticks, type: integer}}
tasks: {look: {title: Look, role: clerk, due: 30 minutes, escalate: {after: 15 minutes, to: clerk}}}
places: {room: {title: Room, capacity: 1000}}
states:
  on:
    owner: clerk
    timers:
      tick: {every: 1 hour, missed: each, send: ticked}
    holds: {place: room}
    events:
      ticked: {title: Ticked, by: [], set: {ticks: "ticks == null ? 1 : ticks + 1"}, raise: look}
      stop: {title: Stop, to: off}
  off: {final: true, outcome: Off}
"""


@dataclass(frozen=True)
class Outcome:
    """How many children were killed on the way, how many came to their end, and what was found wrong."""

    killed: int
    finished: int
    faults: tuple[str, ...]


def run(url: str, times: int, seed: int = 0) -> Outcome:
    """Kill `times` times, then see what became of the timers."""
    chance = random.Random(seed)
    _prepare(url)
    longest = _time_of_a_round(url, START + timedelta(hours=1))
    now, killed = START + timedelta(hours=1), 0
    for _ in range(times):
        now += timedelta(hours=1)
        hit = _round(url, now, chance.uniform(0, longest))
        longest *= 1.1 if hit else 0.8  # so that about two of three are hit, however busy the machine becomes
        killed += hit
    return Outcome(killed, times - killed, tuple(_faults(url, now)))


def _prepare(url: str) -> None:
    engine = Engine(url, clock=SetClock(START))
    engine.publish(PROCESS)
    for _ in range(CASES):
        engine.open_case("ticking", "clerk")
    engine.close()


def _time_of_a_round(url: str, now: datetime) -> float:
    begun = time.monotonic()
    os.waitpid(_child(url, now), 0)
    return time.monotonic() - begun


def _child(url: str, now: datetime) -> int:
    child = os.fork()
    if child:
        return child
    try:
        engine = Engine(url, clock=SetClock(now))
        engine.run_due(batch=7)
    finally:
        os._exit(0)


def _round(url: str, now: datetime, patience: float) -> bool:
    """Whether the child had to be killed."""
    child = _child(url, now)
    time.sleep(patience)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _faults(url: str, now: datetime) -> list[str]:
    """Fire what is left, and compare every case's history with what must have happened."""
    engine = Engine(url, clock=SetClock(now))
    while (due := engine.next_due()) is not None and due <= now:
        engine.run_due()
    hours = int((now - START) / timedelta(hours=1))
    expected = [to_text(START + timedelta(hours=hour)) for hour in range(1, hours + 1)]
    found = [str(finding) for finding in engine.verify().findings]
    for page in engine.cases(limit=CASES).items:
        entries = engine.history(page.id)
        ticks = [entry.at for entry in entries if entry.kind == "timer" and entry.event == "on/tick"]
        events = [entry.at for entry in entries if entry.kind == "event"]
        escalated = [entry.at for entry in entries if entry.event == "task:look"]
        if ticks != expected:
            found.append(f"case {page.id} ticked {len(ticks)} times, not {hours}, or out of order")
        if events != expected or page.data["ticks"] != hours:
            found.append(f"case {page.id} was sent {len(events)} events")
        if escalated != [to_text(START + timedelta(hours=1, minutes=45))]:
            found.append(f"case {page.id} escalated its task {len(escalated)} times")
    engine.close()
    return found


def main() -> int:
    """Run on SQLite and on PostgreSQL; 1 if anything was lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen = parser.parse_args()
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, url, done in both(Path(folder)):
            begun = time.monotonic()
            outcome = run(url, chosen.times, chosen.seed)
            done()
            took = time.monotonic() - begun
            summary = f"{name}: {outcome.killed} killed on the way, {outcome.finished} came to their end"
            print(f"{summary}, {len(outcome.faults)} faults, {took:.0f} s (seed {chosen.seed})")
            for fault in outcome.faults[:20]:
                print(f"  {fault}")
            worst |= bool(outcome.faults)
    return worst


if __name__ == "__main__":
    sys.exit(main())
