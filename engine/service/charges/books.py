"""Books: the cases, figures and calendars that charges are worked out of, as they were known at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from sqlalchemy import Connection

from engine.calendars.calendar import Calendar
from engine.calendars.years import WITH_CALENDAR, years_of
from engine.case.charges.courses import course_of
from engine.case.charges.figures import Figures
from engine.case.charges.ledger import Ledger
from engine.case.time.instants import to_text
from engine.process.charges import Charging
from engine.process.definition import Process
from engine.service.processes.texts import published_calendar
from engine.source.fault import Invalid
from engine.store.cases.history import histories_of
from engine.store.processes import calendar_editions


class NoCharges(Invalid):
    """The process charges nobody, or has no charge of this name."""


def charging_of(process: Process) -> Charging:
    """What a process says of charges.

    Raises:
        NoCharges: it says nothing.
    """
    if process.charging is None or not process.charging.charges:
        raise NoCharges(f"{process.title} charges nobody.")
    return process.charging


def ledger_of(
    connection: Connection,
    process: Process,
    figures: Figures,
    *,
    as_of: datetime | None = None,
    owner: str | None = None,
) -> Ledger:
    """What charges of a process are worked out of: all of its cases, or those of one organisation.

    `as_of` (aware): as it was known at that instant.
    """
    until = to_text(as_of) if as_of else ""
    courses = []
    for case, entries in histories_of(connection, process.name, owner):
        known = [one for one in entries if not until or one.recorded <= until]
        if course := course_of(process, case, known):
            courses.append(course)
    known_figures = figures.known_by(until) if until else figures
    return Ledger(process, charging_of(process), tuple(courses), known_figures, _editions(connection, process))


def _editions(connection: Connection, process: Process) -> Mapping[str, Calendar]:
    """For each year that the calendar writes down the edition that was in force on its first day, or else the first one
    that wrote it down: what a year was divided by is never another number.
    """
    calendar = process.calendar
    if calendar is None or process.charging is None or process.charging.year_begins != WITH_CALENDAR:
        return {}
    known = [
        (at, published_calendar(one.text, calendar.name)) for at, one in calendar_editions(connection, calendar.name)
    ]
    found = dict[str, Calendar]()
    for year in years_of(calendar):
        begins = to_text(datetime.combine(year.first, time(), process.zone))
        writing = [(at, one) for at, one in known if any(other.label == year.label for other in years_of(one))]
        before = [one for at, one in writing if at <= begins]
        if writing:
            found[year.label] = before[-1] if before else writing[0][1]
    return found
