"""Amounts of money in expressions: exact, compared with amounts alone, and told where they are mixed with numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.language.amounts import constant
from engine.process.language.expressions import Expression, Language, View
from engine.process.language.faults import Fault
from engine.source import money

NONE: frozenset[str] = frozenset()
FIELDS = {"fee": "money", "paid": "money", "n": "integer", "x": "number", "a": "text"}
LANGUAGE = Language(FIELDS, {}, NONE, NONE, NONE, ZoneInfo("Europe/London"))


def value(text: str, wanted: str = "ANY", **data: Any) -> Any:
    found = LANGUAGE.check(text, wanted)
    assert isinstance(found, Expression), found
    return LANGUAGE.value(found, View(data, "on", [], {}, datetime(2024, 1, 10, tzinfo=UTC)))


def faults(text: str, wanted: str = "BOOL") -> list[Fault]:
    found = LANGUAGE.check(text, wanted)
    assert isinstance(found, list), found
    return found


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ('fee > money("9.99")', {"fee": "10.00"}, True),
        ('fee >= money("1,234.50")', {"fee": "1234.50"}, True),
        ('fee < money("-0.01")', {"fee": "0.00"}, False),
        ('fee == money("10")', {"fee": "10.00"}, True),
        ('fee != money("10")', {}, None),
        ("fee == null", {}, True),
        ("fee == null", {"fee": "0.00"}, False),
        ("fee == paid", {"fee": "1.00", "paid": "1.00"}, True),
        ("fee + paid", {"fee": "0.10", "paid": "0.20"}, 30),
        ("fee - paid", {"fee": "0.10", "paid": "0.20"}, -10),
        ("fee - paid", {"fee": "0.10"}, None),
        ("fee * n", {"fee": "0.35", "n": 3}, 105),
        ("n * fee", {"fee": "0.35", "n": 3}, 105),
        ('fee == null ? money("25") : fee + money("25")', {}, 2500),
        ('fee == null ? money("25") : fee + money("25")', {"fee": "25.00"}, 5000),
        ('fee in [money("1"), money("2")]', {"fee": "2.00"}, True),
        ("(fee + paid) * n == money('0.90')", {"fee": "0.10", "paid": "0.20", "n": 3}, True),
        ("2 * 3 == 6 && 1.5 * 2.0 == 3.0 && 2u * 3u == 6u", {}, True),
    ],
)
def test_what_an_expression_over_amounts_is_worth(text: str, data: dict[str, Any], expected: object) -> None:
    assert value(text, **data) == expected


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(-99, 99))
def test_they_are_reckoned_with_to_the_last_digit(one: int, other: int, times: int) -> None:
    data = {"fee": money.kept(one), "paid": money.kept(other), "n": times}
    assert value("fee + paid", **data) == one + other
    assert value("(fee - paid) * n", **data) == (one - other) * times
    assert value("fee < paid", **data) is (one < other)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("fee > 10", 4, "> cannot be used with an amount of money and a whole number."),
        ("fee > 10.0", 4, "> cannot be used with an amount of money and a number."),
        ("fee == 10", 4, "== cannot be used with an amount of money and a whole number."),
        ("fee + x > fee", 4, "+ cannot be used with an amount of money and a number."),
        ("fee * paid > fee", 4, "* cannot be used with an amount of money and an amount of money."),
        ("fee / 2 > fee", 4, "/ cannot be used with an amount of money and a whole number."),
    ],
)
def test_a_number_is_no_amount(text: str, offset: int, message: str) -> None:
    [fault] = faults(text)
    assert (fault.offset, fault.code, fault.message) == (offset, "expression-type", message)
    assert fault.mend == 'Write an amount as money("12.50"); it is multiplied by whole numbers only.'


@pytest.mark.parametrize("text", ['fee > money("ten")', 'fee > money ( ("1.234,50"))', "fee > money('£5')"])
def test_a_text_that_is_no_amount_is_told(text: str) -> None:
    [fault] = faults(text)
    assert (fault.code, fault.mend) == ("wrong-value", 'Write it as money("1234.50").')


def test_a_field_of_money_is_set_to_an_amount() -> None:
    assert LANGUAGE.result_type("fee") == "money"
    [fault] = faults("25.0", LANGUAGE.result_type("fee"))
    assert fault.message == "The expression gives a number, but an amount of money is needed here."


@pytest.mark.parametrize(
    ("text", "units"), [('money("12.50")', 1250), (' money( "3" ) ', 300), ("fee", None), ('money("x")', None)]
)
def test_a_constant_is_known_before_any_case(text: str, units: int | None) -> None:
    assert constant(text) == units
