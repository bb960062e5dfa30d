"""Waits: who holds or waits for a place, and since when."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.store.tables import cases, waiting


def waiting_cases(connection: Connection, process: str, most: int) -> list[tuple[int, str, str, str]]:
    """Number, place, since when, and snapshot of the cases that wait, the longest waiting first."""
    query = (
        select(waiting.c.case_id, waiting.c.place, waiting.c.since, cases.c.snapshot)
        .join(cases, cases.c.id == waiting.c.case_id)
        .where(waiting.c.process == process)
        .order_by(waiting.c.place, waiting.c.since, waiting.c.case_id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.limit(most))]


def snapshots_in(connection: Connection, process: str, states: list[str], most: int) -> list[tuple[int, str]]:
    """Number and snapshot of the open cases of a process in some states."""
    query = select(cases.c.id, cases.c.snapshot).where(
        cases.c.process == process, cases.c.state.in_(states), cases.c.outcome == ""
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(cases.c.id).limit(most))]
