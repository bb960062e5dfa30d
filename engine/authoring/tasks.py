"""Tasks: how scenarios name them, of a kind of which there are several too. Values in, problems out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.case.time.schedule import ESCALATION, escalation_key
from engine.process.definition import Process
from engine.process.tasks import called, kind_of, value_of
from engine.process.timing import LOOK_INTO
from engine.source.problem import Problem, certain, nearest
from engine.source.reader import Path, Source

# Behind the kind, the day of a row; which rows there will be nobody knows.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[0-9]+)?")


def task_names(process: Process) -> set[str]:
    """The tasks that there can be; of those for the rows of a series one stands for all, whatever their days."""
    found = {LOOK_INTO.name}  # which no process declares
    for kind in process.tasks.values():
        field = process.fields.get(kind.per)
        values = field.choices if field else [_ANY] if kind.per else [""]
        found |= {called(kind.name, value) for value in values}
    return found


_ANY = "DAY"


def timer_names(process: Process) -> set[str]:
    """The timers by which they escalate."""
    escalating = {kind.name for kind in process.tasks.values() if kind.escalate}
    return {escalation_key(name) for name in task_names(process) if kind_of(name) in escalating}


def plain(process: Process, name: str) -> str:
    """The name of a task, or of the timer that escalates one, as it stands among those: without the day of its row."""
    is_timer = name.startswith(ESCALATION)
    task = name.removeprefix(ESCALATION) if is_timer else name
    kind = process.task(task)
    if kind and kind.per in process.series and _DAY.fullmatch(value_of(task)):
        task = called(kind.name, _ANY)
    return escalation_key(task) if is_timer else task


def done_problems(source: Source, process: Process, path: Path, step: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong with the task that a step at `path` ticks off, and with what it is `for`."""
    named, value, known = step["done"], step.get("for", ""), task_names(process)
    kinds = {kind_of(name) for name in known}
    if named not in kinds | known:
        said, mend = f"There is no task {named}.", nearest(named, kinds)
        yield source.problem((*path, "done"), "unknown-task", said, mend, instead=certain(named, kinds))
    elif plain(process, called(named, value)) not in known:
        values = {value_of(name) for name in known if kind_of(name) == kind_of(named)} - {""}
        said = f"There is no task {named} for {value}." if value else f"There are several tasks {named}."
        mend = f"Say for which with for: {' or '.join(sorted(values))}." if values else "Leave for: out."
        yield source.problem((*path, "for" if value else "done"), "unknown-task", said, mend)
