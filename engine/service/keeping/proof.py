"""Proof: is everything still as the checkpoints noted it, and do they fit the heads that were kept outside?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from engine.case.entry import GENESIS, Entry, chained
from engine.case.head import Head
from engine.case.merkle import Tree
from engine.service.keeping.checkpoints import access_body, reach_of, state_body
from engine.store.keeping import checkpoints as store
from engine.store.keeping.checkpoints import Leaf
from engine.store.keeping.parts import (
    FIRST,
    SHORT,
    STATES,
    State,
    access_rows,
    case_bodies,
    highest,
    is_there,
    state_rows,
)

_CALLED = {
    "versions": "the version",
    "calendars": "the calendar",
    "organisations": "the organisation",
    "deputies": "who acts for whom",
    "passkeys": "the passkey",
    "people": "the person",
    "meetings": "the meeting",
    "notes": "the note",
    "journal": "the row of the journal",
    "tokens": "the token",
    "accounts": "the account of the person",
    "hooks": "the hook",
    "seals": "the key for",
}


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written. `entry` is 0 where no single entry is meant, `case` where none is.

    `where` says then what it is about.
    """

    case: int
    entry: int
    message: str
    where: str = "places"

    def __str__(self) -> str:
        where = f"case {self.case}" if self.case else self.where
        return f"{where}, entry {self.entry}: {self.message}" if self.entry else f"{where}: {self.message}"


@dataclass(frozen=True)
class Later:
    """What happened after the head, so that nothing outside proves it. `case` and entries are 0 where none is meant."""

    case: int
    first: int
    last: int
    message: str

    def __str__(self) -> str:
        if not self.case:
            return self.message
        return (
            f"case {self.case}, entries {self.first} to {self.last}"
            if self.first
            else f"case {self.case}: {self.message}"
        )


