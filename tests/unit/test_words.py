"""A number is said with what it counts, one or many; days and moments are said as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.calendars.duration import Duration
from engine.source.words import counted, noun, said_day, said_moment, said_when


@pytest.mark.parametrize(("number", "said"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), (10_000, "10,000 tasks")])
def test_one_is_one_and_everything_else_is_many(number: int, said: str) -> None:
    assert counted(number, "task") == said


def test_what_is_said_of_many_is_given_where_an_s_is_not_enough() -> None:
    assert (counted(1, "case is", "cases are"), counted(0, "case is", "cases are")) == ("1 case is", "0 cases are")
    assert (noun(1, "entry", "entries"), noun(3, "entry", "entries")) == ("entry", "entries")


def test_lengths_of_time_are_said_so() -> None:
    assert str(Duration(((1, "month"), (2, "day")))) == "1 month + 2 days"


def test_a_moment_is_said_as_its_own_clock_shows_it() -> None:
    late = datetime(2024, 6, 30, 23, 30, tzinfo=UTC)
    assert (said_day(late), said_moment(late)) == ("30 June 2024", "30 June 2024 at 23:30")
    assert said_moment(late.astimezone(ZoneInfo("Europe/London"))) == "1 July 2024 at 00:30"
    assert said_day(date(2026, 12, 4)) == "4 December 2026"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-12-04", "4 December 2026"),
        ("2026-12-04 ", "4 December 2026"),
        ("2026-12-04 13:30", "4 December 2026 at 13:30"),
        ("2026-12-04T09:05", "4 December 2026 at 09:05"),
        ("2026-12-04T09:05:00+01:00", "4 December 2026 at 09:05"),
        ("2026-02-31", "2026-02-31"),
        ("2026-12-04 25:00", "2026-12-04 25:00"),
        ("20261204", "20261204"),
        ("about 2026-12-04", "about 2026-12-04"),
        ("", ""),
    ],
)
def test_only_a_day_or_a_moment_is_said_as_one(written: str, said: str) -> None:
    assert said_when(written) == said
