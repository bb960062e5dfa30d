"""Letters: lines are no wider than they may be, and nothing of a text is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring.diagram import letters


@settings(max_examples=25)
@given(st.text(max_size=40), st.integers(30, 200))
def test_no_line_is_wider_and_nothing_is_lost(text: str, most: int) -> None:
    lines = letters.lines(text, 12, most)
    assert all(letters.width(line, 12) <= most for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "arial"), [("Discussion at the area panel", 152.1), ("Withdraw", 49.4), ("WWW MMM", 67.3)]
)
def test_room_is_kept_for_letters_of_common_fonts(text: str, arial: float) -> None:
    """As wide as in Arial of 12 px, or up to a fifth wider."""
    assert arial <= letters.width(text, 12) <= 1.2 * arial


def test_what_is_not_latin_has_a_whole_sign() -> None:
    assert letters.width("日本", 10) == pytest.approx(20.8)
