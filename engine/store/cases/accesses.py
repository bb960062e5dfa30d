"""Accesses: who saw personal data of a case. Rows are added, never changed."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from engine.store.statement import Statement
from engine.store.tables import accesses

AT_ONCE = 5000
_INSERT = Statement(insert(accesses).values({name: bindparam(name) for name in ("case_id", "at", "by", "what")}))
_OF_CASE = Statement(
    select(accesses.c.at, accesses.c.by, accesses.c.what)
    .where(accesses.c.case_id == bindparam("case"))
    .order_by(accesses.c.id.desc())
    .limit(bindparam("most"))
)


def insert_access(connection: Connection, case: int, at: str, by: str, what: str) -> None:
    """Keep that somebody saw something of a case."""
    _INSERT.change(connection, case_id=case, at=at, by=by, what=what)


def insert_accesses(connection: Connection, rows: list[tuple[int, str, str, str]]) -> None:
    """The same for several: case, instant, who, what."""
    names = ("case_id", "at", "by", "what")
    for first in range(0, len(rows), AT_ONCE):
        values = [dict(zip(names, row, strict=True)) for row in rows[first : first + AT_ONCE]]
        connection.execute(insert(accesses).values(values))


def accesses_of(connection: Connection, case: int, most: int) -> list[tuple[str, str, str]]:
    """Who saw what of a case and when, the latest first."""
    return [(row[0], row[1], row[2]) for row in _OF_CASE.rows(connection, case=case, most=most)]
