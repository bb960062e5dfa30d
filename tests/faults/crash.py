"""Kill `casework serve` (SIGKILL) while people work over HTTP: what was answered is there once, and nothing twice.

    python -m tests.faults.crash --times 250 --services 4

Each time one of the services is killed, or all of them, at a moment that the work itself chooses, and started again.
Clients send what was not answered again, to any of them. Then the database is checked from outside and by
`casework verify`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.faults import checker
from tests.faults.databases import both
from tests.faults.lending import TOOLS, settle
from tests.faults.load import Load
from tests.faults.services import Services

CLIENTS = 6


@dataclass(frozen=True)
class Outcome:
    """What was done, and what was found wrong. `lost_word`: requests of which nobody knows whether they were done.

    `longest` is how long, in seconds, a client that did not give up waited for its answer.
    """

    killed: int
    acknowledged: int
    lost_word: int
    longest: float
    faults: tuple[str, ...]

    def __str__(self) -> str:
        done = f"{self.killed} services killed, {self.acknowledged} steps answered, {self.lost_word} without an answer"
        return f"{done}, the longest wait {self.longest:.1f} s, {len(self.faults)} faults"


def run(url: str, folder: Path, times: int, services: int = 2, seed: int = 0) -> Outcome:
    """Kill `times` times, then see what became of the work."""
    chance, killed = random.Random(seed), 0
    secret = settle(url, folder / "documents")
    with Services(url, folder, services) as served:
        load = Load(served.ports, secret, CLIENTS, seed)
        load.start()
        for _ in range(times):
            load.goes_on(chance.randint(1, 12))
            victims = range(services) if chance.random() < 0.25 else [chance.randrange(services)]
            for victim in victims:
                served.kill(victim)
            for victim in victims:
                served.start(victim)
            killed += len(victims)
        load.goes_on(CLIENTS)
        load.stop()
        served.wait()  # a signal that comes before anybody listens ends a process as signals do
        faults = [f"a service ended with {code}" for code in served.stop() if code]
        faults += checked(served, url, load)
    return Outcome(killed, len(load.acknowledged), len(load.unanswered), load.longest, tuple(faults))


def checked(served: Services, url: str, load: Load) -> list[str]:
    """What is wrong once everybody has stopped, and what is due has been fired."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    codes = {name: served.run(*name.split()) for name in ("worker --once", "verify")}
    found = [
        f"casework {name} ended with {code}: {served.log.read_text()[-2000:]}" for name, code in codes.items() if code
    ]
    found += load.faults
    found += checker.faults(url, acknowledged=load.acknowledged, asked=load.asked, places={"tool": TOOLS}, now=now)
    return found


def main() -> int:
    """Run on SQLite and on PostgreSQL; 1 if anything was lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--services", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen, worst = parser.parse_args(), 0
    with tempfile.TemporaryDirectory() as folder:
        for name, url, done in both(Path(folder)):
            begun = time.monotonic()
            own = Path(folder) / name
            own.mkdir()
            outcome = run(url, own, chosen.times, chosen.services, chosen.seed)
            done()
            took = f"{time.monotonic() - begun:.0f} s, {chosen.services} services (seed {chosen.seed})"
            print(f"{name}: {outcome}, {took}", *outcome.faults[:20], sep="\n  ", flush=True)
            worst |= bool(outcome.faults)
    return worst


if __name__ == "__main__":
    sys.exit(main())
