"""That a calendar ends is told from 90 days before on, and differently afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.calendars.calendar import Calendar, Span
from engine.calendars.ending import ending

END = date(2026, 7, 10)
CALENDAR = Calendar("c", "County terms", (Span(date(2026, 4, 13), END),), (Span(date(2026, 4, 13), END),))


@pytest.mark.parametrize(
    ("days", "subject"),
    [(-500, ""), (-90, ""), (-89, "A calendar ends soon"), (0, "A calendar ends soon"), (1, "A calendar has ended")],
)
def test_the_end_is_told_in_time(days: int, subject: str) -> None:
    found = ending(CALENDAR, END + timedelta(days=days))
    assert (found.subject if found else "") == subject


def test_the_same_is_said_on_each_day_so_that_it_is_told_once() -> None:
    before = {ending(CALENDAR, END - timedelta(days=one)) for one in range(90)}
    after = {ending(CALENDAR, END + timedelta(days=one)) for one in range(1, 900)}
    assert [len(before), len(after)] == [1, 1]
    [told] = before
    assert told is not None
    assert told.said.startswith("The calendar County terms ends on 10 July 2026. Dates beyond it are counted roughly: ")
