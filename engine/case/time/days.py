"""Days: when the value of a dated field comes that holds from a later day on. Pure.

A case has a timer for each dated field of which some value lies ahead, for the next of those days: it is in history,
is fired once and late like all others, and what hangs on the value follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.case.time.schedule import reached
from engine.process.definition import Process
from engine.process.rows import concerned, day_after, days_of, on_day, values_of

COMING = "from:"


def coming_key(field: str) -> str:
    """The name of the timer that brings the next value of a dated field."""
    return COMING + field


def coming_field(process: Process, key: str) -> str:
    """The dated field of which a timer brings the next value; empty where it is no such timer, or it is dated no
    more.
    """
    field = key.removeprefix(COMING)
    return field if key.startswith(COMING) and field in process.fields and process.fields[field].dated else ""


def coming(
    process: Process, case: Snapshot, changes: Mapping[str, Any], at: str
) -> tuple[dict[str, list[str]], list[str]]:
    """The timers of the dated fields of which a step changes rows: set anew, and stopped. `changes` are its values,
    or whole rows.
    """
    then, names = {**case.data, **changes}, concerned(changes)
    timers: dict[str, list[str]] = {}
    stopped: list[str] = []
    for field in process.fields.values():
        if not field.dated or days_of(field.name) not in names:
            continue
        key, times = coming_key(field.name), next_coming(process, then, field.name, at)
        timers |= {key: times} if times else {}
        stopped += [key] if key in case.timers and not times else []
    return timers, stopped


def next_coming(process: Process, data: Mapping[str, Any], field: str, at: str) -> list[str]:
    """What is kept of the timer that brings the next value after `at`; empty where none lies ahead."""
    today = process.today(from_text(at)).isoformat()
    day = day_after(values_of(data, days_of(field)), today)
    due = reached(process, date.fromisoformat(day), whole=False) if day else ""
    return [due, due] if due else []


def come(process: Process, data: Mapping[str, Any], field: str, at: str) -> dict[str, Any]:
    """What changes of a dated field at `at`, because a day has come; nothing where its value was that already."""
    today = process.today(from_text(at)).isoformat()
    holds = on_day(values_of(data, days_of(field)), today)
    found = holds.get(field) if holds else data.get(field)
    return {field: found} if found != data.get(field) else {}
