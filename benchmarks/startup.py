"""Startup: the commands that people wait for, against a bare Python that imports the same libraries."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Measure

ROOT = Path(__file__).parent.parent
BARE = ["-c", "import typer, yaml, jsonschema"]
COMMANDS = {
    "casework check": ["-m", "engine.cli", "check", "processes/hbep-referral.yaml"],
    "casework --help": ["-m", "engine.cli", "--help"],
}


def measure(*, quick: bool = False) -> list[Measure]:
    """The quickest of several starts of each, taken by turns: what else the machine does only adds."""
    works = [BARE, *COMMANDS.values()]
    starts = [[_seconds(work) for work in works] for _ in range(2 if quick else 15)]
    bare, *others = [min(one[index] for one in starts) for index in range(len(works))]
    return [
        Measure(name, took / bare, 2.5, False, f"{1e3 * took:.0f} ms", f"{1e3 * bare:.0f} ms")
        for name, took in zip(COMMANDS, others, strict=True)
    ]


def _seconds(arguments: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun
