"""Words: how a number is said before what it counts, and how days and moments are said to people. Pure.

A moment is said as its clock shows it: whoever has an instant puts it on the right wall clock first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from engine.source.moment import NotAMoment, day_written, moment_written


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts: `1 task`, `2 tasks`; `many` where more than an s is added: `cases are`."""
    return f"{number:,} {noun(number, one, many)}"


def noun(number: int, one: str, many: str = "") -> str:
    """What a number counts, as it is said after that number."""
    return one if number == 1 else many or f"{one}s"


def said_day(day: date) -> str:
    """A day as people write it: `4 December 2026`; of a moment the day that its own clock shows."""
    # Without %-d, which not every system knows.
    return f"{day.day} {day:%B %Y}"


def said_weekday(day: date) -> str:
    """A day with its day of the week: `Wednesday 4 March 2026`."""
    return f"{day:%A} {said_day(day)}"


def said_moment(moment: datetime) -> str:
    """A day and a time on the clock of `moment`, whatever its zone: `4 December 2026 at 13:30`."""
    return f"{said_day(moment)} at {moment:%H:%M}"


def said_when(written: str) -> str:
    """A day or a moment that was written, in words; what is neither as it stands."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: said_day(day_written(text)),
        lambda text: said_moment(moment_written(text)),
    )
    for said in ways:
        try:
            return said(written.strip())
        except NotAMoment:
            continue
    return written
