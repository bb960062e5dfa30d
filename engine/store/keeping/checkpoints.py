"""Checkpoints: the log of what was there, and the heads that were taken of it. Rows are added, never changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Text, cast, insert, select, text

from engine.case.head import Head
from engine.case.merkle import Tree
from engine.store.database import IDLE_SECONDS, Database, DatabaseUnavailable
from engine.store.keeping.parts import STATES, highest
from engine.store.statement import paged
from engine.store.tables import cases, checkpoints, leaves

# A transaction that does nothing for so long loses its connection.
_PATIENCE = IDLE_SECONDS + 5
_PAUSE = 0.02
_WRITERS = text(
    "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE mode = 'RowExclusiveLock' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND relation = ANY(CAST(:tables AS regclass[])) AND pid <> pg_backend_pid()"
)


class Leaf(NamedTuple):
    """One thing that was there. `number` counts from 0; what is hashed is part, name and body."""

    number: int
    part: str
    name: str
    body: str
    salt: str | None = None

    @property
    def hashed(self) -> str:
        """What goes into the tree."""
        return f"{self.part}\n{self.name}\n{self.body}"


@dataclass(frozen=True)
class StoredCheckpoint:
    """A head as it was taken, and the edge of the tree from which the next one goes on."""

    head: Head
    tree: Tree


def newest(connection: Connection) -> StoredCheckpoint | None:
    """The newest checkpoint; None before the first."""
    query = select(checkpoints).order_by(checkpoints.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    return StoredCheckpoint(Head(row.number, row.at, row.size, row.root, row.mac), _edge(row.edge))


def all_heads(connection: Connection) -> list[Head]:
    """Every head that was taken, in order."""
    query = select(checkpoints).order_by(checkpoints.c.number)
    return [Head(row.number, row.at, row.size, row.root, row.mac) for row in connection.execute(query)]


def wrong_edges(connection: Connection) -> list[int]:
    """The checkpoints whose edge is not that of their root."""
    rows = connection.execute(select(checkpoints.c.number, checkpoints.c.root, checkpoints.c.edge))
    return [row.number for row in rows if _edge(row.edge).root != row.root]


def _edge(text: str) -> Tree:
    try:
        return Tree(json.loads(text))
    except (ValueError, TypeError):
        return Tree()


def insert_checkpoint(connection: Connection, head: Head, tree: Tree, new: Iterable[Leaf]) -> None:
    """Keep a checkpoint with its leaves."""
    connection.execute(insert(leaves), [one._asdict() for one in new])
    values = {"number": head.number, "at": head.at, "size": head.size, "root": head.root, "mac": head.mac}
    connection.execute(insert(checkpoints).values(values | {"edge": json.dumps(tree.edge)}))


def all_leaves(connection: Connection) -> Iterator[Leaf]:
    """The whole log in order, read ahead in blocks."""
    for row in paged(connection, select(leaves), leaves.c.number):
        yield Leaf(row.number, row.part, row.name, row.body, row.salt)


def leaves_of(connection: Connection, part: str) -> Iterator[Leaf]:
    """The leaves of a part: those of one name together, in order; of the access log all in order."""
    query = select(leaves).where(leaves.c.part == part)
    key = (leaves.c.number,) if part == "accesses" else (leaves.c.name, leaves.c.number)
    for row in paged(connection, query, *key):
        yield Leaf(row.number, row.part, row.name, row.body, row.salt)


def cases_without(connection: Connection, last: int) -> list[int]:
    """The cases up to a number of which the log knows nothing."""
    known = select(leaves.c.name).where(leaves.c.part == "cases", leaves.c.name == cast(cases.c.id, Text)).exists()
    query = select(cases.c.id).where(cases.c.id <= last, ~known).order_by(cases.c.id)
    return [row[0] for row in connection.execute(query)]


def settled(database: Database) -> dict[str, int]:
    """Numbers, by table, up to which no row can come any more: those that were given out are there, or never come.

    PostgreSQL gives numbers out before a row is there. So those who write at this moment are waited for; nobody waits
    for this.

    Raises:
        DatabaseUnavailable: somebody writes for longer than a transaction may.
    """
    with database.reading() as connection:
        reached = highest(connection)
        if connection.dialect.name != "postgresql":
            return reached
        tables = {"tables": ["cases", "accesses", *(name for name, one in STATES.items() if one.numbered)]}
        writing, until = _writers(connection, tables), time.monotonic() + _PATIENCE
        while writing:
            if time.monotonic() > until:
                raise DatabaseUnavailable("Somebody writes for long: no checkpoint was taken. Try again.")
            time.sleep(_PAUSE)
            writing &= _writers(connection, tables)
    return reached


def _writers(connection: Connection, tables: dict[str, list[str]]) -> set[str]:
    return {row[0] for row in connection.execute(_WRITERS, tables)}
