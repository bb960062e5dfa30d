"""Moment: the one way in which days and moments are read that people or programs write, on every face. Pure.

A day is 2024-03-22, a time of day 14:30, a moment both with a space or T between them: nothing that Python, pydantic or
PostgreSQL would also take, such as 20240322, 2024-W12-5, a number of seconds, or digits of other scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import TypeVar

from engine.source.fault import Invalid

# Zones, calendars and the two databases all agree within these years; near year 1 or 9999 an offset overflows.
YEARS = range(1900, 2201)
NOT_TOLD = f"A moment must lie between {YEARS.start} and {YEARS.stop - 1}."
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_MOMENT = re.compile(rf"{_DAY.pattern}[T ]{_CLOCK.pattern}(?:Z|[-+][0-9]{{2}}:[0-9]{{2}})?")
_MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
# From here on no two of them begin alike.
_SHORTEST = 3
T = TypeVar("T")


class NotAMoment(Invalid):
    """What was written is no day, or no moment; the message says how to write one."""


def is_told(moment: date) -> bool:
    """Whether a day or moment that somebody names can be meant."""
    return moment.year in YEARS


def day_written(written: object) -> date:
    """A day that was written, or that is one already. Any year that there is: whether it can be meant, `is_told` says.

    Raises:
        NotAMoment: it is none.
    """
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    return _read(written, _DAY, date.fromisoformat, ("day", "2024-03-22"))


def month_written(written: str) -> str:
    """The number of a month that may be written by its name or the beginning of it, as `Mar` or `September`, in two
    digits; what is no month as it stands.
    """
    said = written.strip()
    name = said.rstrip(".").lower()
    named = [number for number, month in enumerate(_MONTHS, 1) if len(name) >= _SHORTEST and month.startswith(name)]
    return f"{named[0]:02}" if named else said.zfill(2) if said else ""


def clock_written(written: str) -> time:
    """A time of day that was written.

    Raises:
        NotAMoment: it is none.
    """
    return _read(written, _CLOCK, time.fromisoformat, ("time", "14:30"))


def moment_written(written: object, *, or_day: bool = False) -> datetime:
    """A moment that was written, or that is one already; without a zone it is one of the wall clock of whoever asks.

    `or_day`: a day alone is taken, too, for when it begins.

    Raises:
        NotAMoment: it is none, or its year cannot be meant.
    """
    if isinstance(written, datetime):
        found = written
    elif or_day and isinstance(written, str) and _DAY.fullmatch(written):
        found = datetime.combine(day_written(written), time())
    else:
        found = _read(written, _MOMENT, datetime.fromisoformat, ("moment", "2024-03-22 14:30"))
    if not is_told(found):
        raise NotAMoment(NOT_TOLD)
    return found


def _read(written: object, form: re.Pattern[str], read: Callable[[str], T], said: tuple[str, str]) -> T:
    """What is written in this form; `said` is what it should be, and how that is written."""
    noun, example = said
    if not (isinstance(written, str) and form.fullmatch(written)):
        raise NotAMoment(f"Write a {noun} as {example}.")
    try:
        return read(written)
    except ValueError:
        raise NotAMoment(f"There is no {noun} {written}.") from None
