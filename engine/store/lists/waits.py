"""Waits: who holds or waits for a place, and since when."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from engine.store.tables import cases, waiting

# Rows are read in blocks, so that a long list is never in memory as a whole.
AT_ONCE = 500


def waiting_cases(connection: Connection, process: str) -> Iterator[tuple[int, str, str, str]]:
    """Number, place, since when, and snapshot of the cases that wait, the longest waiting first."""
    query = (
        select(waiting.c.case_id, waiting.c.place, waiting.c.since, cases.c.snapshot)
        .join(cases, cases.c.id == waiting.c.case_id)
        .where(waiting.c.process == process)
        .order_by(waiting.c.place, waiting.c.since, waiting.c.case_id)
    )
    for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
        yield row[0], row[1], row[2], row[3]


def snapshots_in(connection: Connection, process: str, states: list[str]) -> Iterator[tuple[int, str]]:
    """Number and snapshot of the open cases of a process in some states."""
    query = select(cases.c.id, cases.c.snapshot).where(
        cases.c.process == process, cases.c.state.in_(states), cases.c.outcome == ""
    )
    for row in connection.execution_options(yield_per=AT_ONCE).execute(query.order_by(cases.c.id)):
        yield row[0], row[1]
