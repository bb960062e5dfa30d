"""Numbers are read one way everywhere."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import example, given
from hypothesis import strategies as st

from engine.api.app import create_app
from engine.service import Engine
from engine.source.number import MOST_COUNTED, MOST_DIGITS, NotANumber, decimal, kept, number_in, placed, whole, written
from engine.source.reader import read
from engine.web.app import create_site

NO_NUMBERS = [
    "1_000",
    "1e3",
    "0x10",
    "١٢٣",
    "１２",
    "²",
    "9" * 400,
    "1 000",
    "1,5",
    "inf",
    "nan",
    "--1",
    "",
    "\u200b",
    "1\u200b",
]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none_for_anybody(text: str) -> None:
    for reader in (whole, decimal):
        with pytest.raises(NotANumber, match="digits 0 to 9"):
            reader(text)
    assert read(f"a: '{text}'", "f.yaml").data == read(f"a: {text or chr(39) * 2}", "f.yaml").data


@pytest.mark.parametrize("value", [True, 10**400, float("inf"), float("nan"), None, [1]])
def test_nor_is_another_kind_of_value(value: object) -> None:
    for reader in (whole, decimal):
        with pytest.raises(NotANumber):
            reader(value)


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_whole_number_is_read_as_it_is_written(value: int) -> None:
    assert whole(str(value)) == whole(value) == whole(f" {value} ") == decimal(str(value)) == value


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_with_decimals_too(value: object) -> None:
    assert decimal(f"{value:f}") == float(f"{value:f}")


def routes(app: FastAPI) -> list[APIRoute]:
    found: list[APIRoute] = []
    todo = list(app.routes)
    while todo:
        one = todo.pop()
        found += [one] if isinstance(one, APIRoute) else []
        inner = getattr(one, "original_router", None) or getattr(one, "app", None)
        todo += getattr(one, "routes", []) or getattr(inner, "routes", []) or []
    return found


def test_every_number_in_an_address_is_read_the_same_way() -> None:
    engine, asked = Engine(), set()
    for route in [*routes(create_app(engine)), *routes(create_site(engine))]:
        todo = [route.dependant]
        while todo:
            one = todo.pop()
            todo += one.dependencies
            for param in (*one.path_params, *one.query_params):
                value, wrong = param.validate("1", {}, loc=("query", param.name))
                if wrong or not isinstance(value, int) or isinstance(value, bool):
                    continue
                asked.add(param.name)
                for text in ("1_0", "1.0", "１", " 1\u00a0"):
                    assert param.validate(text, {}, loc=("query", param.name))[1], (route.path, param.name, text)
    assert {"number", "limit", "seq"} <= asked


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_a_number_is_kept_as_it_was_written_or_refused(number: Decimal) -> None:
    text = format(number, "f")
    try:
        read = decimal(text)
    except NotANumber:
        digits = text.lstrip("+-").replace(".", "")
        assert len(digits.lstrip("0")) > MOST_DIGITS or max(map(len, text.lstrip("+-").split("."))) > MOST_DIGITS
        return
    assert Decimal(written(read)) == number
    assert decimal(written(read)) == decimal(read) == read == kept(read)
    assert not {"e", "E"} & set(written(read))


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.00001, "0.00001"), (1e14, "100000000000000"), (12.0, "12"), (0.5, "0.5"), (-0.0, "-0"), (7, "7"), (100, "100")],
)
def test_a_number_is_written_without_an_exponent_and_without_decimals_that_say_nothing(
    number: float, text: str
) -> None:
    assert written(number) == text


@pytest.mark.parametrize(
    "value", [0.1 + 0.2, 1e15, float("inf"), float("nan"), 0.1234567890123456, "0.1234567890123456"]
)
def test_more_digits_than_can_be_typed_again_are_refused_and_worked_out_they_are_rounded(value: float | str) -> None:
    with pytest.raises(NotANumber):
        decimal(value)
    assert kept(0.1 + 0.2) == 0.3
    assert kept(float("inf")) is None
    assert kept(float("nan")) is None
    assert kept(10**15) is None
    assert kept(10**15 - 1) == 10**15 - 1


def test_as_many_digits_as_can_be_kept_are_read_and_noughts_before_them_are_none_of_them() -> None:
    assert decimal("000000000000001.5") == 1.5
    assert whole(10**MOST_DIGITS - 1) == 10**MOST_DIGITS - 1
    for value in (10**MOST_DIGITS, -(10**MOST_DIGITS)):
        with pytest.raises(NotANumber):
            whole(value)


def test_nothing_has_no_sign() -> None:
    assert written(decimal("-0.0")) == written(decimal(-0.0)) == "0"


def test_what_counts_nothing_is_no_number_of_a_thing() -> None:
    assert [number_in(one) for one in ("0", "7", str(MOST_COUNTED))] == [0, 7, MOST_COUNTED]
    assert [number_in(one) for one in ("", "x", "1_0", "-1", str(MOST_COUNTED + 1))] == [None] * 5


FIGURES = st.one_of(
    st.integers(1 - 10**MOST_DIGITS, 10**MOST_DIGITS - 1),
    st.floats(-(10.0**MOST_DIGITS), 10.0**MOST_DIGITS).map(kept).filter(lambda one: one is not None),
)


@given(one=FIGURES, other=FIGURES)
@example(one=-0.5, other=-0.25)
@example(one=-1, other=-0.1)
@example(one=9, other=10)
@example(one=0.1, other=1e-15)
@example(one=10**15 - 1, other=1 - 10**15)
def test_texts_that_stand_for_numbers_stand_as_the_numbers_do(one: float, other: float) -> None:
    assert (placed(one) < placed(other), placed(one) == placed(other)) == (one < other, one == other)
    assert {len(placed(one)), len(placed(other))} == {2 * MOST_DIGITS + 1}
    assert placed(one).isdecimal()
