"""Years: in which year a day lies, from when to when it goes, and what it is called. Pure.

A year begins as the calendar writes its years down, or with January or April. Beyond what a calendar writes down there
is none: money is not counted roughly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.calendars.calendar import ONE_DAY, Calendar

WITH_CALENDAR, JANUARY, APRIL = "calendar", "january", "april"
BEGINNINGS = (WITH_CALENDAR, JANUARY, APRIL)
_MONTHS = {JANUARY: 1, APRIL: 4}


@dataclass(frozen=True, order=True)
class Year:
    """A year from its first to its last day, and what it is called: `2024-25`, or `2024` where it begins in January."""

    first: date
    last: date
    label: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        """Each of its days."""
        return days_between(self.first, self.last)


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last one."""
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def year_of(day: date, begins: str, calendar: Calendar | None) -> Year | None:
    """The year of a day; None where the calendar writes none down."""
    if begins != WITH_CALENDAR:
        return _by_month(day, _MONTHS[begins])
    return next((year for year in years_of(calendar) if day in year), None) if calendar else None


def year_called(label: str, begins: str, calendar: Calendar | None) -> Year | None:
    """The year that is called so; None where there is none."""
    if begins == WITH_CALENDAR:
        return next((year for year in years_of(calendar) if year.label == label), None) if calendar else None
    if not label[:4].isdecimal() or not label[:4].isascii() or int(label[:4]) == 0:
        return None
    found = _by_month(date(int(label[:4]), _MONTHS[begins], 1), _MONTHS[begins])
    return found if found.label == label else None


def years_of(calendar: Calendar) -> list[Year]:
    """The years that a calendar writes down, in order. Each goes on until the next one, the last to its last term."""
    firsts = dict[str, date]()
    for span, label in zip(calendar.terms, calendar.labels, strict=False):
        firsts.setdefault(label.rpartition(",")[0], span.first)
    begun = [*firsts.items(), ("", calendar.ends + ONE_DAY)]
    return [Year(first, then - ONE_DAY, label) for (label, first), (_, then) in itertools.pairwise(begun)]


def _by_month(day: date, month: int) -> Year:
    began = day.year - (day.month < month)
    # The last year that can be counted has no next one.
    last = date(began + 1, month, 1) - ONE_DAY if began < date.max.year else date.max
    return Year(date(began, month, 1), last, f"{began}" if month == 1 else f"{began}-{(began + 1) % 100:02}")
