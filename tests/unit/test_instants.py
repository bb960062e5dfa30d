"""Instants as text: the order of the texts is that of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.time.instants import from_text, to_text
from engine.source.moment import is_told

MOMENTS = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)).flatmap(
    lambda moment: st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    )
)


@given(MOMENTS, MOMENTS)
def test_texts_sort_as_moments_do_and_are_read_as_they_were_written(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) is (one < other)
    assert from_text(to_text(one)) == one
    assert from_text(to_text(one)).tzinfo is UTC
    assert len(to_text(one)) == 27


def test_an_instant_is_that_of_utc() -> None:
    assert to_text(datetime(2024, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))) == "2024-07-01T08:30:00.000000Z"


def test_both_times_of_an_hour_that_a_clock_shows_twice_are_told_apart() -> None:
    first = datetime(2024, 10, 27, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    second = first.replace(fold=1)
    assert first == second  # on one clock they look the same
    assert [to_text(first), to_text(second)] == ["2024-10-27T00:30:00.000000Z", "2024-10-27T01:30:00.000000Z"]


@pytest.mark.parametrize(("year", "told"), [(1899, False), (1900, True), (2200, True), (2201, False), (9999, False)])
def test_a_moment_lies_within_what_can_be_meant(year: int, told: bool) -> None:
    assert is_told(datetime(year, 6, 1)) is told
