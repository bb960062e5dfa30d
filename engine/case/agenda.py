"""Agenda: at which meetings a case is to be heard. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.snapshot import Snapshot
from engine.process.definition import Process


@dataclass(frozen=True)
class Booking:
    """A case stands on the agenda of a kind of meeting, in a series (empty where there is one), on a day."""

    meeting: str
    series: str
    day: str


def bookings(process: Process, case: Snapshot) -> list[Booking]:
    """Where the case stands on an agenda now. `day` is an ISO date on the wall clock of the process."""
    if not process.meetings or case.ended or not case.state:
        return []
    around = {state.name for state in process.around(case.state)}
    return [
        Booking(kind.name, str(case.data.get(kind.per) or ""), str(case.data[kind.date])[:10])
        for kind in process.meetings.values()
        if kind.state in around and case.data.get(kind.date)
    ]
