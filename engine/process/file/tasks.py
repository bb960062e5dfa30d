"""Tasks: the part of a process file that says what people may have to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from engine.calendars.duration import Duration
from engine.process.file.context import Context
from engine.process.file.replies import read_answered_in
from engine.process.file.states import read_limit
from engine.process.tasks import called
from engine.process.timing import Escalation, TaskKind
from engine.source.name import CHOICE, LONGEST, is_written
from engine.source.problem import nearest
from engine.source.reader import Path

# How a duration begins; no field or function begins so.
_LENGTH = re.compile(r"\s*[0-9P]")
_COUNT_FROM_RAISING = "Say due: 2 weeks for a time from when the task was raised."


def read_task(context: Context, name: str, raw: dict[str, Any]) -> TaskKind:
    """One kind of task."""
    path: Path = ("tasks", name)
    context.known("role", raw["role"], (*path, "role"))
    by_date = "due" in raw and not _LENGTH.match(raw["due"])
    return TaskKind(
        name=name,
        title=raw["title"],
        role=raw["role"],
        description=raw.get("description", ""),
        due=None if by_date else context.duration(raw.get("due"), (*path, "due")),
        due_by=read_limit(context, raw["due"], (*path, "due"), _COUNT_FROM_RAISING) if by_date else None,
        done_by=frozenset(context.one_or_many("event", raw.get("done_by"), (*path, "done_by"))),
        escalate=_escalation(context, raw.get("escalate"), (*path, "escalate")),
        overdue_of=_overdue_of(context, name, raw, (*path, "overdue_of")),
        per=_per(context, name, raw.get("per", ""), (*path, "per")),
        answered_in=read_answered_in(context, raw, path),
    )


def _per(context: Context, task: str, name: str, path: Path) -> str:
    """The field of whose choices each, or the series of whose rows each, has a task of its own."""
    if name in context.series:
        context.used.add(("series", name))
        return name
    if name in context.names["series"] or name in context.blurred:  # what is wrong with it is told there
        return ""
    known = context.names["field"] | context.names["series"]
    if name and name not in known:
        context.problem(path, "unknown-field", f"There is no field or series {name}.", nearest(name, known))
        return ""
    if not name or not context.known("field", name, path):
        return ""
    if context.language.fields.get(name) != "choices":
        message = f"One task for each value needs a field of the type choices, or a series: {name} is neither."
        context.problem(path, "wrong-type", message, "Name another field, or leave per: out.")
        return ""
    return name if _are_names(context, task, name, path) else ""


def _are_names(context: Context, task: str, field: str, path: Path) -> bool:
    """Whether each choice can stand in the name of a task."""
    for choice in sorted(context.language.choices.get(field, ())):
        if not is_written(choice, CHOICE):
            message = f"{choice} cannot stand in the name of a task."
            mend = "Write the choices as a map from a short name, of letters, digits and _, to a title."
            context.problem(path, "wrong-value", message, mend)
            return False
        if len(called(task, choice)) > LONGEST:
            message = f"{called(task, choice)} is too long for the name of a task: it has at most {LONGEST} signs."
            context.problem(path, "wrong-value", message, "Shorten the task or its choices.")
            return False
    return True


def _overdue_of(context: Context, name: str, raw: Mapping[str, Any], path: Path) -> str:
    other: str = raw.get("overdue_of", "")
    if not other or not context.known("task", other, path):
        return ""
    tasks = context.source.data["tasks"]
    between = _told_between(tasks, name, other)
    # Each would be left out of lists as one that another row tells of, and nobody would be shown any of them.
    if between is not None:
        by = f", by way of {' and '.join(between)}" if between else ""
        message = f"The task {name} cannot say of itself that it is overdue{by}."
        mend, last = "Name the task that is to be done in time.", between[-1] if between else name
        there = ("tasks", last, "overdue_of")
        context.problem_of_two(path, there, "this one says so of it", "overdue-of-itself", message, mend)
        return ""
    if tasks[other].get("per") != raw.get("per"):
        message = f"Of {name} and {other} each is to be there for the same values, so that one can tell of the other."
        context.problem(path, "wrong-value", message, "Give both of them the same per:, or none.")
        return ""
    return other


def _told_between(tasks: Mapping[str, Any], name: str, other: str) -> list[str] | None:
    """The tasks by way of which what `other` says is overdue is `name` in the end; None where it is not."""
    found: list[str] = []
    while other != name:
        if other in found or other not in tasks:
            return None
        found.append(other)
        other = tasks[other].get("overdue_of", "")
    return found


def _escalation(context: Context, raw: Any, path: Path) -> tuple[Escalation, ...]:
    """The levels of a task that is not done, the first to come first; written as one, or as a list."""
    many = raw if isinstance(raw, list) else []
    levels = [_level(context, one, (*path, at)) for at, one in enumerate(many)]
    levels += [] if raw is None or many else [_level(context, raw, path)]
    found = [one for one in levels if one]
    for at, (level, after_it) in enumerate(pairwise(found), 1):
        if _is_sooner(level.after, after_it.after) and len(found) == len(many):
            message = f"Level {at + 1} comes no later than the one before it."
            mend, before = "Every level counts from when the task is due.", (*path, at - 1, "after")
            context.problem_of_two((*path, at, "after"), before, "the level before", "wrong-value", message, mend)
    return tuple(found)


def _level(context: Context, raw: Mapping[str, str], path: Path) -> Escalation | None:
    context.known("role", raw["to"], (*path, "to"))
    after = context.duration(raw["after"], (*path, "after"))
    return Escalation(after, raw["to"]) if after else None


def _is_sooner(one: Duration, other: Duration) -> bool:
    """Whether a length is surely not longer than another: where both count one unit, and the same."""
    units = {unit for _, unit in (*one.parts, *other.parts)}
    return len(units) == 1 and sum(count for count, _ in other.parts) <= sum(count for count, _ in one.parts)
