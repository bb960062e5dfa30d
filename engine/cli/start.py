"""Start: the entry point of the command."""

from __future__ import annotations

import gc
import sys

ALLOCATIONS = 50_000


def main() -> None:
    """Run one command, and end with its exit code.

    What is loaded at the start stays for good: looking through it for garbage every few hundred
    allocations would only make people wait.
    """
    gc.set_threshold(ALLOCATIONS)
    from engine.cli.main import run

    sys.exit(run())
