"""School days, terms and named days, against an independent count of days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.calendars.calendar import Calendar, Span, named_day
from tests.workshop import CALENDAR

# An independent list of the days off, as the county's table gives them.
HOLIDAYS_2023 = [("2023-10-16", "2023-10-20"), ("2023-12-23", "2024-01-07"), ("2024-02-12", "2024-02-16")]


HOLIDAYS_2023 += [("2024-03-23", "2024-04-07"), ("2024-05-27", "2024-05-31"), ("2024-07-13", "2024-08-26")]


BANK_2023 = {date(2024, 5, 6)}


def is_day_off(day: date) -> bool:
    between = any(date.fromisoformat(a) <= day <= date.fromisoformat(b) for a, b in HOLIDAYS_2023)
    return between or day.weekday() >= 5 or day in BANK_2023


def count_school_days(start: date, wanted: int) -> date:
    days = [start + timedelta(days=n) for n in range(1, 500)]
    return [day for day in days if not is_day_off(day)][wanted - 1]


@given(st.dates(date(2023, 8, 29), date(2024, 7, 12)))
def test_school_days_agree_with_a_day_by_day_list(day: date) -> None:
    assert CALENDAR.is_school_day(day) is not is_day_off(day)


@given(st.dates(date(2023, 8, 29), date(2024, 5, 1)), st.integers(1, 40))
def test_counting_school_days_agrees_with_a_list(day: date, count: int) -> None:
    assert CALENDAR.add_school_days(day, count) == count_school_days(day, count)


def test_a_late_bank_holiday_is_no_school_day_even_beyond_the_written_years() -> None:
    assert not CALENDAR.is_school_day(date(2030, 12, 25))
    assert CALENDAR.is_school_day(date(2030, 12, 3))
    assert not CALENDAR.is_school_day(date(2024, 5, 6))


def test_named_days() -> None:
    assert named_day("last friday of june", 2024) == date(2024, 6, 28)
    assert named_day("first monday of may", 2023) == date(2023, 5, 1)
    assert CALENDAR.next_day("year_11_ends", date(2024, 6, 28)) == date(2024, 6, 28)
    assert CALENDAR.next_day("year_11_ends", date(2024, 6, 29)) == date(2025, 6, 27)


def test_a_closed_day_is_no_school_day() -> None:
    span = Span(date(2024, 1, 8), date(2024, 3, 22))
    calendar = Calendar("c", "C", (span,), (span,), closed=frozenset({date(2024, 1, 10)}))
    assert [calendar.is_school_day(date(2024, 1, day)) for day in (9, 10, 11)] == [True, False, True]
    assert calendar.add_school_days(date(2024, 1, 9), 1) == date(2024, 1, 11)


def test_half_terms_and_terms_are_counted_back_to_their_first_school_day() -> None:
    days = {
        "2024-02-19": "2024-01-08",
        "2024-02-20": "2024-02-19",
        "2024-02-17": "2024-01-08",
        "2024-04-07": "2024-02-19",
    }
    for day, before in days.items():
        assert CALENDAR.add_half_terms(date.fromisoformat(day), -1) == date.fromisoformat(before)
    assert CALENDAR.add_terms(date(2024, 6, 3), -1) == date(2024, 4, 8)
    assert CALENDAR.add_terms(date(2024, 6, 3), -3) == date(2023, 8, 29)


def test_a_half_term_that_begins_behind_a_friday_is_counted_from_its_first_school_day() -> None:
    # The holiday ends on Friday 16 February 2024: what is counted from the days before Monday comes on that Monday.
    for day in ("2024-02-16", "2024-02-17", "2024-02-18"):
        assert CALENDAR.add_half_terms(date.fromisoformat(day), 1) == date(2024, 2, 19)
    assert CALENDAR.add_half_terms(date(2024, 2, 19), 1) == date(2024, 4, 8)
    assert CALENDAR.add_half_terms(date(2024, 2, 17), 2) == date(2024, 4, 8)


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), st.integers(1, 9))
def test_what_is_counted_back_lies_before_and_on_a_school_day(day: date, count: int) -> None:
    for back in (CALENDAR.add_half_terms, CALENDAR.add_terms, CALENDAR.add_school_days):
        found = back(day, -count)
        assert (found < day, CALENDAR.is_school_day(found)) == (True, True)
        assert back(day, -count - 1) < found
