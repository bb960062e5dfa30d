"""Replies: which row of a series is the answer to which of several tasks, as a process file says it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.process.definition import Process
from engine.process.file.context import Context, event_path
from engine.process.rows import DAY
from engine.process.timing import TaskKind
from engine.source.problem import certain, nearest
from engine.source.reader import Path


def read_answered_in(context: Context, raw: Mapping[str, Any], path: Path) -> str:
    """The value of a row that says which of several tasks of a kind is answered; empty where none does."""
    name, path = raw.get("answered_in", ""), (*path, "answered_in")
    series, _, field = name.partition(".")
    if not name or series in context.blurred or not _is_there(context, series, field, path):
        return ""
    known = context.series[series]["fields"][field]
    if (fault := _misfit(context, raw, known)) is not None:
        message, mend = fault
        context.problem(path, "wrong-value", f"{name} cannot say which task is answered: {message}", mend)
        return ""
    return f"{series}.{field}"


def _is_there(context: Context, series: str, field: str, path: Path) -> bool:
    if not context.known("series", series, path):
        return False
    if series not in context.series:  # what is wrong with it is told there
        return False
    fields = context.series[series]["fields"]
    if field in fields:
        return True
    message = f"A row of {series} has no field {field}." if field else "A field of a row is named: advice.adviser."
    instead = f"{series}.{one}" if (one := certain(field, fields)) else ""
    context.problem(path, "unknown-field", message, nearest(field, fields), instead=instead)
    return False


def _misfit(context: Context, raw: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a field of a row cannot tell the tasks of a kind apart, and what would mend it."""
    per, said = raw.get("per", ""), ("optional", "value", "when")
    if not per:
        return "there is only one of this kind.", "Say per: which there are, or leave answered_in: out."
    if per in context.names["series"]:
        if known["type"] != "date":
            return f"the tasks are those for rows of {per}.", "Name a field of the type date: the day of their row."
    elif per in context.language.choices:
        mine = frozenset(known.get("choices", ()))
        if known["type"] != "choice" or mine != context.language.choices[per]:
            return (
                f"the tasks are those for the choices of {per}.",
                "Name a field of the type choice with the same choices.",
            )
    if found := [key for key in said if known.get(key)]:
        return f"it may be empty, by its {found[0]}:.", "Leave that out: each row answers a task."
    if not raw.get("done_by"):
        return "no event does the task.", "Name under done_by: the event that writes the row."
    return None


def check_replies(process: Process, context: Context) -> None:
    """Note the events that do a task without its answer, and the tasks that no event answers."""
    for kind in process.tasks.values():
        if kind.answered_in:
            _check_reply(process, context, kind)


def _check_reply(process: Process, context: Context, kind: TaskKind) -> None:
    series = kind.answered_in.partition(".")[0]
    day = f"{series}.{DAY}"
    asking = [one for one in process.every_event() if one[1].name in kind.done_by and day in one[1].form]
    for scope, event in asking:
        if not event.form[day]:
            message = f"{event.title} does {kind.title} with the row that answers it, and may leave the row out."
            path = (*event_path(scope, event.name), "form", series)
            context.problem(path, "wrong-value", message, f"Ask for it: {series}: required.")
    # Of an event that is not there it is told where it is named.
    if not asking and kind.done_by <= context.names["event"]:
        message = f"No event that does {kind.title} asks for a row of {series}: nobody can answer it."
        mend = f"Ask for it in the form of one of them: {series}: required."
        context.problem(("tasks", kind.name, "answered_in"), "wrong-value", message, mend)
