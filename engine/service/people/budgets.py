"""Budgets: how many requests may be made by a token. Times are UTC.

A budget holds the requests of one minute and fills up again steadily. All processes on one database draw on the same
one, each a share at a time: most requests are counted in memory, and no process gives out more than it has drawn.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from datetime import datetime, timedelta

from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.store.database import Database, DatabaseUnwritable
from engine.store.people import attempts as store
from engine.store.people.attempts import StoredAttempts

MINUTE = timedelta(minutes=1)
# A budget holds at least so many shares, and no share is larger than this: thirty requests cost one small write, and a
# restart loses no more, however high the limit is.
SHARES = 20
LARGEST = 30


class Budgets:
    """The budgets of one site, and what this process has drawn on them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()
        self._drawing: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def spend(self, token: int, per_minute: int) -> int:
        """Count one more request; for how many seconds there can be none, 0 where there can."""
        if self._take(token):
            return 0
        # One draws for all who come at once: else each of them would draw a share, and a restart would lose them all.
        with self._lock:
            drawing = self._drawing[token]
        with drawing:
            if self._take(token):
                return 0
            share = max(1, min(LARGEST, per_minute // SHARES))
            wait = self._draw(f"requests by token {token}", MINUTE * share // per_minute)
            if not wait:
                self._put(token, share - 1)
        return wait

    def _take(self, token: int) -> bool:
        with self._lock:
            left = self._left.get(token, 0)
            self._left[token] = max(0, left - 1)
        return left > 0

    def _put(self, token: int, drawn: int) -> None:
        with self._lock:
            self._left[token] = self._left.get(token, 0) + drawn

    def _draw(self, key: str, share: timedelta) -> int:
        """Draw what takes as long as `share` to be filled up again, or say how long to wait for it."""
        now = self._clock.now()
        with self._database.reading() as connection:  # who has to wait writes nothing, however often they ask
            wait = _wait(store.attempts_of(connection, key), share, now)
        if wait:
            return wait
        # Where nothing can be written there is still something to be read.
        with contextlib.suppress(DatabaseUnwritable), self._database.writing() as connection:
            kept = store.hold_attempts(connection, key)
            wait = _wait(kept, share, now)
            if not wait:
                full = to_text(now + _to_be_filled(kept, now) + share)
                store.put_attempts(connection, key, StoredAttempts(1, to_text(now), full))
        return wait


def _wait(kept: StoredAttempts, share: timedelta, now: datetime) -> int:
    """In whole seconds, rounded up."""
    return max(0, -int(-(_to_be_filled(kept, now) + share - MINUTE).total_seconds() // 1))


def _to_be_filled(kept: StoredAttempts, now: datetime) -> timedelta:
    """How long it takes until the budget is full again."""
    left = from_text(kept.until) - now if kept.until else timedelta()
    # One that lies further ahead is of a clock that has been set back since.
    return left if timedelta() < left <= MINUTE else timedelta()
