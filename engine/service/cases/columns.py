"""Columns: what of a case is kept beside its snapshot, so that it can be found. Days are those of the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from engine.case.agenda import bookings
from engine.case.answers.wording import order_of
from engine.case.claims import claims_of
from engine.case.entry import Entry
from engine.case.hearings import hearings, touches
from engine.case.snapshot import Snapshot
from engine.case.time.retention import kept_until
from engine.process.definition import Process
from engine.service.cases.views import public_label
from engine.store.cases import cases as store
from engine.store.cases.index import Columns


def columns_of(process: Process, snapshot: Snapshot) -> Columns:
    """What is kept beside the snapshot, so that the case can be found."""
    booked = tuple(sorted((one.meeting, one.series, one.day) for one in bookings(process, snapshot)))
    label = public_label(process, snapshot)
    kept = None if snapshot.retained == "erased" else kept_until(process, snapshot)
    organisation = snapshot.data.get(process.organisation)
    last = kept.isoformat() if kept else None
    contents = frozenset(one["hash"] for copies in snapshot.documents.values() for one in copies)
    about = _subject(process, snapshot)
    order = label_order(process, snapshot)
    claims = frozenset(claims_of(process, snapshot))
    owner = process.owner(snapshot.state)
    return Columns(owner, organisation, label, booked, last, about, contents, order, claims=claims)


def columns_with(process: Process, snapshot: Snapshot, entries: Sequence[Entry]) -> Columns:
    """The same with the agendas on which it stood, by its whole history."""
    return replace(columns_of(process, snapshot), hearings=hearings(process, entries))


def columns_after(
    connection: Connection, case: int, process: Process, steps: tuple[Snapshot, Sequence[Entry], Snapshot]
) -> tuple[Columns, Columns]:
    """Before and after steps that are not written yet: how the case was, what was decided, and how it is then."""
    before, entries, after = steps
    was = columns_of(process, before)
    # Only then is its history read: few steps have to do with an agenda.
    if not touches(process, before, entries):
        return was, columns_of(process, after)
    known = store.entries_of(connection, case)
    return replace(was, hearings=hearings(process, known)), columns_with(process, after, [*known, *entries])


def _subject(process: Process, snapshot: Snapshot) -> str | None:
    about = snapshot.data.get(process.keep.subject) if process.keep else None
    return None if about is None else str(about)


def label_order(process: Process, snapshot: Snapshot) -> str | None:
    """What a case stands by in a list sorted by name; None where its name does, or it has none."""
    named = public_label(process, snapshot)
    return order_of(process.fields[process.label], snapshot.data[process.label]) if named else None
