"""Calendar: which days are school days, and where terms and half terms begin and end. Pure.

A half term is a run of teaching between two holidays; a term of two halves counts as two, one
without a half-term holiday as one. Beyond the years that are written down every weekday that is no
bank holiday counts as a school day, a half term as seven weeks and a term as fourteen: a date that
is a little off can be mended, a review that is never raised cannot.
"""

from __future__ import annotations

import calendar as months
import functools
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
HALF_TERM_WEEKS, TERM_WEEKS = 7, 14
RUNS = ("half term", "term")
# A century: whoever counts walks from day to day.
_COUNTED_DAYS = 36_525
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = tuple(name.lower() for name in months.month_name)
_WHICH = ("first", "second", "third", "fourth", "last")
NAMED_DAY = re.compile(rf"({'|'.join(_WHICH)}) ({'|'.join(WEEKDAYS)}) of ({'|'.join(_MONTHS[1:])})")


@dataclass(frozen=True, order=True)
class Span:
    """A run of days, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """A school calendar.

    `terms` and `half_terms` are in order and do not overlap. `closed` are further days without
    school. `country` and `subdivision` name the bank holidays of the `holidays` package.
    `days` are named days of every year, such as `last friday of june`. `labels` say what each term is called.
    """

    name: str
    title: str
    terms: tuple[Span, ...]
    half_terms: tuple[Span, ...]
    closed: frozenset[date] = frozenset()
    country: str = ""
    subdivision: str = ""
    days: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    # Every duration asks day by day, and the holidays library is slow: a calendar is immutable, so answers stay.
    _school_days: dict[date, bool] = field(default_factory=dict, compare=False, repr=False)

    @property
    def ends(self) -> date:
        """The last day that is written down."""
        return self.terms[-1].last

    def is_school_day(self, day: date) -> bool:
        """Whether there is school on `day`."""
        known = self._school_days.get(day)
        if known is None:
            known = self._school_days[day] = self._is_school_day(day)
        return known

    def _is_school_day(self, day: date) -> bool:
        if day.weekday() > 4 or day in self.closed or day in self._bank_holidays(day.year):
            return False
        return self.in_term(day)

    def in_term(self, day: date) -> bool:
        """Whether a day lies between the first and the last day of a half term; beyond what is written down always."""
        return any(day in span for span in self.half_terms) if self._is_written(day) else True

    def _is_written(self, day: date) -> bool:
        return self.terms[0].first <= day <= self.terms[-1].last

    def look_up(self, year: int) -> None:
        """Look the bank holidays of a year up. The first time in a program that takes long: here it is a good time."""
        self._bank_holidays(year)

    def _bank_holidays(self, year: int) -> frozenset[date]:
        return bank_holidays(self.country, self.subdivision, year) if self.country else frozenset()

    def add_school_days(self, day: date, count: int) -> date:
        """The `count`-th school day after `day`; before it where `count` is negative."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_school_day(day)
        return day

    def school_days_between(self, first: date, last: date) -> int:
        """How many school days lie after `first`, up to and with `last`; less than none where that is earlier.

        Raises:
            OverflowError: more than a hundred years lie between them.
        """
        if last < first:
            return -self.school_days_between(last, first)
        if (last - first).days > _COUNTED_DAYS:
            raise OverflowError("more than a hundred years")
        return sum(self.is_school_day(first + count * ONE_DAY) for count in range(1, (last - first).days + 1))

    def roll(self, day: date, step: int) -> date:
        """`day` itself if it is a school day, else the nearest one after (1) or before (-1)."""
        while not self.is_school_day(day):
            day += step * ONE_DAY
        return day

    def rolled(self, day: date, how: str) -> date:
        """`day` moved off a day without school: `forward`, `back`, or `none` to leave it."""
        return day if how == "none" else self.roll(day, 1 if how == "forward" else -1)

    def add_half_terms(self, day: date, count: int) -> date:
        """The first school day of the `count`-th half term that begins after `day`; before it where negative."""
        return self._beginning(self.half_terms, day, count, HALF_TERM_WEEKS)

    def add_terms(self, day: date, count: int) -> date:
        """The first school day of the `count`-th term that begins after `day`; before it where negative."""
        return self._beginning(self.terms, day, count, TERM_WEEKS)

    def run_of(self, run: str, day: date) -> Span:
        """The `half term` or `term` of a day."""
        return self.half_term_of(day) if run == RUNS[0] else self.term_of(day)

    def half_term_of(self, day: date) -> Span:
        """The half term that runs on a day, from its first to its last school day; in a holiday the next one."""
        return self._running(self.half_terms, day, HALF_TERM_WEEKS)

    def term_of(self, day: date) -> Span:
        """The term that runs on a day, from its first to its last school day; in a holiday the next one."""
        return self._running(self.terms, day, TERM_WEEKS)

    def _running(self, spans: tuple[Span, ...], day: date, weeks: int) -> Span:
        known = next((taught for span in spans if day <= (taught := self._taught(span)).last), None)
        if known and day >= spans[0].first:
            return known
        # Beyond what is written down they follow each other without holidays, counted from where it begins or ends.
        length, edge = timedelta(weeks=weeks), spans[0].first if known else spans[-1].last + ONE_DAY
        first = edge + (day - edge) // length * length
        found = self._taught(Span(first, first + length - ONE_DAY))
        return found if day <= found.last else self._running(spans, first + length, weeks)

    def _taught(self, span: Span) -> Span:
        return Span(self.roll(span.first, 1), self.roll(span.last, -1))

    def term_name(self, day: date) -> str:
        """What the term of a day is called: `2024-25, term 2`; beyond what is written down, by when it begins."""
        span = self.term_of(day)
        known = [label for one, label in zip(self.terms, self.labels, strict=False) if span.first in one]
        return known[0] if known else f"Term from {span.first.isoformat()}"

    def _beginning(self, spans: tuple[Span, ...], day: date, count: int, weeks: int) -> date:
        return (self._nth_beginning if count > 0 else self._nth_beginning_before)(spans, day, abs(count), weeks)

    # Both by the first school day, for a holiday may end on a Friday and the next half term begin on the Saturday.
    def _nth_beginning_before(self, spans: tuple[Span, ...], day: date, count: int, weeks: int) -> date:
        length = timedelta(weeks=weeks)
        # After all that is written down they are counted roughly, by weeks, back to where the known ones end.
        after = min(count, max(0, (day - self.ends - ONE_DAY) // length))
        day -= after * length
        known = [span.first for span in reversed(spans) if self.roll(span.first, 1) < day][: count - after]
        return self.roll((known[-1] if known else day) - (count - after - len(known)) * length, 1)

    def _nth_beginning(self, spans: tuple[Span, ...], day: date, count: int, weeks: int) -> date:
        length = timedelta(weeks=weeks)
        # Before all that is written down they are counted roughly, by weeks, up to where the known ones begin.
        before = min(count, max(0, -((day - self.terms[0].first) // length)))  # how many begin before all that is known
        day += before * length
        known = [span.first for span in spans if self.roll(span.first, 1) > day][: count - before]
        return self.roll((known[-1] if known else day) + (count - before - len(known)) * length, 1)

    def next_day(self, name: str, day: date) -> date:
        """The first day called `name` on or after `day`."""
        rule = dict(self.days)[name]
        this_year = named_day(rule, day.year)
        return this_year if this_year >= day else named_day(rule, day.year + 1)


@functools.cache
def bank_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The public holidays of a country (ISO 3166) and part of it, in one year."""
    # It takes long to import, and many calendars name no country.
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def named_day(rule: str, year: int) -> date:
    """The day in `year` that a rule such as `last friday of june` names.

    Raises:
        ValueError: the rule is not of that form.
    """
    found = NAMED_DAY.fullmatch(rule)
    if not found:
        raise ValueError(f"{rule!r} does not name a day")
    weekday, month = WEEKDAYS.index(found[2]), _MONTHS.index(found[3])
    length = months.monthrange(year, month)[1]
    days = [day for day in range(1, length + 1) if date(year, month, day).weekday() == weekday]
    return date(year, month, days[-1] if found[1] == "last" else days[_WHICH.index(found[1])])
