"""Tables: what is stored. Instants are text in UTC (engine.case.time.instants), so that order is time.

The snapshot in a case's row is the case; tasks, timers, places taken and waiting are the parts of it
that must be found without reading every case. All are written in the transaction that changes it, and
`verify` proves that they agree.

Text has one order, that of its code points, whatever the language of the database: searches for a beginning,
places where a page ended and merged pages rely on it. SQLite knows no other; PostgreSQL is told by each column.
"""

from __future__ import annotations

from sqlalchemy import String

from engine.store.tables.base import SCHEMA_REVISION, metadata
from engine.store.tables.desk import drafts, meetings, notes, saved_views
from engine.store.tables.house import (
    accounts,
    attempts,
    deputies,
    feeds,
    invitations,
    journal,
    organisations,
    passkeys,
    people,
    sessions,
    site,
    tokens,
    typed_forms,
    warnings,
)
from engine.store.tables.post import hooks, outbox, seals
from engine.store.tables.proof import checkpoints, leaves
from engine.store.tables.record import (
    access_blocks,
    accesses,
    bookings,
    calendars,
    cases,
    contents,
    hearings,
    history,
    keys,
    links,
    places,
    tasks,
    timers,
    versions,
    waiting,
    words,
)

for _table in metadata.tables.values():
    for _column in _table.c:
        if isinstance(_type := _column.type, String):
            _column.type = _type.with_variant(type(_type)(_type.length, collation="C"), "postgresql")

__all__ = [
    "SCHEMA_REVISION",
    "access_blocks",
    "accesses",
    "accounts",
    "attempts",
    "bookings",
    "calendars",
    "cases",
    "checkpoints",
    "contents",
    "deputies",
    "drafts",
    "feeds",
    "hearings",
    "history",
    "hooks",
    "invitations",
    "journal",
    "keys",
    "leaves",
    "links",
    "meetings",
    "metadata",
    "notes",
    "organisations",
    "outbox",
    "passkeys",
    "people",
    "places",
    "saved_views",
    "seals",
    "sessions",
    "site",
    "tasks",
    "timers",
    "tokens",
    "typed_forms",
    "versions",
    "waiting",
    "warnings",
    "words",
]
