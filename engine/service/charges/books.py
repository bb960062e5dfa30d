"""Books: the cases, figures and calendars that charges are worked out of, as they were known at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from sqlalchemy import Connection

from engine.calendars.calendar import Calendar
from engine.calendars.years import WITH_CALENDAR, years_of
from engine.case.charges.courses import course_of
from engine.case.charges.figures import Figure, Figures
from engine.case.charges.ledger import Ledger
from engine.case.time.instants import to_text
from engine.process.charges import Charging, FigureKind
from engine.process.definition import Process
from engine.process.register import rows_named
from engine.service.lists.finder import Finder
from engine.service.lists.values import RowValues, values_in
from engine.service.processes.catalogue import Catalogue
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


def figures_of_registers(
    finder: Finder, catalogue: Catalogue, process: Process, as_of: datetime | None = None
) -> Figures:
    """The figures that rows of registers give, as they were known at an instant (aware; None: now). Of two rows for the
    same the one that was added later holds.
    """
    found = list[Figure]()
    for kind in (one for one in charging_of(process).figures.values() if one.register):
        register = catalogue.newest(finder.connection, rows_named(process.name, kind.register), finder.now)
        for row in values_in(finder, register, as_of):
            found += _given(process, kind, row)
    return Figures(tuple(found))


def _given(process: Process, kind: FigureKind, row: RowValues) -> list[Figure]:
    """What a row gives of a figure; one that has ended gives none from that day on, and none for its year."""
    latest = {name: held[-1].value for name, held in row.values.items() if held}
    whose = {process.organisation: row.organisation}
    said = [latest.get(name, whose.get(name)) for name in kind.by]
    if None in said:
        return []
    keys, held = tuple(map(str, said)), row.values.get(kind.field, ())
    if kind.per_year:
        is_there = row.ended is None and latest.get("year") is not None
        return [Figure(kind.name, keys, one.value, year=str(latest["year"])) for one in held] if is_there else []
    found = [Figure(kind.name, keys, one.value, one.day) for one in held]
    return [*found, Figure(kind.name, keys, None, row.ended)] if row.ended else found


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
