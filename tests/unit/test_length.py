"""Which length a misspelt one can only mean."""

from __future__ import annotations

import pytest

from engine.calendars.duration import BadDuration, parse
from engine.source.length import UNITS, meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("6 weaks", "6 weeks"),
        ("1 WEEK", "1 week"),
        ("3weeks", "3 weeks"),
        ("1 dayy+ 2 hous", "1 day + 2 hours"),
        ("10 schooldays", "10 school days"),
        ("5 mins", ""),
        ("2 weeks + 1 fortnight", ""),
        ("weeks", ""),
        ("", ""),
    ],
)
def test_a_unit_that_only_one_is_near_to_is_meant(text: str, said: str) -> None:
    assert meant(text) == said


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_can_be_counted_and_is_found_without_its_space(unit: str) -> None:
    assert parse(f"2 {unit}s").parts == ((2, unit),)
    with pytest.raises(BadDuration):
        parse(f"2{unit}s")
    assert parse(meant(f"2{unit}s")).parts == ((2, unit),)
