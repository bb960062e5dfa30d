"""Roughness: which dates of a case were counted by the calendar, and lie beyond its end. Pure.

What is counted in weeks or months, was typed in, or was postponed to a day, is as it stands, however far it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.calendars.calendar import ONE_DAY
from engine.calendars.duration import Duration
from engine.calendars.ending import is_beyond
from engine.case.snapshot import Snapshot
from engine.case.time import schedule
from engine.case.time.instants import from_text
from engine.case.time.retention import kept
from engine.process.definition import Keep, Process
from engine.process.language.reckoning import counts_by_calendar
from engine.process.timing import Timer

Tasks = Mapping[str, Mapping[str, Any]]


def is_rough_task(process: Process, name: str, task: Mapping[str, Any]) -> bool:
    """Whether the day on which an open task is due was counted beyond the calendar."""
    kind = process.task(name)
    if kind is None or "due" not in task:
        return False
    if kind.due is None:
        by_calendar = kind.due_by is not None and counts_by_calendar(kind.due_by.date.text)
        return by_calendar and "counted" in task and is_beyond(process.calendar, process.today(from_text(task["due"])))
    counted = kind.due.needs_calendar and is_beyond(process.calendar, process.today(from_text(task["due"])))
    # A day that it was postponed to is meant as it stands; one after a pause was counted anew.
    return counted and ("resumed" in task or task["due"] == schedule.after(process, task["raised"], kind.due))


def is_rough_timer(process: Process, key: str, due: str, tasks: Tasks) -> bool:
    """Whether the time of a running timer was counted beyond the calendar. `tasks` are those of its case."""
    if key.startswith(schedule.ESCALATION):
        name, day = key.removeprefix(schedule.ESCALATION), process.today(from_text(due))
        return is_beyond(process.calendar, day) and _is_counted_escalation(process, name, tasks.get(name, {}))
    found = schedule.timer_of(process, key)
    # First what asks for no day: every page of a case, and every step, asks this of each timer.
    if found is None or not _is_counted(found[1]):
        return False
    day, whole = process.today(from_text(due)), found[1].at is not None and found[1].at.whole
    return is_beyond(process.calendar, day - ONE_DAY if whole else day)


def is_rough_keeping(process: Process, case: Snapshot, until: date | None) -> bool:
    """Whether the last day on which a case is kept was counted beyond the calendar."""
    if until is None or process.keep is None or not is_beyond(process.calendar, until):
        return False
    found = kept(process, case)
    return found is not None and _is_kept_by_calendar(process.keep, found[1])


def _is_counted_escalation(process: Process, name: str, task: Mapping[str, Any]) -> bool:
    level = schedule.next_level(process.task(name), task)
    return (level is not None and level.after.needs_calendar) or is_rough_task(process, name, task)


def _is_counted(timer: Timer) -> bool:
    lengths: tuple[Duration | None, ...] = (timer.after, timer.every)
    by_length = any(one is not None and one.needs_calendar for one in lengths)
    by_length = by_length or (timer.days is not None and timer.days.needs_calendar)
    by_date = timer.at is not None and counts_by_calendar(timer.at.date.text)
    return by_length or by_date or timer.roll != "none"


def _is_kept_by_calendar(keep: Keep, rule: str) -> bool:
    if rule == "else":
        return keep.otherwise.needs_calendar
    return rule == "until" and keep.until is not None and counts_by_calendar(keep.until.text)
