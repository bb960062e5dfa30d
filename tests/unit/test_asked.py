"""Asked: what a step wrote, in the order of its form; what its process set is told apart."""

from __future__ import annotations

import pytest

from engine.case.answers.asked import asked_in
from engine.case.command import Command, Open
from engine.case.entry import Entry
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision
from engine.process.definition import Process
from tests.workshop import CLERK, START, ask, facts, fire, opened, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    both = "set_out: {title: Set out, form: {price: optional, kind: optional}, set: {kind: '\"lathe\"', urgent: 'true'}"
    some = "alternatives: [{when: urgent == true, set: {price: '5.0'}, to: work.hand}"
    return workshop(
        {
            "set_out: {title: Set out, set: {kind: '\"lathe\"'}": both,
            "alternatives: [{when: urgent == true, to: work.hand}": f"form: {{price: optional}}\n        {some}",
        }
    )


def first(process: Process, case: Snapshot | None, command: Command) -> Entry:
    found = ask(process, case, command, facts())
    assert isinstance(found, Decision), found
    return found.entries[0]


def told(process: Process, entry: Entry) -> list[tuple[str, bool]]:
    return [tuple(one) for one in asked_in(process, entry)]


def test_answers_stand_in_the_order_of_the_form(process: Process) -> None:
    entry = first(process, opened(process), fire("fill_in", urgent=True, price=5.0, ready="2024-02-01"))
    assert told(process, entry) == [("ready", False), ("price", False), ("urgent", False)]
    begun = first(process, None, Open(CLERK, START, "desk", {"urgent": False, "kind": "bench"}))
    assert told(process, begun) == [("kind", False), ("urgent", False)]


def test_what_is_set_stands_behind_also_where_the_form_asked_for_it(process: Process) -> None:
    entry = first(process, opened(process), fire("set_out", kind="bench", price=5.0))
    assert entry.data["kind"] == "lathe"
    assert told(process, entry) == [("price", False), ("kind", True), ("urgent", True)]


def test_what_only_the_way_that_was_taken_sets_is_told_as_set(process: Process) -> None:
    taken = first(process, opened(process, urgent=True), fire("sort", price=1.0))
    assert told(process, taken) == [("price", True)]
    other = first(process, opened(process, urgent=False), fire("sort", price=1.0))
    assert told(process, other) == [("price", False)]


def test_what_a_later_version_does_not_know_stands_last(process: Process) -> None:
    entry = Entry(2, "event", "", "", "jo", "1", "gone", "desk", data={"lost": 1, "price": 2.0})
    assert told(process, entry) == [("price", True), ("lost", True)]
    nowhere = Entry(2, "event", "", "", "jo", "1", "fill_in", "no_state", data={"price": 2.0})
    assert told(process, nowhere) == [("price", True)]


def test_a_correction_was_filled_in(process: Process) -> None:
    entry = Entry(2, "correction", "", "", "jo", "1", data={"price": 2.0}, note={"corrects": 1})
    assert told(process, entry) == [("price", False)]


def test_a_form_in_sections_is_told_in_their_order() -> None:
    sections = "sections: [{title: What, fields: [price, kind]}], "
    process = workshop({"open: {by: [clerk, shop], ": f"open: {{by: [clerk, shop], {sections}"})
    begun = first(process, None, Open(CLERK, START, "desk", {"urgent": False, "kind": "bench", "price": 5.0}))
    assert [name for name, _ in told(process, begun)] == ["price", "kind", "urgent"]
