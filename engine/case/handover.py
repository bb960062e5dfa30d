"""Handover: from whom somebody has the open tasks that are given to them, as the history of a case tells it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine.case.entry import Entry
from engine.case.snapshot import Snapshot


class Origin(NamedTuple):
    """Who had a task before it was given on, by login, and when that was (instant, text)."""

    was_with: str
    at: str


def is_giving(entry: Entry) -> bool:
    """Whether an entry does nothing but give a task to somebody, or back to its role."""
    # One with a note gives a task another date; one that closes something ticked it off.
    return entry.kind == "task" and not entry.note and not entry.closed


def origins(entries: Iterable[Entry], case: Snapshot, login: str) -> dict[str, Origin]:
    """Of the open tasks of a case that are given to somebody, those that were with somebody else just before.

    `entries` are those of the case, in order, that give tasks; others among them change nothing. What was taken back
    never was, and a task that was raised anew is another one.
    """
    held: dict[str, str] = {}
    found: dict[str, Origin] = {}
    for entry in entries:
        if not is_giving(entry) or any(first <= entry.seq < by for first, by in case.undone):
            continue
        for name, task in entry.tasks.items():
            now = case.tasks.get(name, {})
            if now.get("person") != login or now.get("raised") != task.get("raised"):
                continue
            before, held[name] = held.get(name, ""), task.get("person") or ""
            found.pop(name, None)
            if held[name] == login and before not in ("", login):
                found[name] = Origin(before, entry.at)
    return found
