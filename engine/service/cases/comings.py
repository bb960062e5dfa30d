"""Comings: what comes up in a case by itself, in the words of its process. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.case.step.reasons import event_title
from engine.case.time.days import coming_field
from engine.case.time.schedule import ESCALATION, next_level, timer_of
from engine.process.definition import Process
from engine.process.timing import Raising

Tasks = Mapping[str, Mapping[str, Any]]
_NONE: Tasks = {}


def timer_title(process: Process, key: str, tasks: Tasks = _NONE) -> str:
    """What comes up, in the words of the process; `tasks` are the open ones of its case, by their names."""
    if key.startswith(ESCALATION):
        name = key.removeprefix(ESCALATION)
        level, title = next_level(process.task(name), tasks.get(name, {})), process.title_of("tasks", name)
        return f"{title}: goes to {process.title_of('roles', level.to)}" if level else ""
    if field := coming_field(process, key):
        return f"{process.title_of('fields', field)} changes"
    found = timer_of(process, key)
    titles = _raised(process, found[1].raises) if found else []
    if found and found[1].send and not titles:
        return event_title(process, found[1].send)
    return ", ".join(titles) or key.rpartition("/")[2].replace("_", " ").capitalize()


def _raised(process: Process, raisings: Iterable[Raising]) -> list[str]:
    return [process.title_of("tasks", one.task) for one in raisings]


def timer_does(process: Process, key: str, tasks: Tasks = _NONE) -> str:
    """What a timer does when it comes up, in the words of the process; `tasks` as above."""
    if key.startswith(ESCALATION):
        name = key.removeprefix(ESCALATION)
        level = next_level(process.task(name), tasks.get(name, {}))
        return f"escalates {process.title_of('tasks', name)} to {process.title_of('roles', level.to)}" if level else ""
    if field := coming_field(process, key):
        return f"changes {process.title_of('fields', field)}"
    found = timer_of(process, key)
    if found is None:
        return ""
    timer = found[1]
    parts = [f"raises {', '.join(_raised(process, timer.raises))}"] if timer.raises else []
    return " and ".join(parts + ([f"sends {event_title(process, timer.send)}"] if timer.send else []))
