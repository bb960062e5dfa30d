"""Timers that can come back to themselves without time going on."""

from __future__ import annotations

import pytest

from engine.process.circles import instant_circles
from engine.process.file.loader import load_process
from tests.workshop import CALENDAR

TEXT = """
process: round
version: "1"
title: Round
effective_from: 2023-01-01
calendar: leicestershire
initial: a
roles: {clerk: {title: Clerk}}
fields: {day: {title: Day, type: date}, other: {title: Other, type: date}}
tasks: {look: {title: Look, role: clerk}}
open: {form: {day: optional, other: optional}}
states:
  a:
    owner: clerk
    timers: {t: {TIMER, send: go}}
    events: {go: {title: Go, GO}}
  b:
    owner: clerk
    deadline: {within: 1 week, raise: look}
    events: {back: {title: Back, to: a}, end: {title: End, to: z}}
    BY_ITSELF
  z: {final: true}
"""


@pytest.mark.parametrize(
    ("timer", "go", "by_itself", "found"),
    [
        ("at: day", "to: a", "", True),
        ("at: year_11_ends", "to: a", "", True),
        ("after: 1 day", "to: a", "", False),
        ("after: 1 day, roll: back", "to: a", "", True),
        ("after: 1 day, roll: forward", "to: a", "", False),
        ("every: 1 day", "to: a", "", False),
        ("every: 1 day, roll: back", "to: a", "", False),
        ("at: day", "to: b", "", False),
        ("at: day", "to: b", "automatic: [{to: a}]", True),
        ("at: day", "to: b", "automatic: [{when: day == null, to: a}]", True),
        ("at: day", "set: {day: today}, to: a", "", False),
        ("at: end of day + 1 week", "to: a", "", True),
        ("at: end of day + 1 week", "set: {day: today}, to: a", "", False),
        ('at: "latest(day, other)"', "set: {other: today}, to: a", "", False),
        ("at: day", "set: {other: today}, to: a", "", True),
        ("at: day", "form: {day: optional}", "", False),
    ],
)
def test_a_circle_is_found_where_time_need_not_go_on(timer: str, go: str, by_itself: str, found: bool) -> None:
    text = TEXT.replace("TIMER", timer).replace("GO}", f"{go}}}").replace("BY_ITSELF", by_itself)
    process = load_process(text.replace("go: {title: Go", "leave: {title: Leave, to: b}, go: {title: Go"), "r", lambda _: CALENDAR).process  # fmt: skip  # noqa: E501
    assert instant_circles(process) == ({("a", "t")} if found else set())


def test_two_timers_that_lead_to_each_other_are_both_told() -> None:
    text = TEXT.replace("TIMER", "at: day").replace("GO}", "to: b}").replace("BY_ITSELF", "timers: {u: {at: other, send: back}}")  # fmt: skip  # noqa: E501
    process = load_process(text, "r", lambda _: CALENDAR).process
    assert instant_circles(process) == {("a", "t"), ("b", "u")}
    one = load_process(text.replace("at: other", "after: 1 day"), "r", lambda _: CALENDAR).process
    assert instant_circles(one) == set()
