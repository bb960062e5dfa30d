"""Ledger: all that charges are worked out of, and what an expression comes to in a case on a day. Pure."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from engine.calendars.calendar import Calendar
from engine.calendars.years import WITH_CALENDAR, Year, year_of, years_of
from engine.case.charges.courses import Course
from engine.case.charges.figures import Figures, Keys
from engine.case.charges.gaps import Gap, Lack
from engine.process.charges import Charging, FigureKind, is_counted
from engine.process.definition import Process
from engine.process.language.expressions import Expression, Language, View

_NOON = time(12)
# A part that was divided in an expression is a number of a computer; what was meant has no longer denominator.
_FINEST = 10_000


@dataclass(frozen=True)
class Ledger:
    """The cases of a process with their courses, the figures, and for each year the calendar of its first day; of a
    year that is not among `editions` the one of the process.
    """

    process: Process
    charging: Charging
    courses: tuple[Course, ...]
    figures: Figures = field(default_factory=Figures)
    editions: Mapping[str, Calendar] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def year(self, day: date) -> Year | None:
        """The year of a day; None beyond what the calendar writes down."""
        if day not in self._years:
            self._years[day] = self._year(day)
        return self._years[day]

    def _year(self, day: date) -> Year | None:
        calendar = self.process.calendar
        if self.charging.year_begins != WITH_CALENDAR or calendar is None:
            return year_of(day, self.charging.year_begins, calendar)
        written: list[Year] = self.once("years", lambda: years_of(calendar))
        return next((year for year in written if day in year), None)

    def edition(self, year: Year) -> Calendar | None:
        """The calendar that was in force on the first day of a year."""
        return self.editions.get(year.label, self.process.calendar)

    def counts(self, days: str, day: date) -> bool:
        """Whether a day is counted, by what is known of it now."""
        return is_counted(days, day, self.process.calendar)

    def counted_first(self, days: str, day: date, year: Year) -> bool:
        """The same by what was known when its year began."""
        return is_counted(days, day, self.edition(year))

    def days_in(self, days: str, year: Year) -> int:
        """How many days of a year are counted, by what was known when it began."""
        return int(self.once((days, year), lambda: sum(self.counted_first(days, day, year) for day in year.days())))

    def once(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """What was worked out under a key, which is done once."""
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]

    def truth(self, asked: Expression, course: Course, day: date, under: Mapping[str, bool]) -> bool | list[Gap]:
        """Whether a condition holds in a case on a day: not where a field is empty. Gaps where a figure is."""
        found = self._value(asked, self.charging.of_charges, course, day, under)
        if found is None:
            lacking = [one for one in self._lacking(asked, course, day) if one.lack is Lack.FIGURE]
            return lacking or False
        return found is True

    def amount(self, asked: Expression, course: Course, day: date, under: Mapping[str, bool]) -> Any:
        """What an expression comes to in a case on a day; gaps where it cannot be told."""
        found = self._value(asked, self.charging.of_charges, course, day, under)
        return self._lacking(asked, course, day) if found is None else found

    def part(self, asked: Expression, course: Course, day: date) -> Fraction | list[Gap]:
        """The same as an exact number."""
        found = self.amount(asked, course, day, {})
        return found if isinstance(found, list) else exact(found)

    def weekdays(self, asked: Expression | None, course: Course, day: date) -> frozenset[str] | None:
        """The days of the week that an expression gives, by their first three letters; None where it gives none."""
        if asked is None:
            return None
        found = self._value(asked, self.charging.of_charges, course, day, {})
        return frozenset(one[:3].lower() for one in found) if found else None

    def _value(
        self, asked: Expression, language: Language, course: Course, day: date, under: Mapping[str, bool]
    ) -> Any:
        held = {name: self._held(name, course, day, under) for name in sorted(asked.names)}
        if is_moving(asked):
            return language.value(asked, self._view(course, day, held))
        key = (asked.text, course.state_on(day), course.documents, *map(repr, held.values()))
        return self.once(key, lambda: language.value(asked, self._view(course, day, held)))

    def _view(self, course: Course, day: date, held: Mapping[str, Any]) -> View:
        noon = datetime.combine(day, _NOON, self.process.zone)
        return View(held, course.state_on(day), course.documents, {}, noon, course.opened)

    def _held(self, name: str, course: Course, day: date, under: Mapping[str, bool]) -> Any:
        kind = self.charging.figures.get(name)
        if kind is not None:
            return self.figure(kind, self.keys(kind, course, day), day)
        return under.get(name) if name in self.charging.quotas else course.value(name, day)

    def keys(self, kind: FigureKind, course: Course, day: date) -> Keys:
        """For which values of its fields a figure is asked in a case on a day; an empty text for one that is empty."""
        return tuple("" if (held := course.value(name, day)) is None else str(held) for name in kind.by)

    def figure(self, kind: FigureKind, keys: Keys, day: date) -> Any:
        """The value of a figure on a day; None where none was given."""
        year = self.year(day) if kind.per_year else None
        if kind.per_year:
            return self.figures.on(kind.name, keys, day, year.label) if year else None
        return self.figures.on(kind.name, keys, day)

    def _lacking(self, asked: Expression, course: Course, day: date) -> list[Gap]:
        """What an expression names that is not known; of a figure that hangs on an empty field, that field."""
        empty = [name for name in sorted(asked.names) if self._held(name, course, day, {}) is None]
        found = list[Gap]()
        for name in (one for one in empty if one not in self.charging.quotas):
            kind = self.charging.figures.get(name)
            blank = [one for one in kind.by if course.value(one, day) is None] if kind else [name]
            found += [Gap(Lack.FIELD, one, day, day, case=course.case) for one in blank]
            if kind and not blank:
                found.append(self.lack_of(kind, self.keys(kind, course, day), day))
        # It could not be worked out though all is known: as if what it asks for were not.
        return found or [Gap(Lack.FIELD, min(asked.names, default=""), day, day, case=course.case)]

    def lack_of(self, kind: FigureKind, keys: Keys, day: date) -> Gap:
        """That a figure was not given for a day."""
        year = self.year(day) if kind.per_year else None
        return Gap(Lack.FIGURE, kind.name, day, day, keys, year.label if year else "")

    @functools.cached_property
    def _years(self) -> dict[date, Year | None]:
        return {}

    def of_owner(self, name: str, owner: str) -> list[Course]:
        """The cases in which a field names somebody on some day."""
        found: list[Course] = self.once(("owners", name), lambda: self._owned(name)).get(owner, [])
        return found

    def _owned(self, name: str) -> dict[str, list[Course]]:
        found = dict[str, list[Course]]()
        for one in self.courses:
            for owner in one.named(name):
                found.setdefault(owner, []).append(one)
        return found

    def turn(self, course: Course, day: date) -> int:
        """Which of the runs of days it is, within which nothing changes of a case and of figures, but for years."""
        return bisect_right(self.turns(course), day)

    def turns(self, course: Course) -> list[date]:
        """The days on which something of a case or of figures changes, in order."""
        found: list[date] = self.once(("turns", course.case), lambda: sorted({*course.turns, *self._changed}))
        return found

    @functools.cached_property
    def _changed(self) -> frozenset[date]:
        return frozenset(one.first for one in self.figures.given)


def is_moving(asked: Expression) -> bool:
    """Whether what an expression comes to may be another thing on another day, though nothing was written down."""
    return asked.changes_by_itself or bool(asked.questions)


def exact(value: Any) -> Fraction:
    """A number of an expression as a fraction: 3/5 where it was divided so."""
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value)).limit_denominator(_FINEST)


def owners_of(courses: Iterable[Course], name: str) -> list[str]:
    """Whom a field of the cases names on some day."""
    return sorted({owner for one in courses for owner in one.named(name) if owner is not None})
