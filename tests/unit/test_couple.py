"""Two cases side by side say different things where only one may say them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.authoring.couple import another
from tests.sets import LOANS as SETS
from tests.sets import loaded


@pytest.mark.parametrize(
    ("kind", "given", "other"),
    [
        ("type: text", "Jug", "Jug 2"),
        ("type: choice, choices: [small, large]", "small", "large"),
        ("type: integer, max: 5", 5, 4),
        ("type: integer", 5, 6),
        ("type: date", "2024-01-31", "2024-02-01"),
        ("type: date, max: today", "2024-01-08", "2024-01-07"),
    ],
)
def test_two_cases_of_one_suggestion_claim_different_things(kind: str, given: object, other: object) -> None:
    text = SETS.replace("item: {title: Item, type: text, personal: true}", f"item: {{title: Item, {kind}}}")
    text = text.replace(
        "keep: {by: [keeper, clerk], else: 1 year, subject: item}\n", "unique: [{fields: item, say: No.}]\n"
    )
    scenario: dict[str, Any] = {"start": {"data": {"item": given, "house": "H"}}, "steps": [{"event": "send"}]}
    assert another(loaded(text), scenario) == {
        "start": {"data": {"item": other, "house": "H"}},
        "steps": [{"event": "send"}],
    }
