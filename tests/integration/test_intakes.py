"""What one meeting is let take: by whom, within which limits, once, and which one is told of instead."""

from __future__ import annotations

from datetime import date, time

import pytest

from engine import Actor, Engine
from engine.service.meetings.meetings import BadMeeting, ChangedMeeting, UnknownMeeting

JO, PIA = Actor("jo", frozenset({"coordinator"})), Actor("pia", frozenset({"school"}), "Hilltop")
LEE = Actor("lee", frozenset({"panel_member"}), area="hinckley")
PANEL = ("hbep-referral", "panel", "hinckley")
DAY = date(2023, 10, 3)


def test_who_keeps_the_dates_says_it_within_limits_and_once(engine: Engine) -> None:
    number = engine.meetings.plan(*PANEL, DAY, time(9), JO)
    plain = engine.meetings.meeting(number, JO)
    assert (plain.intake.is_limited, plain.intake.is_open, plain.closes_by_itself) == (False, True, None)
    for by, most, closes, said in (
        (LEE, 3, None, "those who lead"),
        (JO, 0, None, "from 1 to 1,000 cases"),
        (JO, 1001, None, "from 1 to 1,000 cases"),
        (JO, None, date(2023, 10, 4), "day of the meeting"),
        (JO, None, date(1999, 12, 31), "between 2000"),
    ):
        with pytest.raises(BadMeeting, match=said):
            engine.intakes.allow(number, most, closes, by)
    with pytest.raises(UnknownMeeting):
        engine.intakes.allow(number, 3, None, PIA)
    for _ in range(2):
        engine.intakes.allow(number, 3, DAY, JO, 1)
    assert engine.meetings.meeting(number, JO).version == 2
    with pytest.raises(ChangedMeeting):
        engine.intakes.allow(number, 4, None, JO, 1)
    engine.meetings.record(number, [], "Heard.", JO)
    with pytest.raises(BadMeeting, match="is recorded"):
        engine.intakes.allow(number, 5, None, JO)


def test_the_next_one_with_room_is_one_that_somebody_sees(engine: Engine) -> None:
    other = ("hbep-referral", "panel", "bosworth")
    first, second, third = (
        engine.meetings.plan(*PANEL, day, time(9), JO) for day in (DAY, date(2023, 10, 10), date(2023, 10, 17))
    )
    engine.meetings.plan(*other, date(2023, 10, 11), time(9), JO)
    engine.intakes.allow(second, 5, date(2023, 9, 1), JO)
    found = {one: engine.meetings.meeting(one, JO) for one in (first, second, third)}

    def after(number: int) -> int | None:
        one = engine.intakes.next_open(found[number], LEE)
        return one and one.id

    assert [after(one) for one in (first, second, third)] == [third, third, first]
    assert engine.intakes.next_open(found[first], PIA) is None
