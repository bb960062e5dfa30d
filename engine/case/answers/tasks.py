"""Tasks: which of several open ones the rows of a form answer. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine.case.snapshot import Snapshot
from engine.process.definition import Event, Process
from engine.process.rows import rows_in, written
from engine.process.tasks import kind_of, meant, open_for

Offers = dict[str, dict[str, str]]


def offers(process: Process, event: Event, case: Snapshot) -> Offers:
    """What the rows that an event writes may say they answer, in the order of what is open, and what that is called;
    by the name of the value. Of an event whose form asks for no such row nothing.
    """
    found = open_for(process, event.name, {*case.tasks} | case.resting_tasks)
    return {name: known for name, known in found.items() if name in event.form}


def lacking(process: Process, event: Event, case: Snapshot) -> list[str]:
    """The titles of the tasks that an event answers, where its form asks for a row and none of them is open."""
    empty = {name for name, known in offers(process, event, case).items() if not known}
    kinds = process.tasks.values() if empty else ()
    return [kind.title for kind in kinds if kind.answered_in in empty and event.name in kind.done_by]


def unasked(process: Process, event: Event, case: Snapshot, values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with rows that answer no open task, or one that another row answers already."""
    return dict(_unasked(process, event, case, values))


def _unasked(process: Process, event: Event, case: Snapshot, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    rows = sorted(rows_in(values).items(), key=lambda one: one[0])
    for name, known in offers(process, event, case).items():
        series, _, field = name.partition(".")
        left = _most(process, event, case, name)
        for (one, slot), row in rows:
            if one == series and field in row:
                left[row[field]] -= 1
                if left[row[field]] < 0:
                    yield written(series, field, slot), _said(process.fields[name].title, known)


def _most(process: Process, event: Event, case: Snapshot, name: str) -> Counter[str]:
    """How many rows may say each value: as many as there are open tasks of a kind for it."""
    mine = (kind for kind in process.tasks.values() if kind.answered_in == name and event.name in kind.done_by)
    kinds = {kind.name for kind in mine}
    counts = Counter((kind_of(one), meant(one)) for one in {*case.tasks} | case.resting_tasks if kind_of(one) in kinds)
    found = Counter[str]()
    for (_, value), count in counts.items():
        found[value] = max(found[value], count)
    return found


def _said(title: str, known: Mapping[str, str]) -> str:
    return f"{title} must be one of those whose task is open, each once: {', '.join(known.values()) or 'none is'}."
