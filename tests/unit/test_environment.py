"""What runs expressions: a comparison with null becomes a question of its own."""

from __future__ import annotations

import pytest

from engine.process.language.environment import with_emptiness


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("fee == null", "(fee__is_empty)"),
        ("null != fee", "(!fee__is_empty)"),
        ("other == null", "other == null"),
        ('"fee == null"', '"fee == null"'),
    ],
)
def test_only_fields_are_asked_whether_they_are_empty(text: str, becomes: str) -> None:
    assert with_emptiness(text, frozenset({"fee"})) == becomes
