"""Duration: a length of time as people write it, and adding it to an instant. Pure.

Days, weeks and longer units are counted on the local wall clock, so that six weeks from a Monday at
09:00 is a Monday at 09:00 although the clocks changed in between. Minutes and hours are exact.
"""

from __future__ import annotations

import calendar as months
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from engine.calendars.calendar import Calendar
from engine.source.fault import Invalid
from engine.source.words import noun

CALENDAR_UNITS = frozenset({"school day", "half term", "term"})
CLOCK_UNITS = frozenset({"minute", "hour"})
# Counting school days walks from day to day: this bounds the walk. Minutes and hours are added at once.
MOST = 5_000
# A century. Beyond it dates come near the year 9999, where the calendar of Python ends.
LONGEST_DAYS = 36_525

# At most five digits, so that a number of any length is refused before it is reckoned with.
_WORDS = re.compile(
    r"(?P<count>[0-9]{1,5}) +(?P<unit>school days?|half terms?|terms?|minutes?|hours?|days?|weeks?|months?|years?)"
)
# The looks ahead refuse P and T without anything behind them, which each part alone would let pass.
_ISO = re.compile(
    r"P(?=[0-9T])(?:(?P<year>[0-9]+)Y)?(?:(?P<month>[0-9]+)M)?(?:(?P<week>[0-9]+)W)?(?:(?P<day>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hour>[0-9]+)H)?(?:(?P<minute>[0-9]+)M)?)?"
)
# Only to refuse what is too long before it is added; nothing is ever due by these.
_ROUGH_DAYS = {
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.0,
    "year": 365.0,
    "school day": 1.9,
    "half term": 52.0,
    "term": 100.0,
}


class BadDuration(Invalid):
    """A text that is no duration; the message says what would be one."""


@dataclass(frozen=True)
class Duration:
    """A sum of counts of units, added from left to right."""

    parts: tuple[tuple[int, str], ...]

    @property
    def has_clock(self) -> bool:
        """Whether hours or minutes are counted, which a day has none of."""
        return any(unit in CLOCK_UNITS for _, unit in self.parts)

    @property
    def needs_calendar(self) -> bool:
        """Whether school days, terms or half terms are counted."""
        return any(unit in CALENDAR_UNITS for _, unit in self.parts)

    def times(self, count: int) -> Duration:
        """This many of it: two times a month and a day are two months and two days. Less than none: so much before."""
        return Duration(tuple((count * each, unit) for each, unit in self.parts))

    def __str__(self) -> str:
        return " + ".join(f"{count} {noun(count, unit)}" for count, unit in self.parts)


def parse(text: str) -> Duration:
    """Read `6 weeks`, `1 half term`, `6 weeks + 5 school days` or ISO 8601 (`P6W`).

    Raises:
        BadDuration: the text is no duration, is zero, or is longer than a century.
    """
    parts = _iso_parts(text) if text.startswith("P") else _word_parts(text)
    if not any(count for count, _ in parts):
        raise BadDuration("A duration must be longer than nothing.")
    if any(count > MOST for count, unit in parts if unit not in CLOCK_UNITS):
        raise BadDuration(f"At most {MOST:,} of one unit can be counted.")
    if sum(count * _ROUGH_DAYS[unit] for count, unit in parts) > LONGEST_DAYS:
        raise BadDuration("A duration can be at most a hundred years.")
    return Duration(tuple((count, unit) for count, unit in parts if count))


def _word_parts(text: str) -> list[tuple[int, str]]:
    parts = []
    for piece in text.split("+"):
        found = _WORDS.fullmatch(piece.strip())
        if not found:
            raise BadDuration(f"{text!r} is not a duration.")
        parts.append((int(found["count"]), found["unit"].removesuffix("s")))
    return parts


def _iso_parts(text: str) -> list[tuple[int, str]]:
    found = _ISO.fullmatch(text)
    if not found or any(count and len(count) > 6 for count in found.groups()):
        raise BadDuration(f"{text!r} is not a duration.")
    return [(int(count), unit) for unit, count in found.groupdict().items() if count]


def add(duration: Duration, start: datetime, zone: ZoneInfo, calendar: Calendar | None) -> datetime:
    """The instant (UTC) that lies `duration` after `start` (any aware instant).

    `zone` is the process's time zone; `calendar` may be None where no part needs one.
    """
    now = start
    for count, unit in duration.parts:
        now = _add_part(count, unit, now, zone, calendar)
    return now.astimezone(UTC)


def add_to_day(duration: Duration, day: date, calendar: Calendar | None) -> date:
    """The day that lies `duration` after a day, or before it where its counts are negative.

    Raises:
        ValueError: it counts hours or minutes, or needs a calendar that is not there.
        OverflowError: there is no such day.
    """
    for count, unit in duration.parts:
        if unit in CLOCK_UNITS:
            raise ValueError(f"a day has no {unit}s")
        day = _add_days(count, unit, day, calendar)
    return day


def _add_part(count: int, unit: str, start: datetime, zone: ZoneInfo, calendar: Calendar | None) -> datetime:
    # In UTC: minutes and hours are exact, whatever the clocks do in between.
    if unit in CLOCK_UNITS:
        return start.astimezone(UTC) + timedelta(minutes=count * (60 if unit == "hour" else 1))
    local = start.astimezone(zone)
    return at_local(_add_days(count, unit, local.date(), calendar), local.timetz().replace(tzinfo=None), zone)


def _add_days(count: int, unit: str, day: date, calendar: Calendar | None) -> date:
    if unit in {"day", "week"}:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    if unit in {"month", "year"}:
        return _add_months(day, count * (12 if unit == "year" else 1))
    if calendar is None:
        raise ValueError(f"{unit} needs a calendar")
    if unit == "school day":
        return calendar.add_school_days(day, count)
    return calendar.add_half_terms(day, count) if unit == "half term" else calendar.add_terms(day, count)


def _add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def at_local(day: date, clock: time, zone: tzinfo) -> datetime:
    """The instant (UTC) when the wall clock in `zone` shows `clock` on `day`.

    An hour that happens twice is taken the first time; one that is skipped moves on by the skip.
    """
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def roll(instant: datetime, how: str, zone: ZoneInfo, calendar: Calendar | None) -> datetime:
    """Move an instant off a day without school: `forward`, `back`, or `none` to leave it."""
    if how == "none" or calendar is None:
        return instant.astimezone(UTC)
    local = instant.astimezone(zone)
    return at_local(calendar.rolled(local.date(), how), local.timetz().replace(tzinfo=None), zone)
