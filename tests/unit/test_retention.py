"""Until when a case is kept, what holds it back, and what goes when it is erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.case.entry import Entry
from engine.case.snapshot import Snapshot
from engine.case.time.retention import erased_of, is_held_back, kept_until
from tests.unit.test_keep import HEAD, KEEP
from tests.workshop import workshop

YARD = workshop({HEAD: HEAD + KEEP})
ENDED = "2024-06-30T22:30:00.000000Z"  # half past eleven at night where the workshop is
DONE = Snapshot("workshop", "1", 7, "done", ENDED, ENDED, outcome="Done", entered={"done": ENDED})


@pytest.mark.parametrize(
    ("data", "until"),
    [
        ({"ready": "2020-02-29", "urgent": False}, date(2045, 3, 1)),
        ({"ready": "2020-02-29", "urgent": True}, date(2051, 3, 1)),
        ({"ready": "1960-05-05", "urgent": True}, date(2024, 6, 30)),
        ({"ready": "2020-02-29"}, date(2034, 7, 1)),
        ({"urgent": True}, date(2034, 7, 1)),
        ({}, date(2034, 7, 1)),
    ],
)
def test_the_expression_says_until_when_and_else_the_end_counts(data: dict[str, Any], until: date) -> None:
    assert kept_until(YARD, replace(DONE, data=data)) == until


def test_the_end_counts_on_the_wall_clock() -> None:
    late = replace(DONE, entered={"done": "2024-06-30T23:30:00.000000Z"})
    assert kept_until(YARD, late) == date(2034, 7, 2)


def test_what_goes_on_or_has_no_rule_is_kept() -> None:
    assert kept_until(YARD, replace(DONE, outcome="")) is None
    assert kept_until(workshop(), DONE) is None


@pytest.mark.parametrize(("price", "held"), [(100.0, False), (100.5, True), (None, True)])
def test_what_may_have_to_be_kept_is_held_back(price: float | None, held: bool) -> None:
    data = {} if price is None else {"price": price}
    assert is_held_back(YARD, replace(DONE, data=data)) is held
    assert is_held_back(workshop(), replace(DONE, data=data)) is False
    assert is_held_back(workshop({HEAD: HEAD + KEEP.replace("  hold: price > 100.0\n", "")}), DONE) is False


def test_all_that_was_typed_goes_but_what_stays_for_figures() -> None:
    first = Entry(1, "opened", ENDED, ENDED, "jo", "1", data={"shop": "North", "kind": "lathe", "ready": None})
    second = Entry(2, "document", ENDED, ENDED, "jo", "1", document={"document": "order", "name": "a.pdf", "hash": "0"})
    third = Entry(3, "task", ENDED, ENDED, "jo", "1", note={"reason": "Ill", "certificate": "1"}, data={"price": 1.0})
    gone = replace(first, seq=4, missing=("data/shop",), data={"shop": None, "urgent": True})
    paths = ("data/price", "data/shop", "document/order", "note/reason")
    assert erased_of(YARD, [first, second, third, gone]) == paths
    assert erased_of(workshop(), [first]) == ("data/kind", "data/shop")
    assert erased_of(YARD, []) == ()
