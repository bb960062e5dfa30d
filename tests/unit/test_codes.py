"""A code is right by its check sign, for schemes that were published: the numbers are theirs, or worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.codes import CheckSign, Code, plain

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
# Of pupils in England: a letter first, then twelve signs that count 2 to 13, the last a letter while it is temporary.
UPN = CheckSign(tuple(range(2, 14)), 23, LETTERS)
UPNS = Code(f"[{LETTERS}][0-9]{{11}}[0-9{LETTERS}]", UPN, "[A-Z][0-9]{11}[A-Z]", "temporary")
ISBN = CheckSign((10, 9, 8, 7, 6, 5, 4, 3, 2), 11, "0123456789X", "last", rest=True)
# Of patients in England: there are none whose remainder is ten.
NHS = CheckSign((10, 9, 8, 7, 6, 5, 4, 3, 2), 11, "0123456789", "last", rest=True)


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        (UPN, "B801200005001"),
        (UPN, "A123456789012"),
        (UPN, "L12345678901B"),
        (UPN, "A00000000000A"),
        (ISBN, "0306406152"),
        (ISBN, "080442957X"),
        (NHS, "9434765919"),
    ],
)
def test_a_published_code_is_right(scheme: CheckSign, code: str) -> None:
    assert scheme.is_right(code)
    others = code[1:] if scheme.at == "first" else code[:-1]
    assert scheme.completed(others) == code


@pytest.mark.parametrize("sign", [one for one in LETTERS if one != "B"])
def test_any_other_letter_is_wrong(sign: str) -> None:
    assert not UPN.is_right(f"{sign}801200005001")


@pytest.mark.parametrize(
    "code", ["", "B", "B80120000500", "B8012000050010", "B80120000500I", "B80120000500S", "080442957"]
)
def test_what_is_too_short_too_long_or_of_other_signs_is_wrong(code: str) -> None:
    assert not UPN.is_right(code)


def test_where_a_remainder_has_no_sign_there_is_no_code() -> None:
    assert ISBN.completed("080442957") == "080442957X"
    assert NHS.completed("080442957") == ""
    assert not any(NHS.is_right(f"080442957{one}") for one in "0123456789X")


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(others: str, place: int, more: int) -> None:
    wrong = others[:place] + str((int(others[place]) + more) % 10) + others[place + 1 :]
    assert not UPN.is_right(UPN.sign_of(others) + wrong)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 10))
def test_two_digits_that_are_swapped_are_always_found(others: str, place: int) -> None:
    wrong = others[:place] + others[place + 1] + others[place] + others[place + 2 :]
    assert UPN.is_right(UPN.sign_of(others) + wrong) is (wrong == others)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("B801200005001", ""),
        ("B80120000500", "is not written as it must be."),
        ("C801200005001", "is mistyped: its first sign does not fit the others."),
    ],
)
def test_what_is_wrong_is_told(code: str, fault: str) -> None:
    assert UPNS.fault(code) == fault


def test_a_form_that_is_flagged_is_told_as_such() -> None:
    assert [UPNS.told(one) for one in ("B801200005001", "L12345678901B")] == [
        "B801200005001",
        "L12345678901B (temporary)",
    ]


def test_what_was_typed_is_told_as_it_will_be_kept_and_what_is_no_code_as_it_stands() -> None:
    assert [UPNS.told(one) for one in (" b801 200005001", "c801 200005001")] == ["B801200005001", "c801 200005001"]


def test_a_code_is_kept_in_capitals_without_spaces() -> None:
    assert plain(" b801 2000\u00a005001 ") == "B801200005001"
