"""Entry: one step in the history of a case, with its whole effect. Pure.

An entry says what happened and everything it changed. The state of a case is nothing but its
entries applied in order, so a stored case can be compared with its own history at any time, whatever
has become of the process or of this program since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.case import private
from engine.case.canonical import canonical

GENESIS = "0" * 64


class Written(NamedTuple):
    """An entry as it is stored: canonical JSON, which the hash chain is made of, and beside it the values (`private`)
    that can be erased; None where there are none.
    """

    body: str
    private: str | None

    def without(self, erased: Container[str]) -> str | None:
        """What stays beside the entry when the paths in `erased` are erased."""
        values = private.left(json.loads(self.body), json.loads(self.private or "{}"), erased)
        return canonical(values) if values else None

    def changed(self) -> list[str]:
        """The paths of values beside the entry that are not what was written.

        Raises:
            ValueError: one of the two texts cannot be read.
        """
        try:
            return private.faults(json.loads(self.body), json.loads(self.private or "{}"))
        except (TypeError, AttributeError, KeyError) as error:
            raise ValueError("no values of a history entry") from error


@dataclass(frozen=True)
class Entry:
    """One step. Instants are text (`instants`). Empty effects are left out when written down.

    kind: opened | event | timer | automatic | document | task | correction | undo | late | retention | erasure | linked
    | unlinked | heard. `at` is when it happened, `recorded` when it was written down. `to`, `entered`, `left` are empty
    where the case stayed. `closed` maps a task to `done`, `cancelled` or `paused`. `held` maps a state to the place
    taken for it; `freed` lists states.
    `erased` lists the paths (`private`) whose values were erased from this and all earlier entries.
    `old_head` stands in the first entry of a chain that was written anew: the head of the chain that it replaced.
    `paused` maps a state that rests to what is kept of it (`Snapshot.paused`); `resumed` is one that rests no more.
    `did` is the event that whoever wrote the entry is remembered to have done, where the process asks for that.
    `done` maps each task that was done to the state that it belonged to, where the case is to remember it.
    `restored` are the parts of a snapshot that stand as they were before the entry that `note` says it `undoes`.
    `links` are links of the case (`case/links.py`) that the entry makes or knows more of; `unlinked` names those
    that it removes.
    `acting_for` is the person for whom `by` acted; empty where that is nobody else.
    `missing` is not written down: the paths of values of this entry that were erased since.
    """

    seq: int
    kind: str
    at: str
    recorded: str
    by: str
    version: str
    event: str = ""
    source: str = ""
    to: str = ""
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    timers: dict[str, list[str]] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()
    held: dict[str, str] = field(default_factory=dict)
    freed: tuple[str, ...] = ()
    waiting: dict[str, str] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    note: dict[str, Any] = field(default_factory=dict)
    retention: dict[str, str] = field(default_factory=dict)
    process: str = ""
    erased: tuple[str, ...] = ()
    old_head: str = ""
    did: str = ""
    done: dict[str, str] = field(default_factory=dict)
    restored: dict[str, Any] = field(default_factory=dict)
    paused: dict[str, dict[str, Any]] = field(default_factory=dict)
    resumed: str = ""
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    unlinked: tuple[str, ...] = ()
    acting_for: str = ""
    missing: tuple[str, ...] = ()

    @property
    def corrected_row(self) -> int:
        """The entry that the row came with of which a correction names a value; 0 of what corrects nothing."""
        named: int = self.note.get("row") or self.note.get("corrects", 0)
        return named if self.kind == "correction" else 0

    @property
    def undoes(self) -> int:
        """The first of the entries that this one takes back, with all that came between; 0 where it takes none back."""
        first: int = self.note.get("undoes", 0)
        return first

    def written(self, salts: Iterator[str]) -> Written:
        """The entry as it is stored, with a salt for each private value."""
        effects = self._effects()
        values = private.hide(effects, salts)
        return Written(canonical(effects), canonical(values) if values else None)

    def plain(self) -> str:
        """The entry as canonical JSON with its values in it, as it was written before they stood beside it."""
        return canonical({name: value for name, value in self._effects().items() if name != "old_head"})

    def _effects(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if (value or name == "seq") and name != "missing"}

    @classmethod
    def from_written(cls, body: str, values: str | None) -> Entry:
        """The entry that `written` wrote, as far as its private values are there still.

        Raises:
            ValueError: the text is no entry.
        """
        try:
            raw: dict[str, Any] = json.loads(body)
            raw.update({name: tuple(raw[name]) for name in _TUPLES & raw.keys()})
            missing = private.show(raw, json.loads(values) if values else {})
            return cls(**raw, missing=missing)
        except (TypeError, AttributeError, KeyError, IndexError) as error:
            raise ValueError("not a history entry") from error


_TUPLES = frozenset({"entered", "left", "stopped", "freed", "erased", "unlinked"})


def chained(previous: str, body: str) -> str:
    """The hash of an entry: SHA-256 over the hash before it and its own text."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
