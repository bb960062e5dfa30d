"""Kinds: each entry is of just one kind of step, and kinds are asked for by their names."""

from __future__ import annotations

import pytest

from engine.case.entry import Entry
from engine.case.kinds import EVENT, OF_KIND, StepKind, UnknownKind, kind_of, kinds_named

EVERY = ["opened", "event", "timer", "automatic", "document", "task", "correction", "undo", "retention", "erasure"]
EVERY += ["linked", "unlinked", "heard", "late"]


def entry(kind: str, by: str = "jo") -> Entry:
    return Entry(1, kind, "", "", by, "1")


def test_every_kind_of_entry_is_of_one_kind_of_step() -> None:
    assert sorted([EVENT, *(one for entries in OF_KIND.values() for one in entries)]) == sorted(EVERY)
    assert [str(kind_of(entry(one))) for one in EVERY] == [
        "people", "people", "by_itself", "by_itself", "documents", "tasks", *["corrections"] * 4,
        "people", "people", "by_itself", "by_itself",
    ]  # fmt: skip


def test_an_event_that_the_engine_sent_came_by_itself() -> None:
    assert kind_of(entry("event", "engine")) is StepKind.BY_ITSELF
    assert kind_of(entry("opened", "engine")) is StepKind.PEOPLE


def test_kinds_are_named_and_said() -> None:
    assert kinds_named([]) == frozenset()
    assert kinds_named(["tasks", StepKind.PEOPLE, "tasks"]) == {StepKind.TASKS, StepKind.PEOPLE}
    assert StepKind.BY_ITSELF.said == "What came by itself"
    assert len({one.said for one in StepKind}) == len(StepKind)
    with pytest.raises(UnknownKind) as unknown:
        kinds_named(["tasks", "<i>"])
    said = "There is no such kind of step. There are: people, documents, tasks, by_itself, corrections."
    assert (str(unknown.value), unknown.value.field) == (said, "kind")
