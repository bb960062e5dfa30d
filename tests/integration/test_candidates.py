"""Several cases are put on the agenda of a meeting together, each by its own rules."""

from __future__ import annotations

from datetime import date, time

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service import UnknownCase
from engine.service.meetings.meeting import Meeting
from tests.integration.test_booking import CLERK, FIRST, SECOND, START, TEXT, _kind, case
from tests.steps import done, in_panel, refusal
from tests.workshop import CALENDAR_TEXT

DAY = date(2023, 10, 4)


def planned(engine: Engine, day: date = DAY) -> Meeting:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", day, time(9, 30), jo)
    return engine.meetings.meeting(number, jo)


def test_those_that_wait_are_listed_and_booked_as_by_their_own_event(
    site: FastAPI, engine: Engine, referral: object
) -> None:
    meeting, later = planned(engine), planned(engine, date(2023, 11, 1))
    jo, of = engine.people.person("jo").actor, engine.candidates.of
    first, second, third, other = (in_panel(engine, ground="At risk", pupil_name=f"P {one}").id for one in range(4))
    bare = in_panel(engine, ground=None).id
    done(engine.fire(other, "book_panel", jo, {"area": "bosworth", "panel_date": "2023-10-11", "ground": "At risk"}))
    assert [one.case.id for one in of(meeting, jo)] == [first, second, third, bare]
    assert [one.missing for one in of(meeting, jo)] == [(), (), (), ("Ground for referral",)]
    assert engine.candidates.book(meeting, second, jo) is None
    entries = len(engine.report(second).history)
    assert engine.candidates.book(meeting, second, jo) is None  # it stands there
    assert len(engine.report(second).history) == entries
    assert engine.case(second).agendas == {"panel": "2023-10-04"}
    # On another day it may be, too: those that stand nowhere come first.
    told = of(later, jo)
    assert [(one.case.id, one.booked) for one in told] == [(first, None), (third, None), (bare, None), (second, DAY)]
    assert refusal(engine.candidates.book(meeting, bare, jo)).fields.keys() == {"ground"}
    assert of(meeting, engine.people.person("max").actor) == []  # sees them, and books none
    with pytest.raises(UnknownCase):
        engine.candidates.book(meeting, first, engine.people.person("pat").actor)
    done(engine.fire(first, "withdraw", jo, {"reason": "Moved"}))
    assert refusal(engine.candidates.book(meeting, first, jo)).code is Code.NO_SUCH_EVENT
    assert ("jo", "cases for an agenda") in [(one.by, one.what) for one in engine.accesses(third, jo)]


def test_a_full_meeting_takes_no_more(engine: Engine, clock: SetClock) -> None:
    clock.set(START)
    engine.publish(TEXT, CALENDAR_TEXT)
    engine.run_due()
    meeting = next(
        one
        for one in engine.meetings.coming(engine.process("board", "1"), _kind(engine), "north", CLERK)
        if one.day == FIRST
    )
    one, two, three = (case(engine) for _ in range(3))
    south = case(engine, team="south")
    booked = case(engine, SECOND)
    assert [told.case.id for told in engine.candidates.of(meeting, CLERK)] == [one, two, three, booked]
    assert [engine.candidates.book(meeting, number, CLERK) for number in (one, two)] == [None, None]
    assert "is full: it takes 2 cases" in refusal(engine.candidates.book(meeting, three, CLERK)).message
    assert engine.case(south).agendas == {}
    engine.meetings.move(meeting.id, date(2023, 9, 21), time(9, 30), CLERK)
    assert "No such meeting is planned then" in refusal(engine.candidates.book(meeting, three, CLERK)).message