class Proof:
    """Compares what is stored with the log of the checkpoints, and that with heads that were kept elsewhere."""

    def __init__(self, connection: Connection, against: Iterable[Head], key: bytes) -> None:
        self._connection = connection
        self._against = list(against)
        self._key = key
        self._heads = store.all_heads(connection)
        self.later: list[Later] = []
        # Up to here it is told what was there; the newest head that was given, else the newest that stands here.
        self.head: Head | None = next(reversed(self._against or self._heads), None)

    def run(self) -> Iterator[Finding]:
        """What is not as it was noted. Afterwards `later` says what is not proven."""
        try:
            yield from self._log()
            yield from self._noted()
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            yield _general("what was noted cannot be read: it was changed")

    def _noted(self) -> Iterator[Finding]:
        if self.head is None:
            return
        said = reach_of(self._connection, self._heads[-1]) if self._heads else {}
        yield from self._cases(said)
        yield from self._accesses(said.get("accesses", 0))
        for state in STATES.values():
            yield from self._state(state, said)

    # The log itself

    def _log(self) -> Iterator[Finding]:
        """The tree is computed anew, and its root compared with every head."""
        wanted = {0, *(one.size for one in (*self._heads, *self._against))}
        tree, roots = Tree(), {0: Tree().root}
        for size, leaf in enumerate(store.all_leaves(self._connection), 1):
            if leaf.number != size - 1:
                yield _general(f"the leaf {size - 1} of the log of checkpoints is missing")
                break
            tree.add(leaf.hashed)
            if size in wanted:
                roots[size] = tree.root
        yield from self._own_heads(roots)
        for number in store.wrong_edges(self._connection):
            yield _general(f"the checkpoint {number} does not go on from what it noted")
        if tree.size > (self._heads[-1].size if self._heads else 0):
            yield _general("the log of checkpoints holds more than its newest checkpoint, which was changed or removed")
        for head in self._against:
            yield from self._kept_outside(head, roots)

    def _own_heads(self, roots: dict[int, str]) -> Iterator[Finding]:
        noted = {leaf.name: json.loads(leaf.body) for leaf in store.leaves_of(self._connection, "checkpoints")}
        for number, head in enumerate(self._heads, 1):
            if head.number != number:
                yield _general(f"the checkpoint {number} is missing")
                return
            if roots.get(head.size) != head.root:
                yield _general(f"what was noted up to the checkpoint {number} of {head.at} was changed")
                return
            if not _is_noted(head, noted.get(str(number), {}), noted.get(str(number + 1))):
                yield _general(f"the checkpoint {number} was changed")
            if head.mac and self._key and not head.is_sealed(self._key):
                yield _general(f"the checkpoint {number} was not sealed with the key of this site")
        if self._key and self._heads and not self._heads[-1].mac:
            yield _general(
                f"the checkpoint {self._heads[-1].number} has no seal. Take one that has: casework head --new"
            )

    def _kept_outside(self, head: Head, roots: dict[int, str]) -> Iterator[Finding]:
        called = f"the head {head.number} of {head.at}"
        if self._key and not head.is_sealed(self._key):
            yield _general(f"{called} was not sealed with the key of this site")
        if head.size not in roots:
            yield _general(f"this database is older than {called}, or what was noted before was removed")
        elif roots[head.size] != head.root:
            yield _general(f"what was noted before {called} was changed: this is another database, or a forged one")
        elif head not in self._heads:
            yield _general(f"the checkpoint of {called} was changed or removed")

    def _is_before(self, leaf: Leaf) -> bool:
        return self.head is not None and leaf.number < self.head.size

    # Cases

    def _cases(self, said: dict[str, int]) -> Iterator[Finding]:
        for name, leaves in groupby(store.leaves_of(self._connection, "cases"), lambda leaf: leaf.name):
            yield from self._case(int(name), list(leaves))
        for case in store.cases_without(self._connection, said.get("cases", 0)):
            yield Finding(case, 0, "it was put in behind a checkpoint that did not know it")
        for case in store.cases_without(self._connection, highest(self._connection)["cases"]):
            if case > said.get("cases", 0):
                self.later.append(Later(case, 0, 0, "opened"))

    def _case(self, case: int, leaves: list[Leaf]) -> Iterator[Finding]:
        heads = _heads_of(case_bodies(self._connection, case))
        if not is_there(self._connection, case):
            yield Finding(case, 0, "the case is missing, which a checkpoint knew")
            return
        before = 0
        for leaf in leaves:
            body = json.loads(leaf.body)
            if self._is_before(leaf):
                before = body["seq"]
            if fault := _fault(heads, body):
                yield Finding(case, *fault)
                return
        if not before:
            self.later.append(Later(case, 0, 0, "opened"))
        elif len(heads) > before:
            self.later.append(Later(case, before + 1, len(heads), ""))

    # The access log

    def _accesses(self, said: int) -> Iterator[Finding]:
        last, proven = FIRST, 0
        for leaf in store.leaves_of(self._connection, "accesses"):
            body, end = json.loads(leaf.body), int(leaf.name)
            rows = list(access_rows(self._connection, last, end))
            yield from _differing(body, access_body(rows, body["of"]))
            last, proven = end, end if self._is_before(leaf) else proven
        for row in access_rows(self._connection, last, said):
            yield Finding(row["case_id"], 0, f"the row {row['id']} was put into the access log")
        if (newest := highest(self._connection)["accesses"]) > proven:
            self.later.append(Later(0, 0, 0, f"the access log from the row {proven + 1} to the row {newest}"))

    # States

    def _state(self, state: State, said: dict[str, int]) -> Iterator[Finding]:
        part = state.table.name
        known: dict[str, Leaf] = {}
        for leaf in store.leaves_of(self._connection, part):
            if leaf.name in known and not _goes_on(known[leaf.name], leaf):
                yield _of(leaf, f"{_called(state, leaf.name)} was changed between two checkpoints")
            known[leaf.name] = leaf
        for row in state_rows(self._connection, state):
            yield from self._row(state, row, known.pop(state.name(row), None), said.get(part, 0))
        for gone in known.values():
            yield from self._gone(state, gone)

    def _row(self, state: State, row: dict[str, Any], leaf: Leaf | None, reached: int) -> Iterator[Finding]:
        case, called = int(row.get("case_id") or 0), _called(state, state.name(row))
        if leaf is not None:
            case = int(json.loads(leaf.body).get("case", case))
        if leaf is None:
            if state.numbered and row["id"] <= reached:
                yield Finding(case, 0, f"{called} was put in behind a checkpoint that did not know it", "checkpoints")
            else:
                self.later.append(Later(case, 0, 0, f"{called} is new"))
            return
        noted = json.loads(leaf.body)
        found = state_body(state, row, leaf.salt, noted["of"])
        if found == noted and not self._is_before(leaf):
            self.later.append(Later(case, 0, 0, f"{called} is new or was changed"))
        elif found["mark"] == noted["mark"] and found != noted:
            yield Finding(case, 0, f"{called} was changed", "checkpoints")
        elif _is_older(found["mark"], noted["mark"]):
            yield Finding(case, 0, f"{called} is an older one than a checkpoint knew", "checkpoints")
        elif found != noted:
            self.later.append(Later(case, 0, 0, f"{called} was changed"))

    def _gone(self, state: State, leaf: Leaf) -> Iterator[Finding]:
        noted, called = json.loads(leaf.body), _called(state, leaf.name)
        case = int(noted.get("case", 0))
        if noted["stays"] and not (case and self._is_erased(case)):
            yield _of(leaf, f"{called} is missing, which a checkpoint knew")
        elif not noted["stays"]:
            self.later.append(Later(case, 0, 0, f"{called} was taken away"))

    def _is_erased(self, case: int) -> bool:
        return any(_says_erased(body) for _, body in case_bodies(self._connection, case))


