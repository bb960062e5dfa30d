"""Lines: the connections that threads keep, one each, and whether one that rested can still be used.

Nothing here begins or ends a transaction.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

# Servers and firewalls drop connections after minutes; asking at each use would be one more round trip.
REST_SECONDS = 2.0


class Line:
    """What one thread keeps: its connection, whether it is in use, and since when it rests. It goes with the thread."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self._rests_since = connection, time.monotonic()
        self._busy, self._ended = True, False  # it is made to be used
        self._lock = threading.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether its thread is in a transaction on it; asked by that thread only."""
        return self._busy

    def take(self) -> bool:
        """Use it from now on, where it can be used as it is."""
        with self._lock:
            self._busy = self._is_fresh
            return self._busy

    def rest(self) -> bool:
        """Use it no more; whether it can be kept for the next time."""
        with self._lock:
            self._busy, self._rests_since = False, time.monotonic()
            if self._ended:
                self._close()
            return not (self.connection.closed or self.connection.invalidated)

    def end(self) -> None:
        """Close it: at once where it rests, else when its thread is done. SQLite, which is told by one thread to close
        what another is reading, ends the whole process."""
        with self._lock:
            self._ended = True
            if not self._busy:
                self._close()

    @property
    def _is_fresh(self) -> bool:
        """Whether it can be used as it is. One that rested may be dead by now: the pool looks, and makes a new one."""
        if self.connection.closed or time.monotonic() - self._rests_since > REST_SECONDS:
            return False
        if self.connection.info.get("spare"):
            return False
        return not has_ended(self.connection.connection.dbapi_connection)

    def _close(self) -> None:
        if not self.connection.closed:
            self.connection.detach()  # from a pool that may be no more
            self.connection.close()

    def __del__(self) -> None:
        self.connection.close()


class Kept:
    """The connections that threads keep, one each: taking one from the pool and giving it back for every short
    transaction costs as much as a statement. At most `most` threads keep one, so that the pool does not run dry.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: weakref.WeakSet[Line] = weakref.WeakSet()
        self._own = threading.local()

    def lend(self, connect: Callable[[], Connection]) -> Connection | None:
        """This thread's connection; None where it is in use already, or too many threads keep one."""
        line: Line | None = getattr(self._own, "line", None)
        if line is not None and line.is_busy:
            return None
        if line is None or not line.take():
            self._own.line = line = None  # what was kept goes back to the pool before another is asked for
            if len(self._all) >= self._most:
                return None
            line = self._own.line = Line(connect())
            self._all.add(line)
        return line.connection

    def lent(self, connect: Callable[[], Connection]) -> Lent | None:
        """The same for as long as it is entered; then it is taken back."""
        connection = self.lend(connect)
        return None if connection is None else Lent(self, connection)

    def take_back(self) -> None:
        """Keep it for the next time, unless it broke."""
        if not self._own.line.rest():
            self._own.line = None

    def close(self) -> None:
        """Close them all, whichever threads they belong to."""
        for line in list(self._all):
            line.end()


class Lent:
    """A connection while it is lent. No generator: every transaction comes by here."""

    def __init__(self, kept: Kept, connection: Connection) -> None:
        self._kept, self._connection = kept, connection

    def __enter__(self) -> Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._kept.take_back()


def has_ended(connection: Any) -> bool:
    """Whether the server hung up on a connection that rests, without asking it.

    Nothing was sent on it yet, so that nothing is done twice by taking another one.
    """
    line = getattr(connection, "pgconn", None)
    if line is None:  # SQLite: a file
        return False
    try:
        for _ in range(2):  # first comes the server's farewell, then the end
            line.consume_input()
    except Exception:
        return True
    return bool(connection.closed)
