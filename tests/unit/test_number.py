"""Numbers are read one way everywhere."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from engine.api.app import create_app
from engine.service import Engine
from engine.source.number import NotANumber, decimal, whole
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
