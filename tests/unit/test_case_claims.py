"""What a case claims while it is open, and that no value can be read in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.case.claims import claims_of
from engine.case.snapshot import Snapshot
from tests.sets import LOANS, loaded

PROCESS = loaded(LOANS + "unique: [{fields: item}, {fields: [item, house]}]\n")
CASE = Snapshot("loans", "1", 1, "shelf", "", "", data={"item": "Blue Jug"})


def claims(**data: Any) -> set[str]:
    return set(claims_of(PROCESS, replace(CASE, data=data)))


@pytest.mark.parametrize("item", ["blue jug", "BLUE  JUG", "BlueJug", " Blue Jug "])
def test_spaces_and_capital_letters_make_no_difference(item: str) -> None:
    assert claims(item=item) == claims(item="Blue Jug")


def test_what_is_empty_claims_nothing_and_several_claim_together() -> None:
    assert claims() == claims(item=None, house="North") == claims(item="") == set()
    assert len(claims(item="Jug")) == 1
    both = claims(item="Jug", house="North")
    assert (len(both), both & claims(item="Jug", house="South")) == (2, claims(item="Jug"))
    # Not the same as one long value, nor as the same values the other way round.
    assert not claims(item="Jug", house="North") - claims(item="Jug") & claims(item="North", house="Jug")


def test_a_case_that_has_ended_claims_nothing_and_no_value_can_be_read() -> None:
    assert claims_of(PROCESS, replace(CASE, outcome="Lost")) == claims_of(PROCESS, None) == {}
    [text] = claims_of(PROCESS, CASE)
    # No longer than a word of the index, and none that anybody could search for.
    assert (text[0], len(text), "jug" in text.casefold()) == ("=", 59, False)


def test_another_process_claims_for_itself() -> None:
    other = loaded((LOANS + "unique: [{fields: item}]\n").replace("process: loans", "process: lent"))
    assert not set(claims_of(other, CASE)) & claims(item="Blue Jug")
