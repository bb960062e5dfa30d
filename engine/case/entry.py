"""Entry: one step in the history of a case, with its whole effect. Pure.

An entry says what happened and everything it changed. The state of a case is nothing but its
entries applied in order, so a stored case can be compared with its own history at any time, whatever
has become of the process or of this program since.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One step. Instants are text (`instants`). Empty effects are left out when written down.

    kind: opened | event | timer | automatic | document | task. `at` is when it happened, `recorded`
    when it was written down. `to`, `entered`, `left` are empty where the case stayed. `closed` maps a
    task to `done` or `cancelled`. `held` maps a state to the place taken for it; `freed` lists states.
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
    process: str = ""

    def body(self) -> str:
        """The entry as canonical JSON: what is stored, and what the hash chain is made of."""
        return canonical({name: value for name, value in vars(self).items() if value or name == "seq"})

    @classmethod
    def from_body(cls, body: str) -> Entry:
        """The entry that `body` wrote.

        Raises:
            ValueError: the text is no entry.
        """
        try:
            raw: dict[str, Any] = json.loads(body)
            raw.update({name: tuple(raw[name]) for name in _TUPLES & raw.keys()})
            return cls(**raw)
        except (TypeError, AttributeError) as error:
            raise ValueError("not a history entry") from error


_TUPLES = frozenset({"entered", "left", "stopped", "freed"})


# Made once: this text is hashed, so that one other sign of space would break the chain of every case.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: Any) -> str:
    """JSON in the one form that equal values share."""
    return _encode(value)


def chained(previous: str, body: str) -> str:
    """The hash of an entry: SHA-256 over the hash before it and its own text."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
