"""Snapshot: a case at one moment, and how an entry changes it. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.case.canonical import canonical
from engine.case.entry import Entry
from engine.case.links import linked
from engine.case.time.instants import from_text
from engine.case.time.lateness import late_from
from engine.process import rows
from engine.process.tasks import tallied

# Kept only of a case that has something of it.
_RARE = frozenset({"did", "done", "links", "paused", "undone"})


@dataclass(frozen=True)
class Snapshot:
    """Everything about a case that decides what may happen next.

    `seq` is the number of its last entry, and so its version. `entered` maps each state the case is in to when
    it came there. `tasks` maps an open task to role, person, raised, due, scope (the state it belongs to),
    escalated, level (from the second on), counted (its due date is worked out from fields, and moves with them), and
    what `lateness` adds.
    `timers` maps `state/name` to [due, base]: base is the due time before it was moved off a day without school. A
    repeated timer has [due, anchor, count]: the count-th time from when it was set going (an earlier release wrote
    [due, base], and its base is the anchor of what follows); one that comes on days of the calendar [due, base].
    `held` maps a state to the place it holds; `waiting` is the place the case waits for, for which state, in
    which state and since when. `retention` says what was last decided of its erasure (`retained`), by whom and when.
    `did` maps events to who did them, where the process asks for that; `done` the tasks that were done to the state
    that each belonged to, as long as the case has not left it and the task was not raised again.
    `links` maps the number of the entry that made a link to what is kept of it (`case/links.py`).
    `data` has the values of fields and, by the name of their series, rows (`process/rows.py`).
    `paused` maps a state that rests to `since`, the state `at` which the case was there, and `timers`, `tasks` and
    `waiting` as they stood then. Its states stay in `entered` and `held`.
    `been` lists the states it came to, in the order in which it first did.
    `undone` lists what was taken back: the first entry, and the later one that took back all from there to itself.
    Instants are text, UTC.
    """

    process: str
    version: str
    seq: int
    state: str
    opened: str
    last_at: str
    data: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    tasks: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    timers: Mapping[str, list[str]] = field(default_factory=dict)
    entered: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    been: list[str] = field(default_factory=list)
    retention: Mapping[str, str] = field(default_factory=dict)
    did: Mapping[str, list[str]] = field(default_factory=dict)
    done: Mapping[str, str] = field(default_factory=dict)
    undone: list[list[int]] = field(default_factory=list)
    paused: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    links: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> str:
        """The snapshot as canonical JSON: equal snapshots give equal text."""
        # Most cases have nothing of these, and are kept as they were before there was any.
        return canonical({name: value for name, value in self.__dict__.items() if value or name not in _RARE})

    @property
    def rests_at(self) -> dict[str, str]:
        """The states that rest, each with the state in which the case was there."""
        return {name: rest["at"] for name, rest in self.paused.items()}

    @property
    def resting_tasks(self) -> frozenset[str]:
        """The tasks of states that rest."""
        return frozenset(name for rest in self.paused.values() for name in rest["tasks"])

    def done_by(self, *people: str) -> frozenset[str]:
        """The events that one of these did, or had done for them, of those that are remembered."""
        return frozenset(event for event, known in self.did.items() if not set(known).isdisjoint(people))

    @property
    def tallies(self) -> dict[str, int]:
        """How many tasks of each kind are open and done, for expressions."""
        return tallied(self.tasks, self.done)

    @classmethod
    def from_json(cls, text: str) -> Snapshot:
        """The snapshot that `as_json` wrote."""
        return cls(**json.loads(text))

    def not_before_last(self, moment: datetime) -> datetime:
        """`moment` (aware), or when the last step was where that is later: the time of a case never goes back.

        The clock may have been set back since, or a place have come free before it.
        """
        return max(moment, from_text(self.last_at))

    @property
    def next_due(self) -> str | None:
        """When the next of its open tasks is due, or since when one is overdue; None where none has a date."""
        return min(filter(None, map(late_from, self.tasks.values())), default=None)

    @property
    def retained(self) -> str:
        """What was last decided of its erasure: `held`, `asked`, `erased`, or `released` where nothing stands."""
        what = self.retention.get("what", "released")
        return "released" if what == "withdrawn" else what

    @property
    def ended(self) -> bool:
        """Whether the case has come to an end."""
        return bool(self.outcome)


def apply(before: Snapshot | None, entry: Entry) -> Snapshot:
    """The case after one more step."""
    if before is None:
        before = Snapshot(entry.process, entry.version, 0, "", entry.at, entry.at)
    data, documents = _merged(before.data, entry), _with_document(before.documents, entry.document)
    if entry.erased:
        data = rows.without(data, entry.erased)
        documents = {kind: copies for kind, copies in documents.items() if f"document/{kind}" not in entry.erased}
    # Written out: `replace` would ask each field for its definition, at every step of every history that is replayed.
    after = Snapshot(
        process=before.process,
        opened=before.opened,
        version=entry.version,
        seq=entry.seq,
        state=entry.to or before.state,
        last_at=entry.at,
        data=data,
        documents=documents,
        # Ended first, then begun: what one step ends and begins again goes on anew.
        tasks=_without(before.tasks, entry.closed) | entry.tasks,
        timers=_without(before.timers, entry.stopped) | entry.timers,
        entered=_without(before.entered, entry.left) | dict.fromkeys(entry.entered, entry.at),
        held=_without(before.held, entry.freed) | entry.held,
        waiting=entry.waiting or _still_waiting(before, entry),
        outcome=entry.outcome or before.outcome,
        retention=entry.retention or before.retention,
        did=_remembered(before.did, entry),
        done=_kept_done(before.done, entry),
        paused=_resting(before.paused, entry),
        links=linked(before.links, entry),
        been=before.been if not entry.to or entry.to in before.been else [*before.been, entry.to],
        undone=[*before.undone, [entry.undoes, entry.seq]] if entry.undoes else before.undone,
    )
    return replace(after, **entry.restored) if entry.restored else after


def places_taken(before: Snapshot | None, after: Snapshot) -> dict[str, int]:
    """How many of each place a case has more than before (negative: fewer). A place is counted by who holds it."""
    had = before.held if before else {}
    if had == after.held:  # nearly every step
        return {}
    changes = Counter(after.held.values())
    changes.subtract(had.values())
    return {place: count for place, count in changes.items() if count}


def replay(entries: list[Entry]) -> Snapshot | None:
    """The case after all its entries; None where there are none."""
    snapshot: Snapshot | None = None
    for entry in entries:
        snapshot = apply(snapshot, entry)
    return snapshot


def _still_waiting(before: Snapshot, entry: Entry) -> Mapping[str, str]:
    # What begins to rest takes its turn in the queue with it.
    gone = before.waiting.get("state") in entry.left or not entry.paused.keys() <= before.paused.keys()
    return {} if gone else before.waiting


def _resting(paused: Mapping[str, dict[str, Any]], entry: Entry) -> Mapping[str, dict[str, Any]]:
    if not paused and not entry.paused:  # nearly every step
        return paused
    return _without(paused, {*entry.left, entry.resumed}) | entry.paused


def _remembered(did: Mapping[str, list[str]], entry: Entry) -> Mapping[str, list[str]]:
    if not entry.did:
        return did
    people = did.get(entry.did, [])
    # Who had it done for them did it too: nobody has a vote beside that of their deputy.
    new = [one for one in (entry.by, entry.acting_for) if one and one not in people]
    return {**did, entry.did: [*people, *new]} if new else did


def _kept_done(done: Mapping[str, str], entry: Entry) -> Mapping[str, str]:
    if not done and not entry.done:
        return done
    every = {**done, **entry.done}
    return {name: scope for name, scope in every.items() if scope not in entry.left and name not in entry.tasks}


def _merged(data: Mapping[str, Any], entry: Entry) -> Mapping[str, Any]:
    if not entry.data and not entry.undoes:
        return data
    data = rows.until(data, entry.undoes) if entry.undoes else data
    changes = rows.after(data, entry.data, entry.seq, entry.by, entry.corrected_row)
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def _without(table: Mapping[str, Any], names: Any) -> dict[str, Any]:
    if not names:
        return dict(table)
    return {name: value for name, value in table.items() if name not in names}


def _with_document(documents: Mapping[str, list[dict[str, Any]]], added: dict[str, Any]) -> Mapping[str, Any]:
    if not added:
        return documents
    kind = added["document"]
    facts = {name: value for name, value in added.items() if name != "document"}
    return {**documents, kind: [*documents.get(kind, []), facts]}
