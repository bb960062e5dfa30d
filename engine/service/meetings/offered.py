"""Offered: the meetings to choose from where the form of an event says at which one a case is heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.timing import MeetingKind
from engine.service.meetings.meeting import Meeting, Reading
from engine.service.processes.catalogue import Catalogue
from engine.store import meetings as store

NOT_PLANNED = "No such meeting is planned then: it was moved or cancelled, or it hears others. Choose another one."


def offered(connection: Connection, reading: Reading, process: Process, kind: MeetingKind, by: Actor) -> list[Meeting]:
    """The meetings of a kind that somebody sees, from today on, the earliest first."""
    today = process.today(reading.now).isoformat()
    found = reading.told(store.find_meetings(connection, today, date.max.isoformat(), reading.sight(by)))
    return [one for one in found if (one.process.name, one.kind.name) == (process.name, kind.name)]


class Choosing:
    """What is chosen from the meetings at an instant (aware); `holds`: what was chosen stays until the end."""

    def __init__(self, connection: Connection, catalogue: Catalogue, now: datetime, *, holds: bool = False) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._now = now
        self._holds = holds

    def refused(
        self, process: Process, event: str, case: Snapshot | None, given: Mapping[str, Any], by: Actor
    ) -> Refusal | None:
        """Why a case cannot be booked as it was answered on a page; None where it can, or nothing is booked.

        Where meetings were there to choose from, the case is heard at one of them or nowhere.
        """
        for kind in process.meetings.values():
            chosen = str(given.get(kind.date) or "")
            if kind.booked_by == event and chosen and not self._is_planned(process, kind, case, given, by):
                return Refusal(Code.FORM, NOT_PLANNED, fields={kind.date: NOT_PLANNED})
        return None

    def _is_planned(
        self, process: Process, kind: MeetingKind, case: Snapshot | None, given: Mapping[str, Any], by: Actor
    ) -> bool:
        # Only here: most events book nothing.
        reading = Reading(self._connection, self._catalogue, self._now)
        ahead = offered(self._connection, reading, process, kind, by)
        known = {**(case.data if case else {}), **given}
        wanted = str(known.get(kind.per) or "") if kind.per else "", _value(str(given[kind.date]))
        found = [one for one in ahead if (one.series, one.value_in(process)) == wanted]
        return not ahead or any(self._stays(reading, one) for one in found)

    def _stays(self, reading: Reading, meeting: Meeting) -> bool:
        """Whether a meeting is still as it was read."""
        # Who moves or cancels it meanwhile waits, and finds the case on its agenda.
        if not self._holds:
            return True
        now = reading.tell(store.share_meeting(self._connection, meeting.id))
        return now is not None and (now.agenda, now.begins) == (meeting.agenda, meeting.begins)


def _value(text: str) -> str:
    """A day, or a day and a time, as meetings write it."""
    return text.strip().replace(" ", "T")[:16]
