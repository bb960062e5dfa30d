"""Charges: what a process says of allowances, of what its cases cost whom, and of the figures for that. Pure.

Money is worked out day by day, from what held on each day. What counts, and from when to when, stands in the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.calendars.calendar import Calendar
from engine.calendars.duration import Duration
from engine.process.language.expressions import Expression, Language

MARK, REFUSE = "mark", "refuse"
PROMOTE, KEEP = "promote", "keep"
YEARLY, DAILY = "year", "day"
ALL_DAYS, WEEKDAYS, SCHOOL_DAYS = "days", "weekdays", "school days"
BY_DAYS, BY_WEEKS = "days", "weeks"
WEEKS_OF_A_YEAR = 52


@dataclass(frozen=True)
class FigureKind:
    """A number or an amount that somebody gives and expressions of charges name.

    `by`: the fields whose values on a day say which of them is meant. One that is `per_year` is given for a year and
    holds for no other; else it holds from a day on until another does. Rows of a `register` give it in their `field`;
    it is given elsewhere where that is empty.
    """

    name: str
    title: str
    type: str
    by: tuple[str, ...] = ()
    per_year: bool = False
    currency: str = ""
    register: str = ""
    field: str = ""


@dataclass(frozen=True)
class Stretch:
    """From when to when a case counts: while it is `within` these states, from the day in the field `first` on (empty:
    the day it came there) up to and with the one in `last` (empty: until it left).
    """

    within: tuple[str, ...]
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Quota:
    """An allowance of whoever the field `of` names: so many cases at a time, or less where each takes another `amount`.
    Cases of which `when` is not known to hold do not count.

    `over`: further cases are marked, or no statement is made of them. `freed`: who was over it comes under it when one
    goes, or stays as it is.
    """

    name: str
    title: str
    of: str
    allowance: Expression
    stretch: Stretch
    when: Expression | None = None
    amount: Expression | None = None
    over: str = MARK
    freed: str = PROMOTE


@dataclass(frozen=True)
class Rate:
    """One line of a charge: on days on which `when` holds, so much a day, or the part of a yearly amount."""

    name: str
    title: str
    amount: Expression
    per: str
    when: Expression | None = None


@dataclass(frozen=True)
class Notice:
    """Who ends in one of these states is charged so long beyond the last day."""

    length: Duration
    within: tuple[str, ...]


@dataclass(frozen=True)
class Charge:
    """What cases cost whoever the field `to` names.

    `on`: the days of the week, empty for each; `only`: the days for which this holds. A yearly amount is spread over
    the days that its year has, over so many (`divisor`), or over complete weeks. `share` is the part that is charged.
    Days that were closed after the year began are charged where `closed_is_charged`. Nothing is before `since`.
    """

    name: str
    title: str
    to: str
    stretch: Stretch
    rates: Mapping[str, Rate]
    days: str = SCHOOL_DAYS
    on: Expression | None = None
    only: Expression | None = None
    notice: Notice | None = None
    spread: str = BY_DAYS
    divisor: int = 0
    share: Fraction = Fraction(1)
    closed_is_charged: bool = False
    since: date = date.min


@dataclass(frozen=True)
class Charging:
    """All that a process says of charges. `language` is that of figures beside fields, `of_charges` knows the quotas
    too: whether a case is under one on a day. `year_begins`: how years are told apart; `currency`: that of all amounts.
    """

    year_begins: str
    language: Language
    of_charges: Language
    figures: Mapping[str, FigureKind] = field(default_factory=dict)
    quotas: Mapping[str, Quota] = field(default_factory=dict)
    charges: Mapping[str, Charge] = field(default_factory=dict)
    currency: str = ""


def is_counted(days: str, day: date, calendar: Calendar | None) -> bool:
    """Whether a day is one of those that are counted."""
    if days == SCHOOL_DAYS:
        return calendar is not None and calendar.is_school_day(day)
    return days == ALL_DAYS or day.weekday() < 5
