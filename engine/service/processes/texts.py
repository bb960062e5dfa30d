"""Texts: processes and calendars read from their texts, each read once and then shared.

What is read is immutable, so that every engine of this program may hold the same one.
"""

from __future__ import annotations

import functools

from engine.calendars.calendar import Calendar
from engine.calendars.loader import glance_at_calendar, load_calendar
from engine.process.file.loader import FindCalendar, Loaded, calendar_name, load_process, load_published
from engine.source.reader import read

# A few processes with their versions. A text that was tried and thrown away does not stay for ever.
MOST = 64


@functools.lru_cache(MOST)
def calendar_of(text: str, file: str) -> Calendar:
    """The calendar that a text offered for publishing is.

    Raises:
        Refused: with every problem found.
    """
    return load_calendar(text, file)


@functools.lru_cache(MOST)
def published_calendar(text: str, name: str) -> Calendar:
    """The calendar that a published text is: it was checked when it was published."""
    return glance_at_calendar(text, f"calendar {name}")


@functools.lru_cache(MOST)
def calendar_named(text: str, file: str) -> str | None:
    """The name of the calendar that the text of a process names; None where it names none.

    Raises:
        Refused: with every problem found in reading it.
    """
    return calendar_name(read(text, file))


@functools.lru_cache(MOST)
def process_of_text(text: str, file: str, calendar: Calendar | None) -> Loaded:
    """The process that a text offered for publishing is; `calendar` is the only one that it can name.

    Raises:
        Refused: with every problem found.
    """
    return load_process(text, file, _only(calendar))


@functools.lru_cache(MOST)
def published_process(text: str, label: str, calendar: Calendar | None) -> Loaded:
    """The process that a published text is, with the calendar of today.

    Raises:
        Refused: it cannot go on with that calendar.
    """
    return load_published(text, label, _only(calendar))


def _only(calendar: Calendar | None) -> FindCalendar:
    return lambda name: calendar if calendar and calendar.name == name else None
