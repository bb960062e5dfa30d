"""Rhythms: meetings that come again are planned ahead by the engine, each day of a series once.

Until which day a series was looked at is kept, and never looked at again: what people cancelled or moved since, or
planned themselves on such a day, stays as they left it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine.case.agenda import days_ahead, series_of
from engine.process.definition import Process
from engine.process.timing import MeetingKind
from engine.service.processes.catalogue import Catalogue
from engine.store import meetings as store
from engine.store.cases.due import take_turn
from engine.store.meetings import StoredMeeting
from engine.store.site import PLANNED, put, read

if TYPE_CHECKING:
    from engine.service.cases.transaction import Transaction


def comes_again(connection: Connection, catalogue: Catalogue, now: datetime) -> bool:
    """Whether the engine plans any meetings at an instant (aware). Where it plans none, nobody need wait to write."""
    catalogue.refresh(connection)
    return any(_with_rhythm(catalogue.all_newest(connection, now)))


def plan_ahead(tx: Transaction) -> int:
    """Plan the meetings that come within the time for which their process wants them planned; how many were.

    None where another process looks at this moment.
    """
    tx.know_all()
    kinds = list(_with_rhythm(tx.catalogue.all_newest(tx.connection, tx.now)))
    if not kinds or not take_turn(tx.connection):
        return 0
    known: dict[str, str] = json.loads(read(tx.connection, PLANNED) or "{}")
    looked_at, planned = dict(known), 0
    for process, kind in kinds:
        for series in series_of(process, kind.name):
            planned += _plan(tx, process, kind, series, looked_at)
    if looked_at != known:
        put(tx.connection, PLANNED, json.dumps(looked_at, sort_keys=True, ensure_ascii=False))
    return planned


def _with_rhythm(processes: Iterable[Process]) -> Iterator[tuple[Process, MeetingKind]]:
    for process in processes:
        yield from ((process, kind) for kind in process.meetings.values() if kind.rhythm)


def _plan(tx: Transaction, process: Process, kind: MeetingKind, series: str, looked_at: dict[str, str]) -> int:
    assert kind.rhythm is not None
    key = f"{process.name} {kind.name} {series}"
    since = date.fromisoformat(looked_at[key]) if key in looked_at else None
    ahead = days_ahead(process, kind.rhythm, since, process.today(tx.now))
    looked_at[key] = ahead.until.isoformat()
    at = f"{kind.rhythm.at:%H:%M}"
    rows = (StoredMeeting(0, process.name, kind.name, series, day.isoformat(), at) for day in ahead.days)
    return sum(store.insert_where_none(tx.connection, row) for row in rows)
