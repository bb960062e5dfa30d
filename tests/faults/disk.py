"""Fill the disk of an SQLite database while people work: they are told so, go on reading, and then with everything.

    python -m tests.faults.disk --times 20

It needs the right to mount a small disk. No service is started again. Afterwards what was answered is there once.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.service import Engine
from tests.faults.crash import CLIENTS, checked
from tests.faults.lending import settle
from tests.faults.load import AWAY, UNAVAILABLE, Load
from tests.faults.services import Services
from tests.waiting import until

BLOCK = b"x" * 4096


@dataclass(frozen=True)
class Outcome:
    """How often it was full, what was answered, and what was found wrong."""

    filled: int
    acknowledged: int
    unavailable: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        done = f"the disk was full {self.filled} times, {self.acknowledged} steps answered"
        return f"{done}, {self.unavailable} times told that nothing can be written, {len(self.faults)} faults"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of its own for a folder.

    Raises:
        subprocess.CalledProcessError: none can be mounted.
    """
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def run(folder: Path, times: int, services: int = 2, seed: int = 0) -> Outcome:
    """Fill the disk that `folder` is on `times` times, each time until nobody can write, and make room again."""
    url, chance, faults = f"sqlite:///{folder / 'casework.db'}", random.Random(seed), list[str]()
    Engine.prepare(url)
    secret = settle(url, folder / "documents")
    with Services(url, folder, services) as served:
        served.wait()
        load = Load(served.ports, secret, CLIENTS, seed)
        load.start()
        for _ in range(times):
            load.goes_on(chance.randint(1, 12))
            with _filled(folder, load):
                faults += [f"reading was answered with {status}" for status in _read(served, secret) if status != 200]
        load.goes_on(2 * CLIENTS)
        load.stop()
        faults += [f"a service ended with {code}" for code in served.stop() if code]
        if load.statuses[AWAY]:
            faults.append(f"{load.statuses[AWAY]} requests were not answered at all")
        faults += checked(served, url, load)
    return Outcome(times, len(load.acknowledged), load.statuses[UNAVAILABLE], tuple(faults))


@contextlib.contextmanager
def _filled(folder: Path, load: Load) -> Iterator[None]:
    told, fill = load.statuses[UNAVAILABLE], folder / "fill"

    def is_told() -> bool:
        with contextlib.suppress(OSError), fill.open("ab", buffering=0) as file:
            while True:  # also what others have freed meanwhile
                file.write(BLOCK)
        return load.statuses[UNAVAILABLE] >= told + CLIENTS or bool(load.faults)

    until(is_told, "nobody is told that it is full")
    yield
    fill.unlink()


def _read(served: Services, secret: str) -> Iterator[int]:
    """What reading a case is answered with, by each of the services."""
    for port in served.ports:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", "/api/v1/cases/1", headers={"Authorization": f"Bearer {secret}"})
            yield connection.getresponse().status


def main() -> int:
    """Run it; 1 if anything was lost, done twice or not told."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--services", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen, begun = parser.parse_args(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder)):
        outcome = run(Path(folder), chosen.times, chosen.services, chosen.seed)
    took = f"{time.monotonic() - begun:.0f} s, {chosen.services} services (seed {chosen.seed})"
    print(f"SQLite: {outcome}, {took}", *outcome.faults[:20], sep="\n  ", flush=True)
    return bool(outcome.faults)


if __name__ == "__main__":
    sys.exit(main())
