"""The words of an expression, apart from its texts and comments."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.language.tokens import Word, bare, literal, replaced, words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a == b", "a == b"),
        ('a == "b" + c', 'a == """ + c'),
        ("a == 'it\\'s' && b", 'a == """"""" && b'),
        ('a // "b" c\n+ d', "a         \n+ d"),
        ('r"\\" + a', '"""" + a'),
        ('"""a "b" c""" + d', '"""""""""""""" + d'.replace('"' * 14, '"' * 13)),
        ('"// no comment" + a', '"' * 15 + " + a"),
    ],
)
def test_texts_are_quotes_and_comments_blanks(text: str, plain: str) -> None:
    assert bare(text) == plain


def test_words_say_what_stands_around_them() -> None:
    assert list(words('a . b(c) == "d" && has (e)')) == [
        Word("a", 0, 1, member=False, call=False),
        Word("b", 4, 5, member=True, call=True),
        Word("c", 6, 7, member=False, call=False),
        Word("has", 19, 22, member=False, call=True),
        Word("e", 24, 25, member=False, call=False),
    ]


def test_only_what_is_no_text_is_swapped() -> None:
    found = replaced('a + "a" + a // a', re.compile("a"), lambda one: None if one.start() == 0 else "bcd")
    assert found == 'a + "a" + bcd // a'


@pytest.mark.parametrize(
    ("written", "said"),
    [('"a"', "a"), ("'a b'", "a b"), ('"""a"b"""', 'a"b'), ("r'a'", "a"), ('""', ""), ('"a\\n"', None)],
)
def test_what_a_text_says(written: str, said: str | None) -> None:
    assert literal(written) == said


@given(st.text("ab.(\"'\\/\n r", max_size=25))
def test_positions_stay_true(text: str) -> None:
    assert len(bare(text)) == len(text)
    assert replaced(text, re.compile("(?!)"), lambda _: "x") == text
    for word in words(text):
        assert text[word.start : word.end] == word.name
