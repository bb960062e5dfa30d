"""Years: when they begin, what they are called, and that there is none beyond what a calendar writes down."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars.years import Year, days_between, year_called, year_of, years_of
from tests.charges import LEICESTERSHIRE, day


def test_a_calendar_writes_years_down_which_go_on_until_the_next() -> None:
    assert [(one.label, one.first.isoformat(), one.last.isoformat()) for one in years_of(LEICESTERSHIRE)] == [
        ("2023-24", "2023-08-29", "2024-08-26"),
        ("2024-25", "2024-08-27", "2025-08-25"),
        ("2025-26", "2025-08-26", "2026-07-10"),
    ]


@pytest.mark.parametrize(
    ("on", "begins", "label"),
    [
        ("2024-08-26", "calendar", "2023-24"),
        ("2024-08-27", "calendar", "2024-25"),
        ("2025-07-30", "calendar", "2024-25"),
        ("2024-01-01", "january", "2024"),
        ("2024-12-31", "january", "2024"),
        ("2024-03-31", "april", "2023-24"),
        ("2024-04-01", "april", "2024-25"),
        ("1999-04-01", "april", "1999-00"),
    ],
)
def test_a_day_lies_in_the_year_that_is_called_so(on: str, begins: str, label: str) -> None:
    found = year_of(day(on), begins, LEICESTERSHIRE)
    assert found is not None
    assert (found.label, day(on) in found, year_called(label, begins, LEICESTERSHIRE)) == (label, True, found)


@pytest.mark.parametrize("on", ["2023-08-28", "2026-07-11", "2030-01-01"])
def test_beyond_the_calendar_there_is_none(on: str) -> None:
    assert year_of(day(on), "calendar", LEICESTERSHIRE) is None
    assert year_of(day(on), "calendar", None) is None


@pytest.mark.parametrize("label", ["2024", "2024-2025", "2024-26", "x", "", "٢٠٢٤-25", "0000-01"])
def test_a_year_that_is_called_otherwise_is_none(label: str) -> None:
    assert year_called(label, "april", None) is None
    assert year_called(label, "calendar", LEICESTERSHIRE) is None


def test_its_days_are_all_from_the_first_to_the_last_one() -> None:
    assert len(list(Year(day("2024-01-01"), day("2024-12-31"), "2024").days())) == 366
    assert list(days_between(day("2024-02-28"), day("2024-03-01"))) == [date(2024, 2, d) for d in (28, 29)] + [
        date(2024, 3, 1)
    ]
    assert list(days_between(day("2024-03-01"), day("2024-02-28"))) == []
    assert year_of(date.max, "april", None) is not None
