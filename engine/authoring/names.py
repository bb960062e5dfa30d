"""Names: those in a scenario or demonstration file that its process does not have, and durations that are none.

Values in, problems out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.authoring.tasks import done_problems, plain, task_names
from engine.calendars.duration import BadDuration, parse
from engine.files import Found
from engine.process.file.context import event_names
from engine.source.problem import Problem, certain, nearest
from engine.source.reader import Path, Source


def name_problems(source: Source, found: Found, root: Path, apart: frozenset[Path] = frozenset()) -> Iterator[Problem]:
    """Names below `root`, without the parts `apart`, that the process does not have, and durations that are none."""
    process = found.loaded.process
    events = set(event_names(found.loaded.source.data))
    tasks = task_names(process)
    known = {
        "event": events,
        "undo": events,
        "add": set(process.documents),
        "documents": set(process.documents),
        "tasks": tasks,
        "no_tasks": tasks,
        "overdue": tasks,
        "escalated": tasks,
        "possible": events,
        "not_possible": events,
        "in": set(process.states),
        "state": set(process.states),
        "places": set(process.places),
        "capacity": set(process.places),
        "with": {
            *process.fields,
            *process.series,
            *(f"{one.name}.from" for one in process.fields.values() if one.dated),
        },
        "series": set(process.series),
        "covers": set(process.covers),
        "link": set(process.links),
        "unlink": set(process.links),
    }
    for path, key, value in _named(root, source.root_value(root)):
        if any(path[: len(one)] == one for one in apart):
            continue
        many = isinstance(value, list)
        for index, name in enumerate([value] if isinstance(value, str) else value):
            if key in known and (plain(process, name) if known[key] is tasks else name) not in known[key]:
                yield _unknown(source, (*path, index) if many else path, NOUNS[key], name, known[key])
        # Here and not in its schema: which texts are durations is decided in calendars/duration.py alone.
        if key in {"wait", "outage", "after"} and _duration_fault(value):
            yield source.problem(path, "bad-duration", _duration_fault(value), "For example: 6 weeks.")
        if key == "done":
            step = source.root_value(path[:-1])
            yield from done_problems(source, process, path[:-1], step)


def _unknown(source: Source, path: Path, noun: str, name: str, known: set[str]) -> Problem:
    said, mend = f"There is no {noun} {name}.", nearest(name, known)
    return source.problem(path, f"unknown-{noun}", said, mend, instead=certain(name, known))


NOUNS = {"event": "event", "add": "document", "documents": "document", "done": "task", "tasks": "task"}
NOUNS |= {"no_tasks": "task", "overdue": "task", "escalated": "task", "possible": "event", "not_possible": "event"}
NOUNS |= {"in": "state", "state": "state", "places": "place", "capacity": "place", "with": "field"}
NOUNS |= {"covers": "requirement"}
NOUNS |= {"series": "series", "undo": "event", "link": "link", "unlink": "link"}
# Below these stand names that a process gives: a field may be called `event`, and names none.
_VALUES = frozenset({"data", "with", "timers", "series", "links", "figures", "charges"})


def _named(path: Path, value: Any) -> Iterator[tuple[Path, str, Any]]:
    """Every key of the scenarios whose value names something, without what forms say."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, (str, list)) or key in NOUNS:
                yield (*path, key), key, inner
            if key not in _VALUES:
                yield from _named((*path, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _named((*path, index), inner)


def _duration_fault(text: str) -> str:
    try:
        parse(text)
    except BadDuration as fault:
        return str(fault)
    return ""
