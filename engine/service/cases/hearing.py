"""Hearing: a case that came to an end is told to those that are linked with it and await it.

In the transaction of the step that ended it, so that both come about or neither. A partner that cannot be decided, by a
fault of its own or of its process, keeps no case from its end: its row goes on saying that it awaits what has ended,
and the scheduler tells it later.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from engine.case.command import Hear
from engine.case.links import is_waiting
from engine.case.time.instants import from_text
from engine.service.cases.work import LostRace
from engine.service.processes.catalogue import Unread
from engine.store.cases.links import unheard

if TYPE_CHECKING:
    from engine.service.cases.transaction import Transaction

# Of those that could not be told in time; there are hardly ever any.
MOST = 1000


def tell_partners(tx: Transaction) -> None:
    """Tell of every case that has ended since this was last asked. One that is told may end by that, too."""
    while tx.ended:
        case = tx.hold(tx.ended.pop())
        moment, outcome = from_text(case.snapshot.last_at), case.snapshot.outcome
        for partner in sorted({kept["case"] for kept in case.snapshot.links.values()}):
            _told(tx, partner, case.id, outcome, moment)


def tell_missed(tx: Transaction) -> int:
    """Tell those that could not be told when it happened, at the instant `tx.now`; how many were."""
    missed = unheard(tx.connection, MOST)
    # Each with its key: of what it awaits it may await several.
    told = sum(_told(tx, case, 0, outcome, tx.now, key) for case, key, outcome in missed)
    tx.write()
    return told


def _told(tx: Transaction, partner: int, case: int, outcome: str, moment: datetime, key: str = "") -> bool:
    """Whether a partner was told; the same as where a place is offered: its faults stay its own."""
    try:
        return _hear(tx, partner, case, outcome, moment, key)
    # These are of the whole transaction: it is run again, and no case is to blame.
    except (LostRace, Unread, DBAPIError):
        raise
    except Exception as error:
        tx.undecided[partner] = type(error).__name__
        return False


def _hear(tx: Transaction, partner: int, case: int, outcome: str, moment: datetime, key: str) -> bool:
    work = tx.hold(partner)
    at = work.snapshot.not_before_last(moment)
    waiting = [
        one for one, kept in work.snapshot.links.items() if is_waiting(kept) and (one == key or kept["case"] == case)
    ]
    if waiting:
        # What came to its time before is history by then.
        tx.catch_up(work, at)
    for one in waiting:
        tx.do(work, Hear(one, outcome, work.snapshot.not_before_last(at)))
    return bool(waiting)
