"""Counters: the numbers that a database gave out, and how a restored one goes on behind all of them.

What was done after a backup is lost with its numbers, and they may stand in letters, addresses and other programs: so a
restored database leaves room for them, and gives none of them to something else. The room grows with the time that went
by, for the same backup, or an earlier one, may have been restored before, and what was done then is lost as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection, Table, func, select, text

from engine.store.tables import metadata

# Or as many as there are in all, where that is more: nobody restores a backup from before half of what was ever done.
ROOM = 1000


def counted_tables() -> list[Table]:
    """The tables whose numbers the database counts up."""
    return [table for table in metadata.sorted_tables if "id" in table.c and table.c.id.identity is not None]


def given_out(connection: Connection) -> dict[str, int]:
    """The highest number of each table that was ever given out, whether there is still something of it or not."""
    if connection.dialect.name == "sqlite":
        found = {name: int(last) for name, last in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    else:
        last = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)")
        found = {one.name: int(connection.execute(last, {"name": one.name}).scalar() or 0) for one in counted_tables()}
    return {table.name: found.get(table.name, 0) for table in counted_tables()}


def go_on_behind(connection: Connection, given: Mapping[str, int], since: timedelta = timedelta()) -> None:
    """Give numbers out only behind those that were `given` out before a backup, and may have been in the time `since`:
    one a minute at most, besides the room that there is anyway.
    """
    minutes = max(0, since // timedelta(minutes=1))
    for table in counted_tables():
        highest, rows = connection.execute(select(func.max(table.c.id), func.count()).select_from(table)).one()
        last = max(int(highest or 0), int(given.get(table.name, 0))) + max(ROOM, int(rows)) + minutes
        _count_on(connection, table.name, last)


def _count_on(connection: Connection, table: str, last: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": table, "last": last}
        )
        return
    # SQLite keeps them in a table of its own, in which a row comes with the first number.
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
    connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": table, "last": last})
