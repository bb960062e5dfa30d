"""What a process says of charges, and which days it counts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.calendars.duration import parse
from engine.process.charges import Notice, Stretch, is_counted
from tests.charges import LEICESTERSHIRE, PLACES, day, saying


def test_what_is_not_said_is_as_most_would_have_it() -> None:
    assert PLACES.charging is not None
    charge, quota = PLACES.charging.charges["programme"], PLACES.charging.quotas["quota_place"]
    assert (charge.spread, charge.divisor, charge.share, charge.closed_is_charged, charge.notice) == (
        "days",
        0,
        Fraction(1),
        False,
        None,
    )
    assert (quota.over, quota.freed, quota.amount, quota.when) == ("mark", "promote", None, None)
    assert quota.stretch == Stretch(("offered", "running"), "", "last_day")
    assert (PLACES.charging.year_begins, PLACES.charging.currency) == ("calendar", "GBP")
    assert PLACES.charging.figures["quota"].per_year
    assert PLACES.charging.figures["average_cost"].by == ("school", "key_stage")


def test_what_is_said_is_read() -> None:
    more = ["notice: {for: 5 school days, in: [withdrawn]}", "pro_rata: 190", "share: 0.9", "closed: charged"]
    charging = saying(("on: days", "\n    ".join(["on: days", *more, "since: 2024-09-01"]))).charging
    assert charging is not None
    found = charging.charges["programme"]
    assert found.notice == Notice(parse("5 school days"), ("withdrawn",))
    assert (found.divisor, found.share, found.closed_is_charged, found.since) == (
        190,
        Fraction(9, 10),
        True,
        day("2024-09-01"),
    )


@pytest.mark.parametrize(
    ("days", "counted"),
    [("school days", [True, False, False]), ("weekdays", [True, True, False]), ("days", [True, True, True])],
)
def test_which_days_are_counted(days: str, counted: list[bool]) -> None:
    some = [day(one) for one in ("2024-10-18", "2024-10-21", "2024-10-26")]
    assert [is_counted(days, one, LEICESTERSHIRE) for one in some] == counted
    assert not is_counted("school days", some[0], None)
