"""Booking: that a meeting takes no more cases than it may, and none once it closed, whoever books at the same time.

On PostgreSQL who books on an agenda waits for others who do; on SQLite there is one writer anyway.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from engine.case.agenda import Booking, bookings, reader, series_title
from engine.case.command import Command, Correct, Fire, Open, Undo
from engine.case.intake import Intake, next_open, written_onto
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.work import Work
from engine.service.meetings.meeting import intake_of
from engine.source.words import said_weekday
from engine.store import locks
from engine.store import meetings as store

if TYPE_CHECKING:
    from engine.service.cases.transaction import Transaction

Agenda = tuple[str, str, str, str]


def not_taken(
    tx: Transaction, process: Process, before: Snapshot | None, after: Snapshot, command: Command, case: int
) -> Refusal | None:
    """Why a step cannot be taken that books a case on a meeting which is full or closed; None where it can.

    What comes by itself is not asked: nobody is there to choose another one. Neither are cases that go with a meeting
    that is moved, nor one that has a place there already. What a meeting takes says the version of the process that is
    in force, whichever a case follows. Closed is a meeting by the day on which the step happened; who corrects or takes
    back did not book then.
    """
    if not process.meetings or not isinstance(command, (Fire, Open, Correct, Undo)):
        return None
    event = command.event if isinstance(command, Fire) else ""
    held = tx.held(case) if case else None
    kept = bookings(held.process, held.stored.snapshot) if held else []
    for one in written_onto(process, before, after, event):
        agenda = (process.name, one.meeting, one.series, one.day)
        if one not in kept and agenda not in tx.moved_onto:
            refusal = _refused(tx, process, one, command, case)
            if refusal is not None:
                return refusal
    return None


def _refused(
    tx: Transaction, process: Process, booking: Booking, command: Fire | Open | Correct | Undo, case: int
) -> Refusal | None:
    known = reader(tx.catalogue.lately(tx.connection, process.name, tx.now), booking.meeting, booking.series)
    agenda = (process.name, booking.meeting, booking.series, booking.day)
    if known is None or not _intake(tx, known, agenda, 0, tx.now).is_limited:
        return None
    if not tx.is_dry:
        locks.hold_one(tx.connection, locks.Lock.AGENDAS, " ".join(agenda))
    there = _there(tx, agenda)
    booked = isinstance(command, (Fire, Open))
    found = _intake(tx, known, agenda, len(there - {case}), command.at if booked else tx.now)
    if case in there or not (found.is_full or (booked and found.is_closed)):
        return None
    kind = known.meetings[booking.meeting]
    which = f"{series_title(known, kind, booking.series)} on {said_weekday(date.fromisoformat(booking.day))}"
    message = f"{which} {found.why_not}. {_next(tx, known, agenda)}"
    given = getattr(command, "data", {})
    asked = process.meetings[booking.meeting].date
    return Refusal(Code.FORM, message, fields={asked: message}) if asked in given else Refusal(Code.RULE, message)


def _intake(tx: Transaction, process: Process, agenda: Agenda, taken: int, at: datetime) -> Intake:
    stored = store.meeting_at(tx.connection, agenda)
    kind, day = process.meetings[agenda[1]], date.fromisoformat(agenda[3])
    return intake_of(process, kind, day, stored, taken, at)


def _there(tx: Transaction, agenda: Agenda) -> set[int]:
    """The cases that have a place at a meeting, also by what this transaction did and did not write yet."""
    booked = set(store.cases_booked(tx.connection, agenda))
    gone = {one for one in booked if (held := tx.held(one)) is not None and _has_left(held, agenda)}
    return (booked - gone) | set(store.cases_heard(tx.connection, agenda))


def _has_left(held: Work, agenda: Agenda) -> bool:
    """Whether a case has left an agenda, and was not heard there."""
    _, meeting, series, day = agenda
    kind = held.process.meetings.get(meeting)
    heard = kind is not None and any(one.event in kind.outcomes for one in held.entries)
    return not heard and Booking(meeting, series, day) not in bookings(held.process, held.snapshot)


def _next(tx: Transaction, process: Process, agenda: Agenda) -> str:
    """Which meeting takes cases instead: the first after this one, else the first before it."""
    today, day = process.today(tx.now).isoformat(), agenda[3]
    found = store.meetings_of_series(tx.connection, agenda[:3], today)
    kind = process.meetings[agenda[1]]
    open_ = [
        one.day
        for one in found
        if one.day != day
        and intake_of(process, kind, date.fromisoformat(one.day), one, one.booked + one.heard, tx.now).is_open
    ]
    found_day = next_open(open_, day)
    if found_day is None:
        return "No other one that is planned takes cases."
    return f"The next one with room is on {said_weekday(date.fromisoformat(found_day))}."
