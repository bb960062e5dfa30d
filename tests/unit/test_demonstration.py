"""Demonstrations: an invented caseload, on days of school, up to the present."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from engine.authoring.demonstration import load_demonstration, play
from engine.clock import SetClock
from engine.service import Engine
from tests.conftest import ROOT

DEMONSTRATION = ROOT / "processes" / "hbep-referral.demo.yaml"


@pytest.mark.parametrize("day", ["2025-08-15", "2026-11-25", "2029-06-01"])
def test_the_demonstration_hears_each_case_in_its_own_area_on_a_day_of_school(day: str) -> None:
    story = load_demonstration(DEMONSTRATION)
    clock = SetClock(datetime.fromisoformat(f"{day}T10:00+00:00"))
    engine = Engine(clock=clock)
    assert play(story, engine, clock) == 60
    areas = {one.name: one.area for one in engine.people.organisations()}
    cases = engine.cases(limit=100).items
    assert [one.id for one in cases if one.data["area"] != areas[one.organisation or ""]] == []
    meetings = [date.fromisoformat(day) for one in cases for day in one.agendas.values()]
    assert meetings
    assert story.process.calendar is not None
    assert [one for one in meetings if story.process.calendar.roll(one, 1) != one] == []
    engine.close()
