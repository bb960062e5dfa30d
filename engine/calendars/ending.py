"""Ending: that a calendar ends soon, or has ended, and what follows from it. Pure: today is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendars.calendar import Calendar
from engine.source.words import said_day

# Three months: schools know their next year by then, and the dates of a programme begun today still lie within it.
SOON = timedelta(days=90)
_ROUGHLY = (
    "every weekday that is no bank holiday counts as a school day, a half term as seven weeks, a term as fourteen."
)
MEND = "Add the next years to it."


@dataclass(frozen=True)
class Ending:
    """What is told of a calendar: `subject` in a few words, `said` in a sentence or two. The same on every day before
    its end, and on every day after it.
    """

    calendar: str
    subject: str
    said: str


def ending(calendar: Calendar, today: date) -> Ending | None:
    """What there is to tell: from 90 days before the last day that is written down on; None before that."""
    if today <= calendar.ends - SOON:
        return None
    end = said_day(calendar.ends)
    if today <= calendar.ends:
        said = f"The calendar {calendar.title} ends on {end}. Dates beyond it are counted roughly: {_ROUGHLY}"
        return Ending(calendar.name, "A calendar ends soon", said)
    said = f"The calendar {calendar.title} ended on {end}. Since then dates are counted roughly: {_ROUGHLY}"
    return Ending(calendar.name, "A calendar has ended", said)
