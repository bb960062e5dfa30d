"""Lines: what is due from somebody for a run of days, exactly, and rounded once a line. Pure.

A line stands for the days of one case in one year with one figure. Nothing is guessed: what is missing is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from engine.calendars.calendar import ONE_DAY, WEEKDAYS, Span
from engine.calendars.duration import add_to_day
from engine.calendars.years import Year, days_between
from engine.case.charges.allowance import standing
from engine.case.charges.courses import Course, began_on, has_been, is_within, limits_of, spans_of
from engine.case.charges.gaps import Gap, Lack, joined
from engine.case.charges.ledger import Ledger, is_moving
from engine.process.charges import BY_WEEKS, WEEKS_OF_A_YEAR, YEARLY, Charge, Rate

_WEEK = timedelta(weeks=1)
# No week stands with a day that lies further before it: no holiday is longer.
_LONGEST = timedelta(weeks=26)


class Key(NamedTuple):
    """What lines are told apart by: a case, what it is charged for, the year, and the amount (smaller units)."""

    case: int
    rate: str
    year: str
    figure: int


@dataclass(frozen=True, order=True)
class Line:
    """So many days, or weeks, of a case at an amount: of a year that is spread over `divisor`, or a day's (0).

    `due` in smaller units, rounded half up.
    """

    key: Key
    count: int
    divisor: int
    due: int
    first: date
    last: date


@dataclass(frozen=True)
class Due:
    """What is due for a run of days: lines in order, the days that each case was charged for, and what is missing."""

    lines: tuple[Line, ...]
    days: dict[int, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    @property
    def total(self) -> int:
        """The sum of the lines, in smaller units."""
        return sum(line.due for line in self.lines)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.gaps


def due(ledger: Ledger, charge: Charge, owner: str, span: Span) -> Due:
    """What is due from somebody for the days of a span."""
    return _Sum(ledger, charge, owner, span).due()


def half_up(amount: Fraction) -> int:
    """The whole number that is nearest; half way between two the greater one."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


@dataclass
class _Part:
    """A line that days are added to."""

    divisor: int
    first: date
    last: date
    count: int = 0

    def add(self, day: date, count: int) -> None:
        self.first, self.last, self.count = min(self.first, day), max(self.last, day), self.count + count


