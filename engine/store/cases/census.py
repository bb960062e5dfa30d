"""Census: how many open cases of a process stand where, and what they hold. Read only."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, and_, exists, func, select

from engine.case.snapshot import Snapshot
from engine.store.tables import bookings, cases, meetings

# So many are held in memory at once: a site may have a hundred thousand.
_AT_ONCE = 500


def open_by_state(connection: Connection, process: str) -> list[tuple[str, str, int]]:
    """State, version and how many open cases of it stand there, in order."""
    query = (
        select(cases.c.state, cases.c.version, func.count())
        .where(cases.c.process == process, cases.c.outcome == "")
        .group_by(cases.c.state, cases.c.version)
        .order_by(cases.c.state, cases.c.version)
    )
    return [(state, version, count) for state, version, count in connection.execute(query)]


def agendas_beyond(connection: Connection, process: str, meeting: str, most: int) -> int:
    """How many agendas of a kind of meeting have more than so many cases; without those that take a number of their
    own.
    """
    names = ("process", "meeting", "series", "day")
    same = and_(*(meetings.c[name] == bookings.c[name] for name in names), meetings.c.most.is_not(None))
    agendas = (
        select(bookings.c.series, bookings.c.day)
        .where(bookings.c.process == process, bookings.c.meeting == meeting, ~exists().where(same))
        .group_by(bookings.c.series, bookings.c.day)
        .having(func.count() > most)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(agendas)).scalar_one())


def open_snapshots(connection: Connection, process: str) -> Iterator[Snapshot]:
    """Every open case of a process, by its number."""
    last = 0
    while True:
        asked = (cases.c.process == process, cases.c.outcome == "", cases.c.id > last)
        query = select(cases.c.id, cases.c.snapshot).where(*asked).order_by(cases.c.id).limit(_AT_ONCE)
        found = connection.execute(query).all()
        yield from (Snapshot.from_json(text) for _, text in found)
        if len(found) < _AT_ONCE:
            return
        last = found[-1][0]
