"""Recurrence: days that come again and again: the same days of each week, or one day of each half term or term. Pure.

Each is found by the calendar alone, never by counting from the one before it: a holiday that is moved moves the days
that come after it, and none of them is lost or doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.calendars.calendar import ONE_DAY, WEEKDAYS, Calendar
from engine.calendars.duration import Duration, add_to_day


@dataclass(frozen=True)
class Recurrence:
    """Either `weekdays` (`monday` to `sunday`), all of them or those `in_term`; or one day of each `run`.

    Of a run it is the last school day, or `before_end` before it, but never a day before its first school day.
    """

    weekdays: frozenset[str] = frozenset()
    in_term: bool = False
    run: str = ""
    before_end: Duration | None = None

    @property
    def needs_calendar(self) -> bool:
        """Whether terms or half terms are asked for."""
        return self.in_term or bool(self.run)

    @property
    def weekly(self) -> str:
        """Its days of the week in words: `every Monday and Thursday in term`."""
        said = " and ".join(day.capitalize() for day in WEEKDAYS if day in self.weekdays)
        return f"every {said}{' in term' if self.in_term else ''}"

    def after(self, day: date, calendar: Calendar | None) -> Iterator[date]:
        """Its days after `day`, one after the other, without end.

        Raises:
            ValueError: it needs a calendar that is not there.
        """
        if calendar is None and self.needs_calendar:
            raise ValueError("terms need a calendar")
        return self._of_runs(day, calendar) if calendar and self.run else self._of_weeks(day, calendar)

    def _of_weeks(self, day: date, calendar: Calendar | None) -> Iterator[date]:
        while True:
            day += ONE_DAY
            if WEEKDAYS[day.weekday()] in self.weekdays and not (
                self.in_term and calendar and not calendar.in_term(day)
            ):
                yield day

    def _of_runs(self, day: date, calendar: Calendar) -> Iterator[date]:
        run = calendar.run_of(self.run, day)
        while True:
            end = add_to_day(self.before_end.times(-1), run.last, calendar) if self.before_end else run.last
            if (found := max(end, run.first)) > day:
                yield found
            run = calendar.run_of(self.run, run.last + ONE_DAY)
