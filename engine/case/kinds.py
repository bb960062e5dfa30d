"""Kinds: what the steps of a history are told apart by, for people who look for some of them. Pure.

Each entry is of just one kind, so that all kinds together are the whole history.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from engine.case.command import ENGINE
from engine.case.entry import Entry
from engine.source.fault import Invalid


class UnknownKind(Invalid):
    """Steps are not told apart by this."""

    field = "kind"


class StepKind(StrEnum):
    """A kind of step, as it stands in addresses and commands."""

    PEOPLE = "people"
    DOCUMENTS = "documents"
    TASKS = "tasks"
    BY_ITSELF = "by_itself"
    CORRECTIONS = "corrections"

    @property
    def said(self) -> str:
        """The kind for people."""
        return _TITLES[self]


_TITLES = {
    StepKind.PEOPLE: "What people did",
    StepKind.DOCUMENTS: "Documents",
    StepKind.TASKS: "Tasks",
    StepKind.BY_ITSELF: "What came by itself",
    StepKind.CORRECTIONS: "Corrections and erasure",
}
# An event is what people did, unless the engine sent it.
EVENT = "event"
OF_KIND: dict[StepKind, tuple[str, ...]] = {
    StepKind.PEOPLE: ("opened", "linked", "unlinked"),
    StepKind.DOCUMENTS: ("document",),
    StepKind.TASKS: ("task",),
    StepKind.BY_ITSELF: ("automatic", "timer", "late", "heard"),
    StepKind.CORRECTIONS: ("correction", "undo", "retention", "erasure"),
}
"""The kinds of entry that are always of a kind of step; those of EVENT are not among them."""
# Those that tell of nothing but a link with another case.
OF_LINKS = frozenset({"linked", "unlinked", "heard"})
_KIND = {entry: kind for kind, entries in OF_KIND.items() for entry in entries}


def kind_of(entry: Entry) -> StepKind:
    """The kind of step that an entry tells of."""
    if entry.kind == EVENT:
        return StepKind.BY_ITSELF if entry.by == ENGINE.name else StepKind.PEOPLE
    return _KIND[entry.kind]


def kinds_named(names: Iterable[str]) -> frozenset[StepKind]:
    """Kinds by their names.

    Raises:
        UnknownKind: there is no such kind.
    """
    found = set()
    for name in names:
        if name not in set(StepKind):
            raise UnknownKind(f"There is no such kind of step. There are: {', '.join(StepKind)}.")
        found.add(StepKind(name))
    return frozenset(found)
