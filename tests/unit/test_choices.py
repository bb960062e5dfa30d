"""A choice is meant by its value or its title; several by a list, or by commas, also where titles hold commas."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.answers.choices import one_of, some_of
from engine.process.definition import Field

FIELD = Field("x", "X", "choices", choices={"r": "Red", "g": "Green, light", "b": "Red", "caf\u00e9": "Caf\u00e9"})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("r", "r"),
        ("Green, light", "g"),
        (" g ", "g"),
        ("cafe\u0301", "caf\u00e9"),
        ("Red", None),
        ("x", None),
        (3, None),
    ],
)
def test_one(said: Any, meant: str | None) -> None:
    assert one_of(FIELD, said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Green, light, r", ["r", "g"]), (["g", "r", "g"], ["r", "g"]), ("r, x", None), (4, None), ([["r"]], None)],
)
def test_some_in_the_order_of_the_process(said: Any, meant: list[str] | None) -> None:
    assert some_of(FIELD, said) == meant
