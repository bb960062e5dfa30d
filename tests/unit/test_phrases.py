"""Phrases: expressions and times are told by titles, and never by names."""

from __future__ import annotations

import pytest

from engine.authoring.diagram import phrases
from engine.process.definition import Process
from engine.process.language.expressions import Expression


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("damaged", ["damaged"], "Damaged"),
        ("!damaged", ["damaged"], "not Damaged"),
        ('item == "lathe"', ["item"], "Item is Lathe"),
        ("deposit == null || damaged", ["deposit", "damaged"], "Deposit is empty or Damaged"),
        ("due_back != null && due_back >= today", ["due_back"], "Due back is given and Due back ≥ today"),
        ('!has("id_card")', [], "Copy of an identity card is not there"),
        ('within("lent.out") || state == "closed"', [], "the case is in Out or state is Closed"),
        ('free("lathe") > 0', [], "free Lathe > 0"),
        ('!did("accept")', [], "who acts did not do Accept"),
        ('item == "a && b"', ["item"], "Item is “a && b”"),
    ],
)
def test_an_expression_is_told_by_titles(loan: Process, text: str, names: list[str], said: str) -> None:
    asked = Expression(text, frozenset(names), frozenset())
    assert phrases.expression(loan, asked) == said
