"""A number is said with what it counts, one or many."""

from __future__ import annotations

import pytest

from engine.calendars.duration import Duration
from engine.source.words import counted, noun


@pytest.mark.parametrize(("number", "said"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), (10_000, "10,000 tasks")])
def test_one_is_one_and_everything_else_is_many(number: int, said: str) -> None:
    assert counted(number, "task") == said


def test_what_is_said_of_many_is_given_where_an_s_is_not_enough() -> None:
    assert (counted(1, "case is", "cases are"), counted(0, "case is", "cases are")) == ("1 case is", "0 cases are")
    assert (noun(1, "entry", "entries"), noun(3, "entry", "entries")) == ("entry", "entries")


def test_lengths_of_time_are_said_so() -> None:
    assert str(Duration(((1, "month"), (2, "day")))) == "1 month + 2 days"
