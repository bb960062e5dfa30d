"""Declined: who was offered a place and did not take it up, for as long as nothing that decides it has changed.

A look of the scheduler offers what is free to everybody who waits for it. Where many decline, that is decided once and
not at each look. It is kept in memory: a program that begins anew asks once more. Times are text, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.process.definition import Process
from engine.process.flow import stands_still
from engine.store.cases.cases import StoredCase

# Each takes a few hundred bytes. Beyond them all are asked anew.
MOST = 100_000
Free = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class _Answer:
    """By what it was decided: the case by the hash of its last entry, its process, how many of each place were free.

    `until`: when the first timer of the case is due; `at`: the instant for which alone it holds, if not for all.
    """

    head: str
    process: Process
    free: Free
    until: str | None
    at: str


class Declined:
    """What the transactions of one site know of each other's offers."""

    def __init__(self) -> None:
        self._answers: dict[int, _Answer] = {}

    def note(self, case: StoredCase, process: Process, free: Free, at: str) -> None:
        """Keep that a case, as it is stored, was offered a place at an instant and did not take it up."""
        if len(self._answers) >= MOST:
            self._answers.clear()
        until = min((times[0] for times in case.snapshot.timers.values()), default=None)
        self._answers[case.id] = _Answer(case.head, process, free, until, "" if stands_still(process) else at)

    def process_of(self, case: int, head: str, free: Free, at: str) -> Process | None:
        """The process by which a case would decline now what it declined before, if it is still as it was loaded then.

        None: it has to be asked.
        """
        known = self._answers.get(case)
        if known is None or (known.head, known.free) != (head, free) or known.at not in {"", at}:
            return None
        return known.process if known.until is None or at < known.until else None
