"""Stop PostgreSQL where it stands, and end its sessions, while people work: they are told so, and it goes on by itself.

    python -m tests.faults.outage --times 100

No service is started again. Whoever asks meanwhile is answered with 503 and a time, never with a fault and never with
nothing. Afterwards what was answered is there once, and of what was not answered nothing is there twice.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.crash import CLIENTS, checked
from tests.faults.databases import Server, postgres
from tests.faults.lending import settle
from tests.faults.load import AWAY, UNAVAILABLE, Load
from tests.faults.services import Services
from tests.waiting import until


@dataclass(frozen=True)
class Outcome:
    """How often it was stopped, how many sessions were ended, what was answered meanwhile, and what was found wrong.

    `turned_away`: requests that were given up after an answer by which nothing was done; `in_doubt`: after another one.
    `longest` is how long, in seconds, a client that did not give up waited for its answer.
    """

    stopped: int
    ended: int
    acknowledged: int
    unavailable: int
    turned_away: int
    in_doubt: int
    longest: float
    faults: tuple[str, ...]

    def __str__(self) -> str:
        done = f"stopped {self.stopped} times, {self.ended} sessions ended, {self.acknowledged} steps answered"
        told = f"{self.unavailable} times told that it is unavailable, the longest wait {self.longest:.1f} s"
        left = f"{self.turned_away} given up undone, {self.in_doubt} in doubt"
        return f"{done}, {told}, {left}, {len(self.faults)} faults"


def run(url: str, folder: Path, times: int, services: int = 2, seed: int = 0) -> Outcome:
    """Every other time it is stopped and started, every other time its sessions are ended."""
    chance, server, ended = random.Random(seed), Server(url), 0
    secret = settle(url, folder / "documents")
    with Services(url, folder, services) as served:
        served.wait()
        load = Load(served.ports, secret, CLIENTS, seed)
        load.start()
        for number in range(times):
            load.goes_on(chance.randint(1, 12))
            if number % 2:
                ended += server.end_sessions()
            else:
                _away(server, load)
        load.goes_on(2 * CLIENTS)
        load.stop()
        faults = [f"a service ended with {code}" for code in served.stop() if code]
        if load.statuses[AWAY]:
            faults.append(f"{load.statuses[AWAY]} requests were not answered at all")
        faults += checked(served, url, load)
    told = (len(load.acknowledged), load.statuses[UNAVAILABLE], len(load.turned_away), len(load.unanswered))
    return Outcome((times + 1) // 2, ended, *told, load.longest, tuple(faults))


def _away(server: Server, load: Load) -> None:
    """Stop it, until each of the clients was told so at least once on the whole, and start it again."""
    told = load.statuses[UNAVAILABLE]
    server.stop()
    try:
        until(lambda: load.statuses[UNAVAILABLE] >= told + CLIENTS or load.faults, "nobody is told that it is away")
    finally:
        server.start()


def main() -> int:
    """Run on a PostgreSQL server of its own; 1 if anything was lost, done twice or not told."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--services", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen = parser.parse_args()
    url, done = postgres()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        outcome = run(url, Path(folder), chosen.times, chosen.services, chosen.seed)
        took = f"{time.monotonic() - begun:.0f} s, {chosen.services} services (seed {chosen.seed})"
        print(f"PostgreSQL: {outcome}, {took}", *outcome.faults[:20], sep="\n  ", flush=True)
    done()
    return bool(outcome.faults)


if __name__ == "__main__":
    sys.exit(main())
