"""Quorums: what a process asks of how many tasks are open or done, and where nobody can answer it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.process.definition import Process
from engine.process.file.context import Context
from engine.process.language.expressions import Expression
from engine.process.language.tallies import kinds_asked, quorums
from engine.source.reader import Path
from engine.source.words import counted

_ASKING = frozenset({"when", "unless", "check", "never", "always"})


def check_quorums(process: Process, context: Context) -> None:
    """Note what is asked of more tasks than there can be, and what is asked of tasks where none are known."""
    for path, text in _conditions(context.source.data, ()):
        for call, kind, least in quorums(text):
            _check_quorum(process, context, path, (call, kind, least))
    for path, expression in _of_the_case_alone(process):
        if kinds_asked(expression.text):
            message = "Nothing is known of tasks here: this is asked of the fields of a case alone."
            mend = "Ask it in when:, needs: or set: of a way, in a timer or in a rule."
            context.problem(path, "wrong-value", message, mend)


def _check_quorum(process: Process, context: Context, path: Path, asked: tuple[str, str, int]) -> None:
    call, kind, least = asked
    most = _most(process, kind)
    if most is not None and least > most:
        message = f"{call}({kind}) is never {least}: there can be {counted(most, 'such task')} in a case."
        mend, per = f"Ask for at most {most}, or give the task more values.", process.tasks[kind].per
        there, said = (("fields", per), "one for each choice") if per else (("tasks", kind), "raised once")
        context.problem_of_two(path, there, said, "never-true", message, mend)


def _most(process: Process, kind: str) -> int | None:
    """How many tasks of a kind a case can have at most; None where nobody knows."""
    task = process.tasks.get(kind)
    if task is None or task.per in process.series:
        return None
    return len(process.fields[task.per].choices) if task.per in process.fields else 1


def _conditions(body: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every condition of a process, with where it stands."""
    for key, inner in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        if key in _ASKING and isinstance(inner, str):
            yield (*path, key), inner
        else:
            yield from _conditions(inner, (*path, key))


def _of_the_case_alone(process: Process) -> Iterator[tuple[Path, Expression]]:
    for field in process.fields.values():
        if "." not in field.name:  # those of rows are asked of their row
            asked = {"when": field.when, "check": field.check, "default": field.default}
            yield from ((("fields", field.name, key), one) for key, one in asked.items() if one)
    keep = process.keep
    for key, one in (("until", keep.until), ("hold", keep.hold)) if keep else ():
        if one:
            yield ("keep", key), one
    for name, expression in process.opening.assign:
        yield ("open", "set", name), expression
