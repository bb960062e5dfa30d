"""Moments: one way in which days and moments are read, whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source.moment import NotAMoment, clock_written, day_written, is_told, moment_written, month_written

AT = datetime(2024, 3, 22, 14, 30)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-03-22 14:30", AT),
        ("2024-03-22T14:30", AT),
        ("2024-03-22T14:30:15.25", AT.replace(second=15, microsecond=250_000)),
        ("2024-03-22T14:30:00Z", AT.replace(tzinfo=UTC)),
        ("2024-03-22 14:30+01:00", AT.replace(tzinfo=timezone(timedelta(hours=1)))),
        (AT, AT),
    ],
)
def test_a_moment_is_a_day_and_a_time(written: object, read: datetime) -> None:
    assert moment_written(written) == read
    assert moment_written(written).tzinfo == read.tzinfo


ODD = ["20240322T143000Z", "2024-W12-5 14:30", "2024-03-22x14:30", "2024-03-22 14", "1711117800", 1711117800, 1.5, True]
ODD += [
    "٢٠٢٤-٠٣-٢٢ ١٤:٣٠",
    "2024-03-22 14:30 ",
    "2024-03-22 14:30Europe/London",
    "2024-03-22 14:30+1",
    "",
    None,
    [],
    "now",
]
ODD += ["2024-02-30 14:30", "2024-03-22 24:30", "2024-03-22 14:60", "1899-12-31 23:59", "2201-01-01 00:00"]


@pytest.mark.parametrize("written", ODD, ids=ascii)
def test_nothing_else_is_a_moment_though_a_library_would_take_it(written: object) -> None:
    with pytest.raises(NotAMoment):
        moment_written(written, or_day=True)


def test_a_day_alone_is_one_only_where_that_is_meant() -> None:
    with pytest.raises(NotAMoment, match="Write a moment as 2024-03-22 14:30"):
        moment_written("2024-03-22")
    assert moment_written("2024-03-22", or_day=True) == datetime(2024, 3, 22)
    with pytest.raises(NotAMoment, match="There is no day 2023-02-29"):
        moment_written("2023-02-29", or_day=True)


def test_the_first_and_the_last_year_that_can_be_meant_are_taken() -> None:
    for year in (1900, 2200):
        assert is_told(date(year, 12, 31))
        assert moment_written(f"{year}-12-31 23:59") == datetime(year, 12, 31, 23, 59)


@given(st.dates())
def test_every_day_is_read_as_it_is_written(one: date) -> None:
    assert day_written(one.isoformat()) == day_written(one) == one
    assert is_told(one) == (1900 <= one.year <= 2200)


@pytest.mark.parametrize(
    "written", ["20240322", "2024-W12-5", "2024-3-2", " 2024-03-22", "2024-03-22T00:00", 20240322, AT]
)
def test_what_is_no_day_is_told(written: object) -> None:
    with pytest.raises(NotAMoment, match="Write a day as 2024-03-22"):
        day_written(written)


def test_a_time_of_day_has_hours_and_minutes() -> None:
    assert clock_written("09:05") == time(9, 5)
    for written in ("9:05", "0905", "09", "25:00", "09:05Z", "٠٩:٠٥", ""):
        with pytest.raises(NotAMoment, match="time"):
            clock_written(written)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_month_may_be_written_by_its_name(month: int) -> None:
    name = f"{date(2024, month, 1):%B}"
    for written in (name, name.upper(), f" {name[:3]}. ", f"{month}", f"{month:02}"):
        assert month_written(written) == f"{month:02}"


@pytest.mark.parametrize(("written", "read"), [("Ju", "Ju"), ("marchen", "marchen"), ("", ""), (" ", ""), ("13", "13")])
def test_what_is_no_month_stands_as_it_is(written: str, read: str) -> None:
    assert month_written(written) == read
