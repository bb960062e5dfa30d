"""Late: what happened before the last entry of a case and is written down now, as of its own day."""

from __future__ import annotations

from datetime import datetime

from engine.case.command import Command, Rewind
from engine.case.refusal import Refusal
from engine.case.time.instants import to_text
from engine.service.cases.openings import open_linked
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Work


def take(tx: Transaction, work: Work, command: Command, moment: datetime) -> Refusal | None:
    """Take a step as of its own moment (aware), also where that lies before the last entry: if only the engine did
    anything since, that is decided again.

    What the engine did since is taken back by an entry of its own, then the step is taken, and then comes what is due
    until now, as it would have come in time.
    """
    if to_text(moment) >= work.snapshot.last_at:
        return _done(tx, work, command)
    refusal = tx.do(work, Rewind(command.by, tx.moment(work), moment))  # type: ignore[union-attr]
    if refusal is None:
        tx.catch_up(work, moment, in_time=True)
        refusal = _done(tx, work, command)
    if refusal is None:
        tx.catch_up(work, tx.now, in_time=True)
        tx.tell_taken_back(work)
    return refusal


def _done(tx: Transaction, work: Work, command: Command) -> Refusal | None:
    refusal = tx.do(work, command)
    return open_linked(tx, work, command.by, command.at) if refusal is None else refusal  # type: ignore[union-attr]
