"""Cells: what a spreadsheet would take for a formula stays a text, and is read again as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source.cell import as_meant, as_text


@pytest.mark.parametrize(
    ("text", "cell"), [("=1+1", "'=1+1"), ("\uff1dA1", "'\uff1dA1"), ("Jo", "Jo"), ("'tis", "'tis")]
)
def test_a_formula_gets_an_apostrophe_and_nothing_else_does(text: str, cell: str) -> None:
    assert (as_text(text), as_meant(cell)) == (cell, text)


@given(st.text(alphabet="=+-@'a\t", max_size=5).filter(lambda text: text[:1] != "'"))
def test_what_is_written_is_read_again(text: str) -> None:
    assert as_meant(as_text(text)) == text
