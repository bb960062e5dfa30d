"""Plots: numbers through the days of rows, as a line and in words."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.service.cases.rows import Curve, Point
from engine.web.plot import EDGE, HEIGHT, WIDTH, plot

FIRST = date(2024, 1, 8)


def curve(*values: float) -> Curve:
    points = [Point(FIRST + timedelta(days=10 * index), value, f"{value:g}") for index, value in enumerate(values)]
    return Curve("Total", tuple(points))


def test_a_line_goes_from_its_first_day_to_its_last_and_says_so() -> None:
    drawn = plot(curve(150, 225, 180))
    assert drawn.line == "6.0,74.0 120.0,6.0 234.0,46.8"
    assert drawn.told == "150 on 8 January 2024, 180 on 28 January 2024; between 150 and 225."
    assert [mark.said for mark in drawn.marks][1] == "18 January 2024: 225"
    assert plot(curve(150, 135)).told == "150 on 8 January 2024, 135 on 18 January 2024."


def test_what_never_changes_lies_in_the_middle_and_a_day_with_two_values_has_both() -> None:
    assert plot(curve(7, 7)).line == "6.0,40.0 234.0,40.0"
    same = Curve("Total", (Point(FIRST, 1, "1"), Point(FIRST, 3, "3")))
    assert plot(same).line == "120.0,74.0 120.0,6.0"


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=8))
def test_whatever_the_numbers_every_mark_lies_in_the_drawing_and_more_is_never_lower(values: list[float]) -> None:
    marks = plot(curve(*values)).marks
    assert all(EDGE <= mark.x <= WIDTH - EDGE and EDGE <= mark.y <= HEIGHT - EDGE for mark in marks)
    ranked = sorted(zip(values, marks, strict=True), key=lambda pair: pair[0])
    assert all(low.y >= high.y for (_, low), (_, high) in itertools.pairwise(ranked))
