"""Position: editors count in units, the program in signs; beyond the first 65,536 a sign is two units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lsp.position import offset_at, offset_of, position_at

TEXTS = st.text(st.sampled_from("ab\n é漢😀\u2028\u0301"), max_size=25)


@given(TEXTS, st.integers(0, 25), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_there_and_back_is_the_same_place(text: str, offset: int, encoding: str) -> None:
    offset = min(offset, len(text))
    line, unit = position_at(text, offset, encoding)
    assert offset_at(text, line, unit, encoding) == offset
    assert line == text[:offset].count("\n")  # what ends a line for other programs is a sign like any other here
    start = text.rfind("\n", 0, offset) + 1
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    name = encoding if encoding == "utf-8" else f"{encoding}-le"
    assert unit == len(text[start:offset].encode(name)) // width


@pytest.mark.parametrize(("encoding", "unit"), [("utf-16", 4), ("utf-8", 7), ("utf-32", 3)])
def test_a_picture_and_an_accent_count_as_each_encoding_says(encoding: str, unit: int) -> None:
    assert position_at("x\né😀:", 5, encoding) == (1, unit)
    assert offset_at("x\né😀:", 1, unit, encoding) == 5


def test_what_lies_outside_is_the_nearest_end() -> None:
    assert offset_at("ab\ncd", 0, 9) == 2
    assert offset_at("ab\ncd", 7, 0) == 5
    assert position_at("ab", 9) == (0, 2)
    assert [offset_of("ab\ncd", *place) for place in ((1, 1), (2, 2), (2, 9), (9, 1))] == [0, 4, 5, 3]
