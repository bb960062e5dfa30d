"""Restores: a backup is made in mid-walk, the walk goes on, and then the backup is taken up in a new database."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.case.refusal import Code, Refusal
from engine.service import Case, Engine
from tests.conftest import START
from tests.walking.records import RecordsWalk

# What a restore takes back: all that is known of what the database holds.
_TAKEN_BACK = ("cases", "of", "published", "meetings", "planned", "offered", "free", "before", "people", "erased")


@dataclass(frozen=True)
class Request:
    """A request that was carried out, with its key; `old`: before the database came out of a backup."""

    case: int
    event: str
    data: dict[str, Any]
    at: datetime | None
    by: str
    key: str
    old: bool = False


@dataclass(frozen=True)
class Saved:
    """A backup, and what was known when it was made."""

    file: Path
    known: dict[str, Any]
    asked: tuple[Request, ...]


@dataclass
class RestoreWalk(RecordsWalk):
    """A walk with backups; the whole of what is walked. Each event has a key, and requests are sent again."""

    asked: list[Request] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)
    restored: int = 0
    latest: datetime = START

    def fire(self, case: int, event: str, data: dict[str, Any], ago: int = 0, by: str = "clerk") -> None:
        """Let an event happen, with a key that nobody had before; whether it can was told beforehand."""
        key = f"{self.counted['fire']}"
        made = Request(self.cases[case], event, data, self.ago(ago), by, key)
        foretold = self.engine.check_event(made.case, event, by, data, at=made.at)
        result = self.send(made)
        assert foretold == (result if isinstance(result, Refusal) else None)
        if self.told(result):
            self.asked.append(made)

    def send(self, one: Request) -> Case | Refusal:
        """Send a request, for the first time or again."""
        return self.engine.fire(one.case, one.event, one.by, one.data, at=one.at, idempotency_key=one.key)

    def again(self, request: int) -> None:
        """Send a request again: it is answered as before and nothing is done; or not at all, if it is from before a
        restore.
        """
        one, before = self.asked[request], self.snapshots()
        result = self.send(one)
        if one.case in self.erased:
            # Keys go with a case, and nothing happens to it any more.
            assert isinstance(result, Refusal)
        elif one.old:
            assert isinstance(result, Refusal)
            assert result.code is Code.CHANGED
        else:
            assert not isinstance(result, Refusal)
            assert result.id == one.case
        assert self.snapshots() == before

    def backup(self) -> None:
        """Carry everything away in a file."""
        file = self.folder / f"{len(self.saved)}.zip"
        self.folder.mkdir(exist_ok=True)
        counts = self.engine.backup(file)
        assert (counts.cases, counts.faults) == (len(self.cases), ())
        known = {name: copy.copy(getattr(self, name)) for name in _TAKEN_BACK}
        self.saved.append(Saved(file, known, tuple(self.asked)))

    def restore(self, backup: int, other: bool) -> None:
        """Go on with a backup in a new database of the same kind, or of the other one."""
        one = self.saved[backup]
        self.close()
        self.restored += 1
        self.on_other ^= other
        url, documents = self.make_url(self.on_other), f"restored {self.restored}"
        # Later than all that was: where clocks go on, a backup that is taken up again gives no number twice.
        self.latest = max(self.latest, self.clock.now()) + timedelta(hours=1)
        self.clock.set(self.latest)
        counts = Engine.restore(one.file, url, documents=self.folder / documents, clock=self.clock)
        self.engine = self.engine_on(url, documents)
        for name, value in one.known.items():
            setattr(self, name, copy.copy(value))
        assert (counts.cases, counts.faults) == (len(self.cases), ())
        self.asked = [Request(**(vars(asked) | {"old": True})) for asked in one.asked]

    def sums(self) -> Counter[str]:
        """What was walked: walks, steps of each kind, and what stands in the histories of the cases there are."""
        kinds = Counter(f"entries: {one.kind}" for number in self.cases for one in self.engine.history(number))
        return Counter(walks=1) + Counter({f"steps: {kind}": many for kind, many in self.counted.items()}) + kinds

    def wait(self, hours: int, watched: bool, cut: int) -> None:
        """Let time pass, and remember how late it ever was."""
        super().wait(hours, watched, cut)
        self.latest = max(self.latest, self.clock.now())

    def close(self) -> None:
        """Let go of the database."""
        self.engine.close()