class _Sum:
    def __init__(self, ledger: Ledger, charge: Charge, owner: str, span: Span) -> None:
        self._ledger, self._charge, self._owner = ledger, charge, owner
        self._span = Span(max(span.first, charge.since), span.last)
        self._parts = dict[Key, _Part]()
        self._days = dict[int, int]()
        self._gaps = set[Gap]()
        asked = [one for rate in charge.rates.values() for one in (rate.when, rate.amount) if one]
        self._quotas = [one for name, one in ledger.charging.quotas.items() if any(name in e.names for e in asked)]
        self._moves = any(is_moving(one) for one in asked)
        # What was found for the last day, for as long as nothing changes.
        self._last: tuple[object, list[tuple[Rate, int]]] = (None, [])
        self._when: tuple[object, bool, frozenset[str] | None] = (None, False, None)

    def due(self) -> Due:
        for course in self._ledger.of_owner(self._charge.to, self._owner):
            if has_been(course, self._charge.stretch):
                self._take(course)
        lines = sorted(self._line(key, part) for key, part in self._parts.items())
        return Due(tuple(line for line in lines if line.due), self._days, tuple(joined(self._gaps)))

    def _line(self, key: Key, part: _Part) -> Line:
        amount = Fraction(part.count * key.figure) * self._charge.share / (part.divisor or 1)
        return Line(key, part.count, part.divisor, half_up(amount), part.first, part.last)

    def _take(self, course: Course) -> None:
        first, last = limits_of(course, self._charge.stretch)
        if last and last < (began := first or began_on(course, self._charge.stretch)):
            # Whenever it was, somebody has to say what was meant before anybody is charged.
            self._gaps.add(Gap(Lack.ORDER, self._charge.stretch.last, last, began, case=course.case))
            return
        for span in charged_spans(self._ledger, self._charge, course):
            for day, weeks in self._counted(course, span):
                self._charge_day(course, day, weeks)

    def _counted(self, course: Course, span: Span) -> Iterator[tuple[date, int]]:
        """The charged days of a span that lie in the days asked for, each with the complete weeks that end with it."""
        asked = Span(max(span.first, self._span.first), min(span.last, self._span.last))
        if self._charge.spread != BY_WEEKS:
            yield from ((day, 0) for day in days_between(asked.first, asked.last) if self._is_charged(course, day))
            return
        yield from ((day, count) for day, count in self._weeks(course, span, asked.last).items() if day in asked)

    def _weeks(self, course: Course, span: Span, last: date) -> dict[date, int]:
        """The charged days of a span, each with the complete weeks whose last charged day it is. A week without any
        stands with the one before it.
        """
        until = min(span.last, last + _LONGEST)
        weeks = dict.fromkeys((day for day in days_between(span.first, until) if self._is_charged(course, day)), 0)
        for number in range((until - span.first + ONE_DAY).days // 7 if weeks else 0):
            end = span.first + (number + 1) * _WEEK
            weeks[max((day for day in weeks if day < end), default=min(weeks))] += 1
        return weeks

    def _is_charged(self, course: Course, day: date) -> bool:
        """Whether a day is one on which a case is charged, as far as that is known."""
        charge, ledger = self._charge, self._ledger
        year = ledger.year(day) if charge.closed_is_charged else None
        was_counted = year is not None and ledger.counted_first(charge.days, day, year)
        if not (was_counted or ledger.counts(charge.days, day)):
            return False
        is_theirs, wanted = self._whose(course, day)
        if not is_theirs or (wanted is not None and WEEKDAYS[day.weekday()][:3] not in wanted):
            return False
        held = True if charge.only is None else ledger.truth(charge.only, course, day, {})
        if isinstance(held, list):
            self._gaps |= set(held)
        return held is True

    def _whose(self, course: Course, day: date) -> tuple[bool, frozenset[str] | None]:
        """Whether a case is theirs on a day, and on which days of the week it is charged."""
        charge, stamp = self._charge, (course.case, self._ledger.turn(course, day), self._ledger.year(day))
        if self._when[0] != stamp or (charge.on and is_moving(charge.on)):
            is_theirs = course.value(charge.to, day) == self._owner
            self._when = (stamp, is_theirs, self._ledger.weekdays(charge.on, course, day))
        return self._when[1:]

    def _charge_day(self, course: Course, day: date, weeks: int) -> None:
        year = self._ledger.year(day)
        if year is None:
            calendar = self._ledger.process.calendar
            self._gaps.add(Gap(Lack.CALENDAR, calendar.name if calendar else "", day, day))
            return
        self._days[course.case] = self._days.get(course.case, 0) + 1
        under = self._under(course, day)
        for rate, amount in [] if under is None else self._amounts(course, day, year, under):
            by_weeks = self._charge.spread == BY_WEEKS and rate.per == YEARLY
            if count := weeks if by_weeks else 1:
                part = Key(course.case, rate.name, year.label, amount)
                self._parts.setdefault(part, _Part(self._divisor(rate, year), day, day)).add(day, count)

    def _amounts(self, course: Course, day: date, year: Year, under: Mapping[str, bool]) -> list[tuple[Rate, int]]:
        """The lines that a case is charged on a day, each with its amount."""
        stamp = (course.case, self._ledger.turn(course, day), year, tuple(under.items()))
        if self._last[0] == stamp:
            return self._last[1]
        known, found = len(self._gaps), list[tuple[Rate, int]]()
        for rate in self._charge.rates.values():
            amount = self._amount(course, day, rate, under)
            found += [] if amount is None else [(rate, amount)]
        # A gap is told of each day on which it is one.
        self._last = (None if self._moves or len(self._gaps) > known else stamp, found)
        return found

    def _amount(self, course: Course, day: date, rate: Rate, under: Mapping[str, bool]) -> int | None:
        holds = rate.when is None or self._ledger.truth(rate.when, course, day, under)
        amount = self._ledger.amount(rate.amount, course, day, under) if holds is True else holds
        if isinstance(amount, list):
            self._gaps |= set(amount)
        return amount if holds is True and isinstance(amount, int) else None

    def _divisor(self, rate: Rate, year: Year) -> int:
        if rate.per != YEARLY:
            return 0
        if self._charge.spread == BY_WEEKS:
            return WEEKS_OF_A_YEAR
        return self._charge.divisor or self._ledger.days_in(self._charge.days, year)

    def _under(self, course: Course, day: date) -> dict[str, bool] | None:
        """Whether the case is under each quota that lines ask for; None where that is not known."""
        found = dict[str, bool]()
        for quota in self._quotas:
            owner = course.value(quota.of, day)
            held = standing(self._ledger, quota, owner, self._charge.days, day).of(course.case, day)
            if isinstance(held, list):
                self._gaps |= set(held)
                return None
            found[quota.name] = held
        return found


def charged_spans(ledger: Ledger, charge: Charge, course: Course) -> list[Span]:
    """From when to when a case is charged; with the notice where it ended in a state that asks for that."""
    spans = spans_of(course, charge.stretch)
    notice = charge.notice
    if notice and spans and spans[-1].last < date.max and is_within(course.state, notice.within):
        spans[-1] = replace(spans[-1], last=add_to_day(notice.length, spans[-1].last, ledger.process.calendar))
    return spans
