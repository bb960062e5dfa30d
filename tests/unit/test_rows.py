"""What a scenario expects of rows."""

from __future__ import annotations

from typing import Any

import pytest

from engine.authoring.rows import compared, kept_value
from engine.service.cases.rows import Row
from tests.visits import VISITS

ROWS = (Row(2, 1, "2024-01-02", "jo", {"kind": "home"}), Row(3, 1, "2024-01-03", "jo", {"kind": "office"}))


@pytest.mark.parametrize(
    ("wanted", "is_so"),
    [
        (2, True),
        (1, False),
        ([{"kind": "At home"}, {"day": "2024-01-03"}], True),
        ([{"kind": "home"}], False),
        ([{"kind": "home"}, {"kind": "home"}], False),
        ([{}, {}, {}], False),
        ([{"minutes": None}, {}], True),
    ],
)
def test_rows_are_as_many_or_say_what_is_wanted(wanted: Any, is_so: bool) -> None:
    found, meant = compared(VISITS, {"visit": ROWS}, {"visit": wanted})
    assert (found == meant) is is_so


def test_where_there_are_no_rows_there_are_none() -> None:
    assert compared(VISITS, {"visit": None}, {"visit": 0}) == ({"visit": 0}, {"visit": 0})


def test_a_value_is_read_as_its_field_keeps_it() -> None:
    assert (kept_value(VISITS, "consent", "yes"), kept_value(VISITS, "consent", None)) == (True, None)
