"""What a value of a field is in an expression, by its type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.process.language.values import CHECKED, RESULTS, given, instant

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("kind", "kept", "there"),
    [
        ("money", "1234.50", 123_450),
        ("time", "2024-07-01T09:30", datetime(2024, 7, 1, 8, 30, tzinfo=UTC)),
        ("date", "2024-07-01", "2024-07-01"),
        ("text", "cafe\u0301", "caf\u00e9"),
        ("choices", ["cafe\u0301"], ["caf\u00e9"]),
        ("number", 1.5, 1.5),
        ("yes_no", False, False),
    ],
)
def test_a_value_is_given_as_expressions_know_it(kind: str, kept: Any, there: Any) -> None:
    assert given(kind, kept, LONDON) == there


def test_each_type_can_be_checked_and_set() -> None:
    assert CHECKED.keys() == RESULTS.keys()


def test_a_day_is_its_midnight() -> None:
    assert instant("2024-07-01", LONDON) == datetime(2024, 6, 30, 23, tzinfo=UTC)
