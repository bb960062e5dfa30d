"""Access writer: pages that are shown at the same time are written down together. Touches the database and locks.

A page is not shown before what it showed is on the disk, and SQLite has one writer: forty pages at once would be forty
transactions that somebody who changes something has to queue behind. So while one transaction writes, those who come
meanwhile wait together, and the first of them writes for all.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from engine.store.cases.accesses import insert_accesses
from engine.store.database import Database, DatabaseUnwritable

_log = structlog.get_logger()
# Of what was shown while nothing could be written; more would fill the memory.
MOST_OWED = 10_000


# By identity: two people may be shown the same at the same instant.
@dataclass(eq=False)
class _Shown:
    """What somebody was shown, and whether it is written."""

    cases: Sequence[int]
    at: str
    by: str
    what: str
    written: bool = False


class AccessWriter:
    """Writes what is shown from one database, in order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        # Held while somebody writes: who gets it may find that their own was written meanwhile.
        self._turn = threading.Lock()
        self._waiting: list[_Shown] = []
        # What was shown while nothing could be written.
        self._owed: list[_Shown] = []

    def write(self, cases: Sequence[int], at: str, by: str, what: str) -> None:
        """Keep that somebody was shown cases; it is on the disk when this returns.

        Where the disk is full or read-only people go on reading: it stands in the log then, and is written with what
        is shown next, once that can be.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or very much could not be written already.
        """
        mine = _Shown(cases, at, by, what)
        with self._lock:
            self._waiting.append(mine)
        with self._turn:
            if not mine.written:
                try:
                    self._write_all(mine)
                except DatabaseUnwritable:
                    if len(self._owed) >= MOST_OWED:
                        raise
                    self._owe(mine)

    def _owe(self, mine: _Shown) -> None:
        self._owed.append(mine)
        _log.error("shown while nothing could be written", cases=list(mine.cases), by=mine.by, what=mine.what)

    def _write_all(self, mine: _Shown) -> None:
        """Write what waits, the own among it. What of others cannot be written is for them to be told."""
        with self._lock:
            together = list(self._waiting)
        try:
            self._store(together)
        except Exception:
            if len(together) == 1:
                raise
            together = [mine]
            self._store(together)
        finally:
            with self._lock:
                self._waiting = [one for one in self._waiting if not one.written and one is not mine]

    def _store(self, together: Sequence[_Shown]) -> None:
        owed = list(self._owed)
        with self._database.writing() as connection:
            insert_accesses(connection, [(one.cases, one.at, one.by, one.what) for one in (*owed, *together)])
        self._owed.clear()
        for one in together:
            one.written = True
