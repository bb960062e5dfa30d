"""A claim is of several fields together, in the order in which they are written."""

from __future__ import annotations

from engine.process.claims import Claim
from tests.sets import LOANS, loaded


def test_several_fields_are_one_claim_and_several_claims_are_apart() -> None:
    together = loaded(LOANS + "unique: [{fields: [house, item], say: Twice.}]\n").unique
    apart = loaded(LOANS + "unique: [{fields: house, say: Twice.}, {fields: item, say: Twice.}]\n").unique
    assert together == (Claim(("house", "item"), "Twice."),)
    assert apart == (Claim(("house",), "Twice."), Claim(("item",), "Twice."))
