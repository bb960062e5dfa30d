"""Checkpoints: noting what is there into a log with one hash, which is kept outside and proves it later.

It reads one moment, notes what is new since the last time, and holds nobody up: only the rows of the log itself are
written, in a transaction of their own.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.case.canonical import canonical
from engine.case.head import Head
from engine.case.merkle import Tree
from engine.case.time.instants import from_text, to_text
from engine.service.site import Site
from engine.store.database import DatabaseUnavailable, is_worth_retrying
from engine.store.keeping import checkpoints as store
from engine.store.keeping.checkpoints import Leaf, StoredCheckpoint
from engine.store.keeping.parts import (
    FIRST,
    SHORT,
    STATES,
    State,
    access_rows,
    case_heads,
    entry_hashes,
    row_digest,
    state_rows,
)

# Rows of the access log that are noted together.
ROWS = 256
_ATTEMPTS = 5
Noted = tuple[str, str, dict[str, Any], str | None]


class Checkpoints:
    """The checkpoints of one site. `key` seals heads; it is empty where the site has none."""

    def __init__(self, site: Site, key: bytes) -> None:
        self._site = site
        self._key = key

    def head(self, older_than: timedelta | None = None) -> Head:
        """The newest head; a new one where there is none, or where it is as old as this.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or somebody writes for too long.
        """
        with self._site.database.reading() as connection:
            found = store.newest(connection)
        if found is not None and not self._is_due(found.head, older_than):
            return found.head
        for _ in range(_ATTEMPTS):
            head = self._take()
            if head is not None:
                return head
        raise DatabaseUnavailable("Others take checkpoints at the same time. Try again.")

    def _is_due(self, head: Head, older_than: timedelta | None) -> bool:
        # One of the future was taken by a clock that has been set back since.
        age = self._site.clock.now() - from_text(head.at)
        return older_than is not None and (age >= older_than or age < timedelta(0))

    def _take(self) -> Head | None:
        """A new head; None where somebody else took one meanwhile."""
        reach = store.settled(self._site.database)
        with self._site.database.reading() as connection:
            before = store.newest(connection)
            at = to_text(self._site.clock.now())
            leaves = list(_leaves(connection, before, reach, at))
            tree = _tree(connection, before)
        for leaf in leaves:
            tree.add(leaf.hashed)
        number = before.head.number + 1 if before else 1
        head = Head(number, at, tree.size, tree.root).sealed(self._key)
        try:
            with self._site.database.writing() as connection:
                now = store.newest(connection)
                if (now.head if now else None) != (before.head if before else None):
                    return None
                store.insert_checkpoint(connection, head, tree, leaves)
        except DBAPIError as error:
            if is_worth_retrying(error):
                return None
            raise
        return head


def _tree(connection: Connection, before: StoredCheckpoint | None) -> Tree:
    """The tree to go on with: where somebody changed its edge, made anew from the log."""
    if before is None or before.tree.root == before.head.root:
        return before.tree if before else Tree()
    tree = Tree()
    for leaf in islice(store.all_leaves(connection), before.head.size):
        tree.add(leaf.hashed)
    return tree


def _leaves(connection: Connection, before: StoredCheckpoint | None, reach: dict[str, int], at: str) -> Iterator[Leaf]:
    """What is new since the checkpoint before, and at the end what this one is."""
    said = reach_of(connection, before.head) if before else {}
    number = before.head.size if before else 0
    for part, name, body, salt in (*_new(connection, said, reach), _itself(before, reach, at)):
        yield Leaf(number, part, name, canonical(body), salt)
        number += 1


def reach_of(connection: Connection, head: Head) -> dict[str, int]:
    """The highest numbers of rows that a checkpoint knows, by table. Nothing where its leaf cannot be read."""
    found = {leaf.name: leaf for leaf in store.leaves_of(connection, "checkpoints")}.get(str(head.number))
    reach = json.loads(found.body).get("reach", {}) if found else {}
    return {str(table): int(number) for table, number in reach.items()}


def _itself(before: StoredCheckpoint | None, reach: dict[str, int], at: str) -> Noted:
    body = {"at": at, "reach": reach, "before": before.head.line if before else ""}
    return "checkpoints", str(before.head.number + 1 if before else 1), body, None


def _new(connection: Connection, said: dict[str, int], reach: dict[str, int]) -> Iterator[Noted]:
    yield from _cases(connection, reach["cases"])
    yield from _accesses(connection, said.get("accesses", 0), reach["accesses"])
    for name, state in STATES.items():
        yield from _state(connection, state, said.get(name, 0), reach.get(name))


def _cases(connection: Connection, last: int) -> Iterator[Noted]:
    """The cases whose histories are longer than they were, with marks of the new entries."""
    known = {leaf.name: json.loads(leaf.body) for leaf in store.leaves_of(connection, "cases")}
    for case, seq, head in case_heads(connection, last):
        noted = known.get(str(case), {"seq": 0, "head": ""})
        if (seq, head) == (noted["seq"], noted["head"]):
            continue
        after = noted["seq"] if noted["seq"] < seq else 0
        hashes = entry_hashes(connection, case, after)
        yield "cases", str(case), {"seq": seq, "head": head, "after": after, "marks": marks(hashes)}, None


def marks(hashes: list[str]) -> str:
    """The beginnings of hashes, one behind the other."""
    return "".join(one[:SHORT] for one in hashes)


def _accesses(connection: Connection, after: int, last: int) -> Iterator[Noted]:
    found = access_rows(connection, after, last)
    while rows := list(islice(found, ROWS)):
        yield "accesses", str(rows[-1]["id"]), access_body(rows), None


def access_body(rows: list[dict[str, Any]], of: Sequence[str] = ()) -> dict[str, Any]:
    """What is noted of rows of the access log: number, case and mark of each, and a digest of all."""
    columns = list(of or (rows[0] if rows else ()))
    digests = [row_digest({name: row.get(name) for name in columns}) for row in rows]
    named = [[row["id"], row["case_id"], one[:SHORT]] for row, one in zip(rows, digests, strict=True)]
    return {"rows": named, "of": columns, "digest": row_digest({"rows": digests})}


def _state(connection: Connection, state: State, said: int, last: int | None) -> Iterator[Noted]:
    """The rows of a state that are new or not as they were noted last; of what never changes only new ones are read."""
    part, is_log = state.table.name, state.numbered and not state.mark and state.stays({})
    known = {} if is_log else {leaf.name: leaf for leaf in store.leaves_of(connection, part)}
    for row in state_rows(connection, state, said if is_log else FIRST, last):
        leaf = known.get(state.name(row))
        noted = json.loads(leaf.body) if leaf else {}
        if leaf is None or noted != state_body(state, row, leaf.salt, noted["of"]):
            salt = secrets.token_hex(16) if state.salted else None
            yield part, state.name(row), state_body(state, row, salt), salt


def state_body(state: State, row: dict[str, Any], salt: str | None, of: Sequence[str] = ()) -> dict[str, Any]:
    """What is noted of a row of a state: of its columns, or of those that there were when it was noted before."""
    # The columns are noted with it: one that a later release adds makes no row another one.
    columns = list(of or state.columns)
    body: dict[str, Any] = {"mark": state.mark_of(row), "stays": state.stays(row), "of": columns}
    body["digest"] = state.digest(row, salt, columns)
    return body | ({"case": row["case_id"]} if "case_id" in row else {})
