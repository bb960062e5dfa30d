"""Lateness: from when on a task counts as overdue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.case.time.lateness import days_late, late_from, lateness, without_date

RAISED, DUE, LATER = (f"2024-03-0{day}T08:00:00.000000Z" for day in (1, 4, 6))


@pytest.mark.parametrize(
    ("task", "since"),
    [
        ({}, None),
        ({"due": DUE}, DUE),
        ({"escalated": "manager"}, RAISED),
        ({"due": DUE, "escalated": "manager"}, DUE),
        ({"late": DUE}, DUE),
        ({"late": DUE, "due": LATER, "escalated": "manager"}, DUE),
    ],
)
def test_a_task_is_overdue_from_when_it_should_have_been_done(task: dict[str, Any], since: str | None) -> None:
    assert late_from({"raised": RAISED, **task}) == since


@pytest.mark.parametrize(
    ("other", "since"),
    [
        ({"raised": RAISED, "due": DUE}, DUE),
        ({"raised": RAISED}, RAISED),
        ({"raised": RAISED, "due": "2024-04-01T08:00:00.000000Z"}, "2024-03-06T07:59:59.999999Z"),
        (None, "2024-03-06T07:59:59.999999Z"),
    ],
)
def test_one_that_says_so_of_another_is_late_since_that_one_was_due(other: Any, since: str) -> None:
    found = lateness("hold", {"hold": other} if other else {}, LATER)
    assert found == {"overdue_of": "hold", "late": since}


def test_another_date_is_what_counts_then() -> None:
    task = {"raised": RAISED, **lateness("hold", {}, LATER), "due": LATER}
    assert late_from(without_date(task) | {"due": LATER}) == LATER


def test_days_late_are_those_of_the_calendar_where_it_is_due() -> None:
    zone = ZoneInfo("Europe/London")
    due = datetime(2024, 6, 3, 22, 0, tzinfo=UTC)  # 23:00 in London
    assert days_late(due, datetime(2024, 6, 3, 22, 59, tzinfo=UTC), zone) == 0
    assert days_late(due, datetime(2024, 6, 3, 23, 1, tzinfo=UTC), zone) == 1
    assert days_late(due, datetime(2024, 6, 13, 8, tzinfo=UTC), zone) == 10
