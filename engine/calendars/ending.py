"""Ending: that a calendar ends soon or has ended, and what is said of days beyond. Pure: today is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendars.calendar import Calendar
from engine.source.words import said_day

# Three months: schools know their next year by then, and the dates of a programme begun today still lie within it.
SOON = timedelta(days=90)
_COUNTED = (
    "every weekday that is no bank holiday counts as a school day, a half term as seven weeks, a term as fourteen."
)
ROUGHLY = "roughly"
MEND = "Add the next years to it."


def is_beyond(calendar: Calendar | None, day: date) -> bool:
    """Whether a day lies after the last one that is written down: what is counted by the calendar is rough there."""
    return calendar is not None and day > calendar.ends


def roughly(said: str, *, is_rough: bool) -> str:
    """A date in words, as people are told it: with the word beside it where it was counted beyond the calendar."""
    return f"{ROUGHLY} {said}" if is_rough and said else said


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
        said = f"The calendar {calendar.title} ends on {end}. Dates beyond it are counted roughly: {_COUNTED}"
        return Ending(calendar.name, "A calendar ends soon", said)
    said = f"The calendar {calendar.title} ended on {end}. Since then dates are counted roughly: {_COUNTED}"
    return Ending(calendar.name, "A calendar has ended", said)
