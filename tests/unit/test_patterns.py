"""Patterns fit the whole text or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.language.patterns import matches


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("[A-Z]{2}[0-9]+", "AB12", True),
        ("[A-Z]{2}[0-9]+", "xAB12", False),
        ("[A-Z]{2}[0-9]+", "AB12x", False),
        ("a|b", "a", True),
        ("a|b", "b", True),
        ("a|b", "ax", False),
        ("a|b", "xb", False),
        ("", "", True),
        ("", "x", False),
        ("a", "a\n", False),
        ("(a+)+", "a" * 400 + "!", False),
        ("é.", "éx", True),
    ],
)
def test_the_whole_text_fits_or_none_of_it(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", r"\1", "(?=a)", "*"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are those of RE2
        matches(pattern, "a")


@given(st.text(alphabet="ab", max_size=6), st.text(alphabet="ab", max_size=6))
def test_plain_letters_fit_only_themselves(pattern: str, text: str) -> None:
    assert matches(pattern, text) is (pattern == text)
