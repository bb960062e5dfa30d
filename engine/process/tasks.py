"""Tasks: how those of one kind are told apart that are raised once for each of some values. Pure.

The task `opinion` that is for the choice `lawyer` is called `opinion:lawyer`. One for a row of a series is called by
the day of the row, `follow_up:2026-03-03`, and that for a second row of the same day `follow_up:2026-03-03.2`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.process.rows import DAY, rows_in, values_of
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
    return f"{kind.title}: {said(process, kind, value)}"


def said(process: Process, kind: TaskKind, value: str) -> str:
    """What a value that a task is for is called for people."""
    if kind.per in process.series:
        day, _, again = value.partition(".")
        row = f"{process.series[kind.per].row} of {said_day(date.fromisoformat(day))}"
        return f"{row}, no. {again}" if again else row
    field = process.fields.get(kind.per)
    return field.choices.get(value, value) if field else value


def done_with(process: Process, event: str, names: Iterable[str], data: Mapping[str, Any]) -> set[str]:
    """Of these open tasks those that an event does which writes `data`: all of a kind that it does, or where rows say
    of each which one it answers (`answered_in`), those that its rows are for.
    """
    kinds: dict[str, TaskKind] = {}
    mine: dict[str, list[str]] = {}
    for name in sorted(names, key=_in_turn) if event else ():
        kind = process.task(name)
        if kind and event in kind.done_by:
            kinds[kind.name] = kind
            mine.setdefault(kind.name, []).append(name)
    return {name for kind, names in mine.items() for name in _done_of(names, answered(kinds[kind], data))}


def _done_of(names: list[str], values: list[str] | None) -> Iterable[str]:
    if values is None:
        return names
    left = list(names)
    # Two rows of one day answer the two tasks of that day, one after the other.
    return [left.pop(at) for value in values if (at := _first(left, value)) is not None]


def _first(names: list[str], value: str) -> int | None:
    return next((at for at, name in enumerate(names) if meant(name) == value), None)


def _in_turn(name: str) -> tuple[str, int]:
    """In the order of the values, of one day that of its rows: the second before the tenth."""
    plain, _, again = name.partition(".")
    return plain, int(again) if again else 1


def meant(name: str) -> str:
    """What a row has to say so that it answers the task that is called so: its choice, or its day."""
    return value_of(name).partition(".")[0]


def answered(kind: TaskKind, data: Mapping[str, Any]) -> list[str] | None:
    """The values whose tasks of a kind the rows among `data` answer; None where there is no such row."""
    series, _, field = kind.answered_in.partition(".")
    rows = [row for (name, _), row in sorted(rows_in(data).items()) if name == series] if series else []
    return [row.get(field, "") for row in rows] if rows else None


def open_for(process: Process, event: str, names: Set[str]) -> dict[str, dict[str, str]]:
    """What the rows that an event writes may say they answer, with what that is called, as long as these tasks are
    open; by the name of the value (`advice.adviser`).
    """
    found: dict[str, dict[str, str]] = {
        kind.answered_in: {} for kind in process.tasks.values() if kind.answered_in and event in kind.done_by
    }
    for name in sorted(names, key=_in_turn):
        kind = process.task(name)
        if kind and kind.answered_in in found and event in kind.done_by:
            found[kind.answered_in][meant(name)] = said(process, kind, meant(name))
    return found


def tallied(names: Iterable[str], done: Iterable[str]) -> dict[str, int]:
    """How many tasks of each kind are open and done, as expressions are given it: `open opinion`, `done opinion`."""
    found = Counter(f"open {kind_of(name)}" for name in names)
    found.update(f"done {kind_of(name)}" for name in done)
    return dict(found)