def _general(message: str) -> Finding:
    return Finding(0, 0, message, "checkpoints")


def _of(leaf: Leaf, message: str) -> Finding:
    return Finding(int(json.loads(leaf.body).get("case", 0)), 0, message, "checkpoints")


def _goes_on(before: Leaf, after: Leaf) -> bool:
    """Whether a row was changed by the program between two leaves: by its mark, or taken away and put in again."""
    was, now = json.loads(before.body), json.loads(after.body)
    return not was["stays"] or (now["mark"] != was["mark"] and not _is_older(now["mark"], was["mark"]))


def _is_noted(head: Head, itself: dict[str, Any], after: dict[str, Any] | None) -> bool:
    """Whether a checkpoint is the one that its own leaf tells, and the leaf of the next."""
    return itself.get("at") == head.at and (after is None or after.get("before") == head.line)


def _heads_of(bodies: list[tuple[int, str]]) -> list[str]:
    """The hash of each entry, computed anew; as far as their numbers follow each other."""
    heads: list[str] = []
    for seq, body in bodies:
        if seq != len(heads) + 1:
            break
        heads.append(chained(heads[-1] if heads else GENESIS, body))
    return heads


def _fault(heads: list[str], noted: dict[str, Any]) -> tuple[int, str] | None:
    """The first entry that is not the one that was noted, and what is wrong."""
    marks: str = noted["marks"]
    for n in range(len(marks) // SHORT):
        seq = noted["after"] + n + 1
        if seq > len(heads):
            return seq, "the entry is missing, which a checkpoint knew"
        if heads[seq - 1][:SHORT] != marks[n * SHORT : (n + 1) * SHORT]:
            return seq, "the entry is another one than a checkpoint knew"
    if noted["seq"] > len(heads) or heads[noted["seq"] - 1] != noted["head"]:
        return noted["seq"], "the history up to this entry is another one than a checkpoint knew"
    return None


def _differing(noted: dict[str, Any], found: dict[str, Any]) -> Iterator[Finding]:
    """The rows of the access log that are not those that were noted."""
    if noted == found:
        return
    there = {row[0]: row for row in found["rows"]}
    for number, case, mark in noted["rows"]:
        row = there.pop(number, None)
        if row is None:
            yield Finding(case, 0, f"the row {number} of the access log is missing")
        elif row != [number, case, mark]:
            yield Finding(case, 0, f"the row {number} of the access log was changed")
    for number, case, _ in there.values():
        yield Finding(case, 0, f"the row {number} was put into the access log")


def _called(state: State, name: str) -> str:
    return f"{_CALLED[state.table.name]} {name}"


def _is_older(found: Any, noted: Any) -> bool:
    """A mark that is lower; of marks that are instants only one that is gone, for clocks may be set back."""
    return found < noted if isinstance(noted, int) else bool(noted) and not found


def _says_erased(body: str) -> bool:
    try:
        # What was erased of a link with another case erased nothing that people wrote.
        return Entry.from_written(body, None).kind == "erasure"
    except ValueError:
        return False
