"""Spot: where a place lies in a document, also in one that is half typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lsp.spot import MARK, spot_at, word_at

TEXT = """\
process: one
roles: {clerk: {title: Clerk}}
states:
  first:
    owner: cl|
    events:
      go: {title: Go é😀, by: [clerk], to: done}
  done: {final: true}
"""


def spot(text: str) -> tuple[object, ...] | None:
    found = spot_at(text.replace("|", ""), text.index("|"), "one.yaml")
    return found and (tuple(MARK if MARK in str(one) else one for one in found.path), found.is_key, found.word)


def at(line: str, typed: str) -> str:
    return TEXT.replace("|", "").replace(line, typed)


@pytest.mark.parametrize(
    ("text", "path", "is_key", "word"),
    [
        (TEXT, ("states", "first", "owner"), False, "cl"),
        (at("owner: cl", "owner: |"), ("states", "first", "owner"), False, ""),
        (at("owner: cl", "ow|"), ("states", "first", MARK), True, "ow"),
        (at("owner: cl", "|"), ("states", "first", MARK), True, ""),
        (at("owner: cl", "own|er: cl"), ("states", "first", MARK), True, "owner"),
        (at("to: done}", "to: d|"), ("states", "first", "events", "go", "to"), False, "d"),
        (at("by: [clerk]", "by: [clerk, c|]"), ("states", "first", "events", "go", "by", 1), False, "c"),
        (at("by: [clerk], to: done}", "by: [|"), ("states", "first", "events", "go", "by", 0), False, ""),
        (at("to: done}", "t|"), ("states", "first", "events", "go", MARK), True, "t"),
        (at("  done: {final: true}", "  done: {fi|"), ("states", "done", MARK), True, "fi"),
        (at("done: {final: true}", "done:\n    fi|"), ("states", "done"), False, "fi"),
        (at("process: one\n", "process: one\n|\n"), (MARK,), True, ""),
        (at("  done: {final: true}", "  bad: [\n  fi|"), None, False, ""),
    ],
)
def test_what_is_typed_is_found_where_it_is(
    text: str, path: tuple[object, ...] | None, is_key: bool, word: str
) -> None:
    if path is None:
        spot(text)  # it may be anywhere, or nowhere
    else:
        assert spot(text) == (path, is_key, word)


def test_a_word_has_dots_and_hyphens() -> None:
    assert [word_at("to: a.b-c d", at) for at in (3, 4, 6, 9, 10, 11)] == [
        (3, 3),
        (4, 9),
        (4, 9),
        (4, 9),
        (10, 11),
        (10, 11),
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text("{}[]:'\"-# \n&*!|>%@é😀", max_size=5))
def test_no_half_typed_text_is_too_much(cut: int, offset: int, typed: str) -> None:
    text = TEXT[:cut] + typed + TEXT[cut + 3 :]
    found = spot_at(text, min(offset, len(text)), "one.yaml")
    assert found is None or MARK in found.source.text
