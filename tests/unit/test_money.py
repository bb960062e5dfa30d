"""Amounts of money are read as people type them, kept with all their digits, and said with the currency's sign."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source import money

AMOUNTS = st.integers(-money.MOST, money.MOST)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1,234.50", "1234.50"),
        ("£1,234.50", "1234.50"),
        ("£ 1,234.50", "1234.50"),
        ("GBP 1234.5", "1234.50"),
        (" 12 ", "12.00"),
        ("12.", "12.00"),
        (".5", "0.50"),
        ("-£3", "-3.00"),
        ("£-3", "-3.00"),
        ("-0", "0.00"),
        ("007", "7.00"),
        ("1,234,567.89", "1234567.89"),
        (12, "12.00"),
        (12.5, "12.50"),
        (0.1, "0.10"),
        (-0.0, "0.00"),
        (4.35, "4.35"),
        ("9999999999999.99", "9999999999999.99"),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: Any, kept: str) -> None:
    assert money.kept(money.units(written, "GBP")) == kept


@pytest.mark.parametrize(
    "written",
    [
        *("", "-", "£", ".", "12.345", "1,23", "12,34.50", "1.234,50", "1,2345", ",123", "$5", "EUR 5", "5 £", "5 p"),
        *("--5", "-£-5", "+5", "1e3", "1_000", "٣", "10000000000000.00", "9" * 400, "£\u00a05\u200b", "12..5"),
        *(0.001, 0.1 + 0.2, 1e15, 1e300, float("inf"), float("nan"), 10**13, True, None, [], {}, b"5"),
    ],
)  # fmt: skip
def test_what_is_no_amount_of_pounds_is_none(written: Any) -> None:
    with pytest.raises(money.NotMoney):
        money.units(written, "GBP")


def test_a_sign_is_one_of_a_currency() -> None:
    assert money.units("€5", "EUR") == money.units("CHF 5", "CHF") == 500
    with pytest.raises(money.NotMoney):
        money.units("£5")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (123_450, "GBP", "£1,234.50"),
        (5, "GBP", "£0.05"),
        (-123_450, "EUR", "-€1,234.50"),
        (100, "CHF", "CHF 1.00"),
        (-100, "SEK", "-SEK 1.00"),
        (0, "USD", "$0.00"),
    ],
)
def test_it_is_said_with_its_sign_and_two_digits(amount: int, currency: str, said: str) -> None:
    assert money.said(amount, currency) == said
    assert money.units(said, currency) == amount


@given(AMOUNTS, st.sampled_from(sorted(money.SIGNS)))
def test_whatever_is_kept_shown_or_sent_comes_back_as_it_was(amount: int, currency: str) -> None:
    kept = money.kept(amount)
    assert Decimal(kept) * 100 == amount
    ways = (kept, json.loads(json.dumps(kept)), money.said(amount, currency), money.in_box(kept))
    assert {money.units(one, currency) for one in ways} == {amount}


@given(st.lists(st.integers(-(10**9), 10**9), max_size=30))
def test_sums_lose_nothing(amounts: list[int]) -> None:
    assert money.kept(sum(money.units(money.kept(one)) for one in amounts)) == money.kept(sum(amounts))


@pytest.mark.parametrize(("typed", "box"), [("1234.5", "1,234.50"), ("five", "five"), ("12.345", "12.345"), (None, "")])
def test_a_box_shows_an_amount_and_what_is_none_as_it_was_typed(typed: Any, box: str) -> None:
    assert money.in_box(typed) == box


def test_sheets_write_the_sign_too() -> None:
    assert [money.sheet_format(one) for one in ("GBP", "CHF")] == ['"£"#,##0.00', '"CHF "#,##0.00']
