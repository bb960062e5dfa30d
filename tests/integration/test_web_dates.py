"""Dates: the list, week and month of what lies ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from engine.web.meetings.dates import span_of
from tests.integration.site import Visit


@pytest.mark.parametrize(
    ("view", "first", "last", "earlier", "later"),
    [
        ("week", "2024-02-26", "2024-03-03", "2024-02-19", "2024-03-04"),
        ("list", "2024-03-01", "2024-03-31", "2024-01-31", "2024-03-31"),
        ("month", "2024-02-26", "2024-03-31", "2024-02-01", "2024-04-01"),
    ],
)
def test_a_view_shows_whole_weeks_and_leads_on_without_a_gap(
    view: str, first: str, last: str, earlier: str, later: str
) -> None:
    span = span_of(view, date(2024, 3, 1))
    assert [str(one) for one in (span.first, span.last, span.earlier, span.later)] == [first, last, earlier, later]
    assert [day for week in span.weeks for day in week][-1] == span.last
    assert all(week[0].weekday() == span.first.weekday() for week in span.weeks)


def test_a_day_that_cannot_be_is_today(enter: Callable[[str], Visit]) -> None:
    jo = enter("jo")
    assert jo.get("/dates?day=tomorrow").text == jo.get("/dates?day=").text
    for day in ("0001-01-01", "9999-12-31"):
        jo.get(f"/dates?day={day}")
