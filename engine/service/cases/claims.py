"""Claims: that no two open cases have what only one may have, whoever writes at the same time.

On PostgreSQL who makes a claim waits for others who make the same; on SQLite there is one writer anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.case.claims import claims_of
from engine.case.command import Actor, Command, Forget, Hear, Tick
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.work import Work
from engine.store import locks
from engine.store.cases.index import claimed_by

if TYPE_CHECKING:
    from engine.service.cases.transaction import Transaction


def contested(
    tx: Transaction, process: Process, before: Snapshot | None, after: Snapshot, command: Command, case: int
) -> Refusal | None:
    """Why a step cannot be taken that makes a claim which another open case has; None where none does.

    What comes by itself makes none: it answers nothing, and opens no case again.
    """
    if not process.unique or isinstance(command, (Tick, Hear, Forget)):
        return None
    claims = claims_of(process, after)
    # In one order, so that two transactions never wait for each other.
    for text in sorted(claims.keys() - claims_of(process, before).keys()):
        if not tx.is_dry:
            locks.hold_one(tx.connection, locks.Lock.CLAIMS, text)
        for other in claimed_by(tx.connection, text):
            if other != case and _still_claims(tx.held(other), text):
                return Refusal(Code.RULE, claims[text].say + _which(tx, process.noun, other, command.by))
    return None


def _still_claims(held: Work | None, text: str) -> bool:
    """Whether a case has a claim that is kept of it: in this transaction it may have ended already."""
    return held is None or text in claims_of(held.process, held.snapshot)


def _which(tx: Transaction, noun: str, case: int, by: Actor) -> str:
    """Which case it is, for who may see it; nobody else learns more than that there is one."""
    return f" It is {noun} {case}." if tx.sees(case, by) else ""
