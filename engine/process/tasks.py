"""Tasks: how those of one kind are told apart that are raised once for each of some values. Pure.

The task `opinion` that is for the choice `lawyer` is called `opinion:lawyer`. One for a row of a series is called by
the day of the row, `follow_up:2026-03-03`, and that for a second row of the same day `follow_up:2026-03-03.2`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.process.rows import DAY, values_of
from engine.source.words import said_day

if TYPE_CHECKING:
    from engine.process.definition import Process
    from engine.process.timing import TaskKind

SIGN = ":"


def called(kind: str, value: str) -> str:
    """How the task of a kind is called that is for a value; of a kind without values (empty) like its kind."""
    return f"{kind}{SIGN}{value}" if value else kind


def kind_of(name: str) -> str:
    """The kind of the task that is called so."""
    return name.partition(SIGN)[0]


def value_of(name: str) -> str:
    """The value that a task is for, as it stands in its name; empty where it is for none."""
    return name.partition(SIGN)[2]


def names_of(process: Process, kind: TaskKind, data: Mapping[str, Any]) -> list[str]:
    """The tasks of a kind that are raised in a case with these data: one for each of its values, none where none is
    chosen or there is no row.
    """
    return [called(kind.name, value) for value in _values(process, kind, data)]


def _values(process: Process, kind: TaskKind, data: Mapping[str, Any]) -> Iterable[str]:
    if not kind.per:
        return [""]
    if kind.per in process.series:
        return _days(row.get(DAY, "") for row in values_of(data, kind.per))
    return data.get(kind.per) or []


def _days(days: Iterable[str]) -> Iterator[str]:
    seen = Counter[str]()
    for day in filter(None, days):
        seen[day] += 1
        yield day if seen[day] == 1 else f"{day}.{seen[day]}"


def title(process: Process, name: str) -> str:
    """What a task is called for people: its kind, and in words what it is for."""
    kind, value = process.task(name), value_of(name)
    if kind is None or not value:
        return kind.title if kind else name
    return f"{kind.title}: {_said(process, kind, value)}"


def _said(process: Process, kind: TaskKind, value: str) -> str:
    if kind.per in process.series:
        day, _, again = value.partition(".")
        said = f"{process.series[kind.per].row} of {said_day(date.fromisoformat(day))}"
        return f"{said}, no. {again}" if again else said
    field = process.fields.get(kind.per)
    return field.choices.get(value, value) if field else value


def tallied(names: Iterable[str], done: Iterable[str]) -> dict[str, int]:
    """How many tasks of each kind are open and done, as expressions are given it: `open opinion`, `done opinion`."""
    found = Counter(f"open {kind_of(name)}" for name in names)
    found.update(f"done {kind_of(name)}" for name in done)
    return dict(found)
