"""Candidates: the cases that may be put on the agenda of a meeting, and putting them there.

Each is booked as its own event would: by its rules, its needs and the rights of whoever books, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.case.agenda import Booking, bookings
from engine.case.answers.form import asked_now
from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.process.definition import Event, Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.change import Changes
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import Case, view_of
from engine.service.lists.finder import CasesWanted, Finder
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.offered import Choosing
from engine.service.site import Site, TakenBack

CANDIDATES = "cases for an agenda"
# Of each state: more is nothing that one meeting hears, and those behind come up as others are booked.
MOST = 100
NOT_NOW = "It cannot be put on this agenda where it is now."


@dataclass(frozen=True)
class Candidate:
    """A case that may be put on an agenda. `booked` is the day on which it stands on another one of the same kind of
    meeting; None: on none. `missing` names the answers that are asked for then and that it does not have yet.
    """

    case: Case
    booked: date | None
    missing: tuple[str, ...]


class Candidates:
    """The cases that wait for the meetings of one site."""

    def __init__(
        self,
        site: Site,
        changes: Changes,
        accesses: Accesses,
        finder: Callable[..., AbstractContextManager[Finder]],
    ) -> None:
        self._site = site
        self._changes = changes
        self._accesses = accesses
        self._finder = finder

    def of(self, meeting: Meeting, by: Actor) -> list[Candidate]:
        """The cases that `by` may put on the agenda of a meeting: first those that stand on no such agenda, by number.

        That they are shown is kept.
        """
        with self._finder("") as finder:
            cases = [one for state in sorted(meeting.kind.states) for one in self._at(finder, meeting, state, by)]
            now = self._site.clock.now()
            found = [one for case, seen in finder.seen(cases) if (one := _candidate(meeting, case, seen, by, now))]
        self._accesses.note_accesses([one.case.id for one in found], by, CANDIDATES)
        return sorted(found, key=lambda one: (one.booked is not None, one.booked or date.min, one.case.id))

    def _at(self, finder: Finder, meeting: Meeting, state: str, by: Actor) -> tuple[Case, ...]:
        wanted = CasesWanted(process=meeting.process.name, state=state, open_only=True)
        return finder.cases(wanted, by, MOST, "").items

    def book(self, meeting: Meeting, case: int, by: Actor, idempotency_key: str | None = None) -> Refusal | None:
        """Put a case on the agenda of a meeting; why that cannot be. One that stands there already stays as it is.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """

        def work(tx: Transaction) -> None:
            held = tx.hold_for(case, by)
            process, before = held.process, held.snapshot
            if _is_on(meeting, process, before):
                return
            event = _event(meeting, process, before)
            if event is None or event.by == frozenset():
                raise TakenBack(Refusal(Code.NO_SUCH_EVENT, NOT_NOW))
            data = _answers(meeting, process, event, before, tx.now)
            refusal = Choosing(tx.connection, self._site.catalogue, tx.now, holds=True).refused(
                process, event.name, before, data, by
            )
            if refusal is not None:
                raise TakenBack(refusal)
            self._changes.fire_in(tx, held, event.name, by, data, idempotency_key=idempotency_key)

        done = self._site.change(work)
        return done if isinstance(done, Refusal) else None


def _candidate(
    meeting: Meeting, case: Case, seen: tuple[Process, Snapshot], by: Actor, now: datetime
) -> Candidate | None:
    process, snapshot = seen
    event = _event(meeting, process, snapshot)
    if event is None or not may(by, Action.FIRE, process, snapshot, event) or _is_on(meeting, process, snapshot):
        return None
    per = process.meetings[meeting.kind.name].per
    if per and snapshot.data.get(per) not in (None, "", meeting.series):
        return None
    known = _answers(meeting, process, event, snapshot, now)
    asked = asked_now(process, event.form, view_of(snapshot, now))
    missing = tuple(
        process.title_of("fields", name) for name, required in asked.items() if required and name not in known
    )
    days = [one.day for one in bookings(process, snapshot) if one.meeting == meeting.kind.name]
    return Candidate(case, date.fromisoformat(days[0]) if days else None, missing)


def _event(meeting: Meeting, process: Process, case: Snapshot) -> Event | None:
    """What books a case on such a meeting where it is, by the version that it follows."""
    kind = process.meetings.get(meeting.kind.name)
    return process.event(case.state, kind.booked_by) if kind and kind.booked_by and case.state else None


def _is_on(meeting: Meeting, process: Process, case: Snapshot) -> bool:
    return Booking(meeting.kind.name, meeting.series, meeting.day) in bookings(process, case)


def _answers(meeting: Meeting, process: Process, event: Event, case: Snapshot, now: datetime) -> Mapping[str, Any]:
    """What the form of the event is answered with: the meeting, and else what the case has already."""
    kind = process.meetings[meeting.kind.name]
    asked = asked_now(process, event.form, view_of(case, now))
    kept = {name: case.data[name] for name in asked if case.data.get(name) not in (None, "", [])}
    series = {kind.per: meeting.series} if kind.per and kind.per in asked else {}
    return kept | series | {kind.date: meeting.value_in(process)}
