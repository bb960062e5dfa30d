"""Accesses: who saw personal data of a case. Rows are added, never changed.

That somebody was shown a list is one row, however long the list is: it belongs to the first case of the list and names
the others, each between commas, so that the rows that name a case are found by its number.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select

from engine.store.statement import Statement
from engine.store.tables import accesses

_INSERT = Statement(
    insert(accesses).values({name: bindparam(name) for name in ("case_id", "at", "by", "what", "others")})
)
_rows = select(accesses.c.id, accesses.c.at, accesses.c.by, accesses.c.what)
_latest = _rows.order_by(accesses.c.id.desc()).limit(bindparam("most"))
_OF_CASE = Statement(_latest.where(accesses.c.case_id == bindparam("case")))
_lists = _latest.where(accesses.c.others.is_not(None))
_NAMING = Statement(
    _lists.where(func.instr(accesses.c.others, bindparam("named")) > 0),
    _lists.where(func.strpos(accesses.c.others, bindparam("named")) > 0),
)


def insert_access(connection: Connection, cases: Sequence[int], at: str, by: str, what: str) -> None:
    """Keep that somebody saw something of one case, or of several at once."""
    first, *others = cases
    named = f",{','.join(map(str, others))}," if others else None
    _INSERT.change(connection, case_id=first, at=at, by=by, what=what, others=named)


def accesses_of(connection: Connection, case: int, most: int) -> list[tuple[str, str, str]]:
    """Who saw what of a case and when, by itself or in a list, the latest first."""
    alone = _OF_CASE.rows(connection, case=case, most=most)
    in_lists = _NAMING.rows(connection, named=f",{case},", most=most)
    found = sorted([*alone, *in_lists], reverse=True)
    return [(row[1], row[2], row[3]) for row in found[:most]]
