"""Due: which timers have come to their time, and when the next one does."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from engine.store.locks import Lock, try_to_hold
from engine.store.statement import Statement
from engine.store.tables import timers

_NEXT = Statement(select(func.min(timers.c.due)).where(timers.c.due > bindparam("after")))
_COUNT = Statement(select(func.count()).select_from(timers).where(timers.c.due <= bindparam("now")))
_due = (
    select(timers.c.due, timers.c.case_id, timers.c.timer)
    .where(timers.c.due <= bindparam("now"))
    .order_by(timers.c.due, timers.c.case_id, timers.c.timer)
    .limit(bindparam("most"))
)
_DUE = Statement(_due)

DueTimer = tuple[str, int, str]


def next_due(connection: Connection, after: str = "") -> str | None:
    """When the next timer of any case that is due later than `after` is due; None where none runs."""
    found = _NEXT.row(connection, after=after)
    return found[0] if found else None


def count_due(connection: Connection, now: str) -> int:
    """How many timers are due by `now`."""
    found = _COUNT.row(connection, now=now)
    return int(found[0]) if found else 0


def take_turn(connection: Connection) -> bool:
    """Whether this transaction may fire timers. One at a time does, so that they fire in order of their time.

    SQLite has one writer anyway. On PostgreSQL a lock is held to the end of the transaction; where another
    process has it, that one is firing already.
    """
    return try_to_hold(connection, Lock.TIMERS)


def due_timers(connection: Connection, now: str, most: int) -> list[DueTimer]:
    """Timers that are due (due, case, timer), in order."""
    return [(row[0], row[1], row[2]) for row in _DUE.rows(connection, now=now, most=most)]
