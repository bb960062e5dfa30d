"""Journal: rows of what administrators did, each hashed over the one before. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, or_, select

from engine.case.canonical import canonical
from engine.case.entry import GENESIS, chained
from engine.store.locks import Lock, hold
from engine.store.tables import journal

PAGE = 500


@dataclass(frozen=True)
class StoredAct:
    """Something that was done. `at` is text, UTC; `before` and `after` are canonical JSON."""

    seq: int
    at: str
    by: str
    origin: str
    kind: str
    did: str
    about: str
    before: str
    after: str


_columns = tuple(journal.c[name] for name in StoredAct.__dataclass_fields__)


def add_act(connection: Connection, **told: str) -> int:
    """Add a row behind the last one; its number. Others who add one wait until this transaction ends."""
    hold(connection, Lock.JOURNAL)
    last = connection.execute(select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)).first()
    seq, head = (last[0] + 1, last[1]) if last else (1, GENESIS)
    act = StoredAct(seq, **told)
    connection.execute(insert(journal).values(**asdict(act), hash=chained(head, canonical(asdict(act)))))
    return seq


def acts(connection: Connection, before: int | None, kind: str, person: str, most: int) -> list[StoredAct]:
    """At most so many rows, the latest first: those before a number, of a kind, and by or about a person."""
    query = select(*_columns).order_by(journal.c.seq.desc()).limit(most)
    if before is not None:
        query = query.where(journal.c.seq < before)
    if kind:
        query = query.where(journal.c.kind == kind)
    if person:
        query = query.where(or_(journal.c.by == person, journal.c.about == person))
    return [StoredAct(*row) for row in connection.execute(query)]


def faults(connection: Connection) -> Iterator[tuple[int, str]]:
    """The first row that is not as it was written, with what is wrong of it; nothing where all are."""
    head, number = GENESIS, 0
    query = select(*_columns, journal.c.hash).order_by(journal.c.seq).limit(PAGE)
    while rows := connection.execute(query.where(journal.c.seq > number)).all():
        for row in rows:
            number += 1
            if row[0] != number:
                yield number, "it is missing"
                return
            head = chained(head, canonical(asdict(StoredAct(*row[:-1]))))
            if head != row[-1]:
                yield number, "it, or the one before it, was changed"
                return
