"""Parts: what checkpoints prove of which table, and its rows as they are digested.

A *log* is only added to. Of a *state* each row has a mark that goes up whenever the program changes the row: who
changes it and leaves the mark is found, who raises the mark is told as a change after the checkpoint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, select

from engine.case.canonical import canonical
from engine.store.statement import Statement, paged
from engine.store.tables import (
    accesses,
    accounts,
    calendars,
    cases,
    deputies,
    history,
    hooks,
    journal,
    meetings,
    notes,
    organisations,
    passkeys,
    people,
    seals,
    tokens,
    versions,
)

Mark = int | str


@dataclass(frozen=True)
class State:
    """A table whose rows are proven one by one.

    `mark` is the column that goes up with each change; where there is none, a row never changes. `without` are columns
    that change by themselves. `stays` says whether a row as it was may not be taken away by the program. `salted`:
    it tells about people, and may be erased.
    """

    table: Table
    mark: str = ""
    without: tuple[str, ...] = ()
    stays: Callable[[Mapping[str, Any]], bool] = lambda _: True
    salted: bool = False

    def name(self, row: Mapping[str, Any]) -> str:
        """What a row is called: its primary key."""
        return " ".join(str(row[column.name]) for column in self.table.primary_key)

    def mark_of(self, row: Mapping[str, Any]) -> Mark:
        """How often, or when, a row was changed."""
        found: Mark = (row[self.mark] or "") if self.mark else 0
        return found

    @property
    def columns(self) -> list[str]:
        """The columns that are digested."""
        return sorted(column.name for column in self.table.c if column.name not in self.without)

    def digest(self, row: Mapping[str, Any], salt: str | None, of: Iterable[str] = ()) -> str:
        """The digest of a row, of all columns or of those that there were when it was noted."""
        return row_digest({name: row.get(name) for name in of or self.columns}, salt or "")

    @property
    def numbered(self) -> bool:
        """Whether its rows have numbers that only go up."""
        return "id" in self.table.c


STATES = {
    one.table.name: one
    for one in (
        State(versions),
        State(calendars),
        State(organisations, "seq", ("name_order",), salted=True),
        State(people, "seq", ("name_order", "address"), salted=True),
        State(meetings, "seq", stays=lambda row: bool(row["held"]), salted=True),
        State(notes, salted=True),
        State(journal, salted=True),
        State(tokens, "revoked", ("revoked",)),
        State(deputies, "taken_back", ("taken_back",), salted=True),
        State(accounts, "changed", ("counter", "recovery", "totp"), salted=True),
        State(passkeys, "", ("count", "used"), stays=lambda _: False, salted=True),
        State(hooks, "", ("secret",), stays=lambda _: False, salted=True),
        State(seals),
    )
}
# Made anew from the cases, or passing: what they hold is either compared with the cases, or no record of anything.
NOT_PROVEN = {
    "tasks": "made of the cases, and compared with them",
    "timers": "made of the cases, and compared with them",
    "waiting": "made of the cases, and compared with them",
    "links": "made of the cases, and compared with them",
    "places": "made of the cases, and compared with them",
    "words": "made of the cases, and compared with them",
    "contents": "made of the cases, and compared with them",
    "bookings": "made of the cases, and compared with them",
    "hearings": "made of the cases, and compared with them",
    "access_blocks": "made of the access log, and compared with it",
    "drafts": "begun and not sent",
    "warnings": "what the journal says too, until it is read",
    "typed_forms": "typed and not sent",
    "saved_views": "how somebody looks at a list",
    "keys": "what requests did that may come again",
    "outbox": "messages, which stay until they are sent",
    "sessions": "who is signed in now",
    "attempts": "what failed at the door since yesterday",
    "invitations": "who may choose a password, for some days",
    "site": "what this installation is called, and which folder of documents is its own",
    "feeds": "addresses of calendars, given anew at any time",
}
_NUMBERED: tuple[Column[int], ...] = (
    cases.c.id,
    accesses.c.id,
    *(one.table.c.id for one in STATES.values() if one.numbered),
)
# Asked of every case, so they are compiled once.
_of_case = history.c.case_id == bindparam("case")
_HASHES = Statement(select(history.c.hash).where(_of_case, history.c.seq > bindparam("after")).order_by(history.c.seq))
_BODIES = Statement(select(history.c.seq, history.c.body).where(_of_case).order_by(history.c.seq))
_THERE = Statement(select(cases.c.id).where(cases.c.id == bindparam("case")))
# 64 bits of each: enough to say which one was changed, while the whole digests prove that one was.
SHORT = 16
# Numbers begin with 1, but who puts a row in may give it any.
FIRST = -(2**63)


def row_digest(row: Mapping[str, Any], salt: str = "") -> str:
    """SHA-256 of a row as canonical JSON, behind a salt where it has one."""
    return hashlib.sha256(f"{salt}\n{canonical(dict(row))}".encode()).hexdigest()


def highest(connection: Connection) -> dict[str, int]:
    """The highest number of each table whose rows are numbered."""
    query = select(*(select(func.max(column)).scalar_subquery() for column in _NUMBERED))
    row = connection.execute(query).one()
    return {column.table.name: int(found or 0) for column, found in zip(_NUMBERED, row, strict=True)}


def state_rows(
    connection: Connection, state: State, after: int = FIRST, last: int | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a state in order; of one with numbers, those behind `after`, up to `last`."""
    query = select(state.table)
    if state.numbered:
        query = query.where(state.table.c.id > after)
        query = query if last is None else query.where(state.table.c.id <= last)
    for row in paged(connection, query, *state.table.primary_key):
        yield row._asdict()


def access_rows(connection: Connection, after: int, last: int) -> Iterator[dict[str, Any]]:
    """The rows of the access log behind a number, up to another."""
    query = select(accesses).where(accesses.c.id > after, accesses.c.id <= last)
    for row in paged(connection, query, accesses.c.id):
        yield row._asdict()


def case_heads(connection: Connection, last: int) -> Iterator[tuple[int, int, str]]:
    """Number, length of the history and head of each case up to a number."""
    query = select(cases.c.id, cases.c.seq, cases.c.head).where(cases.c.id <= last)
    for row in paged(connection, query, cases.c.id):
        yield row[0], row[1], row[2]


def entry_hashes(connection: Connection, case: int, after: int) -> list[str]:
    """The hashes of the entries of a case behind a number, in order, as they are stored."""
    return [row[0] for row in _HASHES.rows(connection, case=case, after=after)]


def case_bodies(connection: Connection, case: int) -> list[tuple[int, str]]:
    """Number and body of each entry of a case, in order."""
    return [(row[0], row[1]) for row in _BODIES.rows(connection, case=case)]


def is_there(connection: Connection, case: int) -> bool:
    """Whether there is a case of this number."""
    return _THERE.row(connection, case=case) is not None
