"""Due: firing the timers that have come to their time, in order, each exactly once.

The rows of timers and what their firing does are changed in one transaction: either both, or neither.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from engine.case.command import Tick
from engine.case.time.instants import from_text, to_text
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import LostRace
from engine.service.processes.catalogue import Unread
from engine.store.cases import due as store
from engine.store.cases.cases import part_rows
from engine.store.lists import places as place_store


@dataclass(frozen=True)
class Ran:
    """What a run did: timers fired, and the cases whose timers could not be fired, with the reason."""

    fired: int
    failed: tuple[tuple[int, str], ...] = ()


Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Stuck:
    """A case whose timers cannot be fired: the kind of fault, and how many of its timers are due."""

    fault: str
    timers: int


def fire_batch(transaction: Transaction, now: datetime, most: int, stuck: dict[int, Stuck]) -> int:
    """Fire the next timers that are due, in order of their time over all cases; how many fired.

    None where another process is firing at this moment. `now` is aware. A case that cannot be decided, because its
    process cannot be read or by a fault of this program, is added to `stuck` and left alone, so that it
    does not keep the others from their timers.
    """
    if not store.take_turn(transaction.connection):
        return 0
    present = to_text(now)
    # What is stuck stays due and would fill the batch: as many more are read as it takes up.
    limit = most + sum(one.timers for one in stuck.values())
    found = store.due_timers(transaction.connection, present, limit)
    # Beyond what was read others are due that were not: what is set anew there must wait for them.
    horizon = found[-1][0] if len(found) == limit else present
    queue = [timer for timer in found if timer[1] not in stuck]
    return _fire_in_order(transaction, queue, most, horizon, stuck)


def _fire_in_order(
    transaction: Transaction, queue: list[store.DueTimer], most: int, horizon: str, stuck: dict[int, Stuck]
) -> int:
    """Fire the first `most` of a queue. What is set anew within the horizon joins it, so that the order holds.

    What is left of it stands in the database: a minute that was missed for weeks is no single transaction.
    """
    fired = 0
    heapq.heapify(queue)
    while queue and fired < most:
        due, case, key = heapq.heappop(queue)
        if case in stuck:
            continue
        try:
            fired += _fire_one(transaction, case, due, key)
        # These are of the whole transaction: it is run again, and no case is to blame.
        except (LostRace, Unread, DBAPIError):
            raise
        except Exception as error:
            rows = part_rows(transaction.connection, "timers", case)
            stuck[case] = Stuck(type(error).__name__, sum(row["due"] <= to_text(transaction.now) for row in rows))
            continue
        # Also of a case that took up a place which this one gave back: its date may have passed already.
        for timer in transaction.set_anew(horizon):
            heapq.heappush(queue, timer)
    transaction.write()
    return fired


def _fire_one(transaction: Transaction, case: int, due: str, key: str) -> bool:
    """Fire one timer; whether it still ran."""
    work = transaction.hold(case)
    # Another timer may have stopped it or set it anew in this very batch.
    if work.snapshot.timers.get(key, [""])[0] != due:
        return False
    held = dict(work.snapshot.held)
    transaction.do(work, Tick(key, from_text(due)))
    # Offered and told now: the next timer in time may belong to a case that wants this place, or awaits this end.
    if held != work.snapshot.held or transaction.ended:
        transaction.write()
    return True


def offer_free_places(transaction: Transaction, now: datetime) -> int:
    """Offer what is free at `now` (aware) to those who wait: after more places were made, or an offer was cut short."""
    taken = 0
    transaction.catalogue.refresh(transaction.connection)
    for process, place in place_store.waited_for(transaction.connection):
        taken += transaction.offer(process, place, now)
    transaction.write()
    return taken
