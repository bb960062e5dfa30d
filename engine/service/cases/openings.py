"""Openings: how cases begin, by somebody or with an event of another case that opens and links them.

In the transaction of that event: both come about, or neither.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.case.answers.form import stored
from engine.case.command import Actor, Link, Open, Opened
from engine.case.links import kept_near
from engine.case.refusal import Code, Refusal
from engine.case.step.decide import Decision
from engine.case.time.instants import on_clock
from engine.process.definition import Process
from engine.service.cases.mirror import mirror
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Work
from engine.service.people.partners import with_area
from engine.service.processes.catalogue import UnknownProcess
from engine.source.words import said_day


def begun(tx: Transaction, name: str, command: Open) -> tuple[Process, Decision] | Refusal:
    """How a case of the process `name` begins, by the version in force at its date; nothing is written yet.

    Raises:
        UnknownProcess: no such process is published, or who begins it may not know of it.
    """
    tx.know_all()
    tx.catalogue.must_know(tx.connection, name, command.by)
    newest = tx.catalogue.newest(tx.connection, name, tx.now)
    moment = on_clock(command.at, newest.zone)
    process = tx.catalogue.in_force(tx.connection, name, moment)
    if process is None:
        message = f"No version of {newest.title} is in force on {said_day(newest.today(moment))}."
        return Refusal(Code.NO_SUCH_EVENT, message)
    command = replace(command, at=moment, data=with_area(tx.connection, tx.catalogue, process, command))
    decided = tx.decide_in_turn(process, None, command)
    return decided if isinstance(decided, Refusal) else (process, decided)


def open_linked(tx: Transaction, work: Work, by: Actor, at: datetime) -> Refusal | None:
    """Open and link the case that the last step with a case opens, at an instant (aware); why neither can be done.

    A transaction that is dry asks only whether it can.
    """
    opened, work.opened = work.opened, None
    if opened is None:
        return None
    title = work.process.links[opened.link].title
    try:
        found = begun(tx, opened.process, Open(by, at, opened.state, _handed(tx, work.process, opened)))
    except UnknownProcess:
        # In the same words, whether it is not there or not theirs.
        return Refusal(Code.NOT_ALLOWED, f"{title}: you may not begin such a case.")
    if isinstance(found, Refusal):
        return _said(title, found)
    return None if tx.is_dry else _linked(tx, work, tx.insert(*found), opened, by, at)


def _handed(tx: Transaction, process: Process, opened: Opened) -> dict[str, Any]:
    """What is handed over, as the fields keep it that it is for. What nobody knows is not answered."""
    fields = tx.catalogue.newest(tx.connection, opened.process, tx.now).fields
    known = {name: value for name, value in opened.values.items() if value is not None}
    return {name: stored(fields[name], one, process.zone) if name in fields else one for name, one in known.items()}


def _said(title: str, refusal: Refusal) -> Refusal:
    # What is missing there are fields of another form, of which this one has none.
    code = Code.REQUIREMENT if refusal.code in {Code.FORM, Code.NO_SUCH_EVENT} else refusal.code
    return Refusal(code, f"{title} cannot be opened. {refusal.message}")


def _linked(tx: Transaction, work: Work, their: Work, opened: Opened, by: Actor, at: datetime) -> Refusal | None:
    kind = work.process.links[opened.link]
    near = kept_near(work.process, kind, their.id, their.snapshot.outcome)
    refusal = tx.do(work, Link(near, by, work.snapshot.not_before_last(at), opened=True))
    return mirror(tx, work, their, near, by, at) if refusal is None else refusal
