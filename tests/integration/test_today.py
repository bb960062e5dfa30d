"""Today is the day of the process's own zone, on every face: half an hour past midnight, and before it in the west."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.steps import done, in_panel, in_placement

PROCESS = """
process: desk
version: "VERSION"
title: Desk
effective_from: DAY
timezone: ZONE
initial: on
roles: {clerk: {title: Clerk}}
fields:
  QUESTION: {title: Question of VERSION, type: text}
  day: {title: Day, type: date}
places: {seat: {title: Seat, capacity: CAPACITY}}
open:
  by: clerk
  form: {QUESTION: required, day: optional}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    deadline: {within: 1 week, raise: look}
    events: {stop: {title: Stop, by: clerk, to: off}}
  off: {title: Off, final: true, outcome: done}
"""
MOMENTS = [
    pytest.param("Europe/London", datetime(2024, 8, 31, 23, 30, tzinfo=UTC), "new", id="half past midnight in London"),
    pytest.param("Europe/London", datetime(2024, 8, 31, 22, 30, tzinfo=UTC), "old", id="half past eleven in London"),
    pytest.param("America/New_York", datetime(2024, 9, 1, 3, 30, tzinfo=UTC), "old", id="half past eleven in New York"),
    pytest.param("America/New_York", datetime(2024, 9, 1, 4, 30, tzinfo=UTC), "new", id="past midnight in New York"),
    pytest.param("Pacific/Kiritimati", datetime(2024, 8, 31, 10, 30, tzinfo=UTC), "new", id="the first in the east"),
]


def version(label: str, day: str, zone: str, capacity: int) -> str:
    text = PROCESS.replace("VERSION", label).replace("DAY", day).replace("ZONE", zone)
    return text.replace("QUESTION", f"{label}_question").replace("CAPACITY", str(capacity))


def published(engine: Engine, zone: str, old_zone: str = "") -> None:
    engine.publish(version("old", "2024-01-01", old_zone or zone, 1))
    engine.publish(version("new", "2024-09-01", zone, 2))


@pytest.mark.parametrize(("zone", "moment", "expected"), MOMENTS)
def test_the_version_in_force_is_the_same_on_every_face(
    engine: Engine, clock: SetClock, zone: str, moment: datetime, expected: str
) -> None:
    published(engine, zone)
    engine.people.add("cleo", "Cleo", ["desk/clerk", "administrator"])
    engine.accounts.set_password("cleo", "correct horse battery")
    clock.set(moment)
    secret, _ = engine.people.issue_token("cleo", "test", ["read", "write"], 7)
    question = f"{expected}_question"

    assert engine.process("desk").version == expected
    assert {one.name: one.version for one in engine.in_force()}["desk"] == expected
    with engine.finder() as finder:
        assert {one.name: one.version for one in finder.processes}["desk"] == expected
    assert engine.free_places("desk") == {"seat": 1 if expected == "old" else 2}
    assert done(engine.open_case("desk", "clerk", {question: "x"})).process_version == expected

    client = TestClient(create_app(engine), headers={"Authorization": f"Bearer {secret}"})
    said = client.post("/api/v1/cases", json={"process": "desk", "data": {question: "x"}})
    assert (said.status_code, said.json()["process_version"]) == (201, expected)

    cleo = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "cleo")
    draft = cleo.post("/drafts", {"way": "desk on"}).headers["location"]
    assert f"Question of {expected}" in cleo.get(f"{draft}/part/0").text
    cleo.post(f"{draft}/part/0", {question: "x"})
    case = int(re.findall(r"\d+", cleo.post(f"{draft}/send").headers["location"])[0])
    assert engine.case(case).process_version == expected
    assert ("Not in force yet" in cleo.get("/processes").text) is (expected == "old")


def test_a_version_that_moves_house_comes_into_force_in_its_new_zone(engine: Engine, clock: SetClock) -> None:
    published(engine, "America/New_York", old_zone="Pacific/Kiritimati")
    for hour, expected in ((3, "old"), (5, "new")):
        clock.set(datetime(2024, 9, 1, hour, tzinfo=UTC))
        assert engine.process("desk").version == expected
        assert done(engine.open_case("desk", "clerk", {f"{expected}_question": "x"})).process_version == expected


def test_a_case_that_is_dated_back_follows_the_version_of_its_own_day(engine: Engine, clock: SetClock) -> None:
    published(engine, "Europe/London")
    clock.set(datetime(2024, 9, 2, 9, tzinfo=UTC))
    for at, expected in ((datetime(2024, 8, 31, 23, 59), "old"), (datetime(2024, 9, 1, 0, 1), "new")):
        assert done(engine.open_case("desk", "clerk", {f"{expected}_question": "x"}, at=at)).process_version == expected


def test_a_calendar_address_says_its_zone_and_which_dates_are_days(
    engine: Engine, clock: SetClock, tmp_path: Path
) -> None:
    settle(engine)
    case = in_placement(engine)
    in_panel(engine)
    site = create_site(engine, throttle=Throttle(1000, 1000))
    found = re.search(r"/calendar/[^<]+\.ics", Visit(site, "jo").post("/profile/calendar", status=200).text)
    assert found is not None
    read = icalendar.Calendar.from_ical(Visit(site).get(found.group()).content)
    zones = {str(one["TZID"]) for one in read.walk("VTIMEZONE")}
    assert zones == {"Europe/London"}
    begins = {str(one["UID"]): one["DTSTART"] for one in read.walk("VEVENT")}
    review = begins[f"timer-{case.id}-programme.placement/review_due@{engine.site.id()}.casework"]
    due = next(one.due for one in engine.timers(case=case.id) if one.timer == "programme.placement/review_due")
    assert review.dt == due
    assert review.params["TZID"] == "Europe/London"
    assert all(isinstance(one["DTEND"].dt, type(one["DTSTART"].dt)) for one in read.walk("VEVENT"))

    clock.set(datetime(2024, 5, 1, 9, tzinfo=UTC))
    read = icalendar.Calendar.from_ical(Visit(site).get(found.group()).content)
    leaving = next(one for one in read.walk("VEVENT") if "year_11_ends" in str(one["UID"]))
    assert (leaving["DTSTART"].dt, leaving["DTEND"].dt) == (date(2024, 6, 28), date(2024, 6, 29))
    assert leaving["DTSTART"].params["VALUE"] == "DATE"
