"""Work: one case that a transaction holds, as it is stored and with the steps decided since; and why it is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.case.command import Opened
from engine.case.entry import Entry
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.store.cases.cases import StoredCase


class LostRace(Exception):
    """Another transaction was faster; this one must be run again."""


class Behind(LostRace):
    """More timers of a case are due by an instant (aware) than one transaction is to fire: they are fired first."""

    def __init__(self, case: int, until: datetime) -> None:
        super().__init__()
        self.case, self.until = case, until


@dataclass
class Work:
    """One case, held by this transaction: as stored, and with the steps decided since.

    `told` are the escalations, by the names of their timers, with the role that was told before they were taken back.
    `opened` is the linked case that the last step opens.
    """

    stored: StoredCase
    process: Process
    snapshot: Snapshot
    entries: list[Entry] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)
    opened: Opened | None = None

    @property
    def id(self) -> int:
        """The number of the case."""
        return self.stored.id


def due_timers(snapshot: Snapshot, until: str) -> list[tuple[str, str]]:
    """The timers of a case that are due by `until`, in order: due, key."""
    return sorted((times[0], key) for key, times in snapshot.timers.items() if times[0] <= until)
