"""Agenda: at which meetings a case is to be heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from engine.calendars.duration import add_to_day
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.timing import MeetingKind, Rhythm


@dataclass(frozen=True)
class Booking:
    """A case stands on the agenda of a kind of meeting, in a series (empty where there is one), on a day."""

    meeting: str
    series: str
    day: str


def bookings(process: Process, case: Snapshot) -> list[Booking]:
    """Where the case stands on an agenda now. `day` is an ISO date on the wall clock of the process."""
    if not process.meetings or case.ended or not case.state:
        return []
    around = frozenset(state.name for state in process.around(case.state))
    return [
        Booking(kind.name, str(case.data.get(kind.per) or ""), str(case.data[kind.date])[:10])
        for kind in process.meetings.values()
        if kind.states & around and case.data.get(kind.date)
    ]


def reader(versions: Iterable[Process], meeting: str, series: str) -> Process | None:
    """The version by which a meeting is read: the first that knows its kind and its series, or else its kind.

    None where no version knows the kind.
    """
    knowing = [one for one in versions if meeting in one.meetings]
    return next((one for one in knowing if series in series_of(one, meeting)), knowing[0] if knowing else None)


def series_of(process: Process, meeting: str) -> tuple[str, ...]:
    """The series of a kind of meeting that a version knows: one that is empty where there is one."""
    per = process.meetings[meeting].per
    return tuple(process.fields[per].choices) if per else ("",)


def series_title(process: Process, kind: MeetingKind, series: str) -> str:
    """What meetings of a kind are called: the series where there are several, else the kind. Both where another kind
    has the same series: nobody could tell them apart.
    """
    if not kind.per or not series:
        return kind.title
    title = process.fields[kind.per].choices.get(series, series)
    others = (one for one in process.meetings.values() if one.name != kind.name)
    return f"{kind.title}: {title}" if any(one.per == kind.per for one in others) else title


@dataclass(frozen=True)
class Ahead:
    """The days on which meetings are to be planned, and the last day that was looked at for it."""

    days: tuple[date, ...]
    until: date


def days_ahead(process: Process, rhythm: Rhythm, since: date | None, today: date) -> Ahead:
    """The days of a rhythm that come after `since`, until which it was looked at before, and after today.

    Days in a term are told only as far as the calendar is written: of those behind its end nobody knows yet.
    """
    until = add_to_day(rhythm.ahead, today, process.calendar)
    if rhythm.days.in_term and process.calendar:
        until = min(until, process.calendar.ends)
    after = max(since or today, today)
    days = takewhile(lambda day: day <= until, rhythm.days.after(after, process.calendar))
    return Ahead(tuple(days), max(until, after))


def rhythm_said(rhythm: Rhythm) -> str:
    """When meetings come again, in words: `every Monday and Thursday in term, at 09:30`."""
    return f"{rhythm.days.weekly}, at {rhythm.at:%H:%M}"
