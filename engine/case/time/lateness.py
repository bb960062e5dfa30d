"""Lateness: from when on an open task is overdue, and for how many days. Pure. Every list, count and feed asks here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from engine.calendars.day import day_of
from engine.case.time.instants import from_text, to_text

Task = Mapping[str, Any]
_BEFORE = timedelta(microseconds=1)


def late_from(task: Task) -> str | None:
    """After which instant (text, UTC) a task is overdue; None where it has no such time.

    One that says that another is overdue is so since that one was due; one without a due time is once it is escalated.
    """
    found: str | None = task.get("late") or task.get("due")
    return found or (task["raised"] if task.get("escalated") else None)


def lateness(about: str, tasks: Mapping[str, Task], at: str) -> dict[str, str]:
    """What a task keeps, raised at `at`, that says that the task `about` is overdue, whatever becomes of that one.

    It is overdue from its raising on. What is late at an instant is so after it, so the latest time is just before.
    """
    other = tasks.get(about)
    since = (late_from(other) or other["raised"]) if other else at
    return {"overdue_of": about, "late": min(since, just_before(at))}


def just_before(at: str) -> str:
    """The last instant (text, UTC) before another: what is due then is late from that one on."""
    return to_text(from_text(at) - _BEFORE)


def without_date(task: Task) -> dict[str, Any]:
    """A task as it is to be given another date: by that one it counts, whatever the former one hung on."""
    return {key: value for key, value in task.items() if key not in {"late", "due", "counted", "resumed"}}


def days_late(since: datetime, now: datetime, zone: tzinfo) -> int:
    """For how many days of the calendar in `zone` something is overdue that was due at `since`."""
    return max((day_of(now, zone) - day_of(since, zone)).days, 0)
