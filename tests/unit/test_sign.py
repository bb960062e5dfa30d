"""What cannot be seen, or only looks like what is meant, is told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.answers.form import _Fault, value_of
from engine.process.definition import Field
from engine.source import sign

LONDON = ZoneInfo("Europe/London")


def answer(kind: str, raw: object) -> object:
    return value_of(Field("f", "Answer", kind, pattern="", hint=""), raw, LONDON)


@pytest.mark.parametrize(
    "text", ["\u200b", "\ufeff", " \u2060\u200d ", "\u00ad", "\u3164", "\u2800", "\u200e\u200f", "\u00a0\u200b"]
)
@pytest.mark.parametrize("kind", ["text", "long_text", "integer", "number", "yes_no", "date", "time"])
def test_an_answer_of_which_nothing_can_be_seen_is_refused(kind: str, text: str) -> None:
    with pytest.raises(_Fault, match="only signs that cannot be seen"):
        answer(kind, text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\u200bb", "a zero-width space at character 2"),
        ("co\u00adop", "a soft hyphen at character 3"),
        ("\u202eevil", "a mark of direction at character 1"),
        ("a\u2066b", "a mark of direction"),
        ("a\ufeffb", "a byte order mark"),
        ("a\u2063b", "a sign that cannot be seen"),
    ],
)
def test_a_sign_that_cannot_be_seen_is_named_in_an_answer(text: str, kind: str) -> None:
    with pytest.raises(_Fault, match=kind):
        answer("text", text)


@pytest.mark.parametrize(
    "text",
    ["Zoë O’Neil", "“well”", "میخواهم"[:2] + "\u200c" + "م", "👩\u200d👧", "🏴\U000e0067\U000e007f"],
)
def test_signs_of_other_scripts_and_pictures_are_welcome(text: str) -> None:
    assert answer("text", text) == text


@pytest.mark.parametrize("kind", ["text", "long_text"])
@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007", "\u2003", "\u3000"])
def test_a_space_of_another_kind_is_kept_as_a_plain_one(kind: str, space: str) -> None:
    assert answer(kind, f"{space}10{space}km {space}") == "10 km"


def test_lines_of_a_long_text_stay_where_its_spaces_become_plain() -> None:
    assert answer("long_text", "Zoë\u00a0came.\n\u00a0- at 9\u00a0am") == "Zoë came.\n - at 9 am"


@given(st.text(max_size=50))
def test_plain_spaces_change_no_other_sign(text: str) -> None:
    plain = sign.plain_spaces(text)
    assert len(plain) == len(text)
    assert all(one == other or (one == " " and other.isspace()) for one, other in zip(plain, text, strict=True))
    assert sign.plain_spaces(plain) == plain


@given(st.text(max_size=20))
def test_any_text_has_a_first_odd_sign_or_none(text: str) -> None:
    found = sign.mistaken_in(text)
    assert found is None or sign.mistaken_in(text[: found[0]]) is None


@given(st.text(max_size=50))
def test_a_text_is_composed_once_and_for_all_and_knows_its_other_spellings(text: str) -> None:
    composed = sign.composed(text)
    assert sign.composed(composed) == composed
    assert composed in (text, *sign.other_spellings(text))
    assert text not in sign.other_spellings(text)
    assert all(sign.composed(one) == composed for one in sign.other_spellings(text))
