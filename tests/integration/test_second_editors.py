"""The second of two who change the same thing is told, and loses nothing."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import date, time
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI

from engine import Engine, Refusal
from engine.case.refusal import Code
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Work
from engine.service.meetings.meetings import BadMeeting, ChangedMeeting
from engine.service.people.attempts import Throttle
from engine.service.people.faults import ChangedPerson, HasSecondFactor
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.steps import done, in_panel


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    settle(engine)
    return create_site(engine, throttle=Throttle(1000, 1000))


def test_the_second_who_writes_minutes_is_told_and_loses_nothing(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo)
    visit, path = Visit(site, "jo"), f"/meetings/{number}"
    version = re.findall(r'name="version" value="(\d+)"', visit.get(path).text)[0]
    engine.meetings.record(number, ["Lee"], "The first minutes", jo, int(version))
    with pytest.raises(ChangedMeeting):
        engine.meetings.record(number, [], "lost", jo, int(version))
    page = visit.post(path, {"version": version, "names": "Max", "minutes": "The second minutes"}, 409).text
    assert "The meeting was changed meanwhile." in page
    assert "What is kept now" in page
    assert "The first minutes" in page
    assert "The second minutes</textarea>" in page
    assert engine.meetings.meeting(number, jo).minutes == "The first minutes"
    fresh = re.findall(r'name="version" value="(\d+)"', page)[0]
    visit.post(path, {"version": fresh, "names": "Max", "minutes": "The first and the second"})
    assert engine.meetings.meeting(number, jo).minutes == "The first and the second"
    too_long = visit.post(path, {"minutes": "x" * 20_001}, 422).text
    assert "x" * 20_001 in too_long
    with pytest.raises(BadMeeting, match="20,000"):
        engine.meetings.record(number, [], "x" * 20_001, jo)


def booked(engine: Engine, count: int) -> tuple[int, list[int]]:
    """A meeting with so many cases."""
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo)
    cases = [in_panel(engine, area="hinckley", ground="Risk").id for _ in range(count)]
    for case in cases:
        done(engine.fire(case, "book_panel", jo, {"area": "hinckley", "ground": "Risk", "panel_date": "2023-10-03"}))
    return number, cases


def test_a_meeting_is_moved_with_all_its_cases_or_not_at_all(site: FastAPI, engine: Engine) -> None:
    jo, (number, cases) = engine.people.person("jo").actor, booked(engine, 201)
    before = [engine.case(one) for one in cases]
    asked = engine.changes.fire_within

    def refused_at_last(tx: Transaction, work: Work, *more: Any) -> Refusal | None:
        return Refusal(Code.REQUIREMENT, "A paper is missing.") if work.id == cases[-1] else asked(tx, work, *more)

    engine.changes.fire_within = refused_at_last  # type: ignore[method-assign]
    left = engine.meetings.move(number, date(2023, 10, 10), time(9), jo)
    assert [(case.id, why.message) for case, why in left] == [(cases[-1], "A paper is missing.")]
    assert [engine.case(one) for one in cases] == before
    assert engine.meetings.meeting(number, jo).day == "2023-10-03"
    del engine.changes.fire_within
    other = engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 17), time(9), jo)
    with pytest.raises(BadMeeting, match="already"):
        engine.meetings.move(number, date(2023, 10, 17), time(9), jo)
    assert [engine.case(one) for one in cases] == before
    assert engine.meetings.move(number, date(2023, 10, 10), time(9), jo) == []
    assert {engine.case(one).data["panel_date"] for one in cases} == {"2023-10-10"}
    assert engine.meetings.meeting(other, jo).booked == 0
    assert engine.verify().findings == ()


def test_two_who_move_one_meeting(site: FastAPI, engine: Engine) -> None:
    jo, (number, cases) = engine.people.person("jo").actor, booked(engine, 1)
    visit, path = Visit(site, "jo"), f"/meetings/{number}/move"
    version = re.findall(r'name="version" value="(\d+)"', visit.get(path).text)[0]
    assert engine.meetings.move(number, date(2023, 10, 10), time(9), jo, int(version)) == []
    wanted = {"when-day": "17", "when-month": "10", "when-year": "2023", "when-time": "9:00"}
    page = visit.post(path, {"version": version, **wanted}, 422).text
    assert "The meeting was changed meanwhile." in page
    assert "Hinckley area panel, 10 October 2023" in page
    assert 'value="17"' in page
    assert engine.case(cases[0]).data["panel_date"] == "2023-10-10"
    with pytest.raises(ChangedMeeting):
        engine.meetings.cancel(
            engine.meetings.plan("hbep-referral", "forum", "", date(2023, 10, 3), time(9), jo), jo, 9
        )
    found: list[object] = []

    def move(day: int) -> None:
        found.append(engine.meetings.move(number, date(2023, 11, day), time(9), jo))

    windows = [threading.Thread(target=move, args=(day,)) for day in (7, 14, 21)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert found == [[], [], []]
    day = engine.meetings.meeting(number, jo).day
    assert (engine.case(cases[0]).data["panel_date"], engine.meetings.meeting(number, jo).booked) == (day, 1)


def test_the_second_who_changes_a_person_is_told_and_loses_nothing(site: FastAPI, engine: Engine) -> None:
    visit, path, people = Visit(site, "ada"), "/people/sam", engine.people
    page = visit.get(path).text
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    read = people.person("sam")
    people.change(replace(read, roles=("panel_member",)), int(version))
    with pytest.raises(ChangedPerson, match="Somebody else changed sam meanwhile"):
        people.change(replace(read, name="lost"), read.version)
    typed = {
        "version": version,
        "name": "Samuel",
        "roles": list(read.roles),
        "organisation": "Hilltop",
        "active": "yes",
    }
    told = visit.post(path, typed, 409).text
    assert "Somebody else changed sam meanwhile. Nothing was kept" in told
    assert "What is kept now" in told
    assert re.search(r"Roles</dt><dd[^>]*>Panel member", told)
    assert 'value="Samuel"' in told
    assert people.person("sam").roles == ("hbep-referral/panel_member",)
    fresh = re.findall(r'name="version" value="(\d+)"', told)[0]
    visit.post(path, typed | {"version": fresh})
    assert (people.person("sam").name, people.person("sam").roles) == ("Samuel", read.roles)
    assert people.person("sam").version == 3
    visit.post(path, typed | {"version": fresh})  # sent twice: what is kept is what was typed
    assert people.person("sam").version == 3


def test_two_who_take_and_give_a_role_at_once(engine: Engine, site: FastAPI) -> None:
    read, found = engine.people.person("jo"), list[object]()

    def change(name: str) -> None:
        try:
            found.append(engine.people.change(replace(read, name=name), read.version).name)
        except ChangedPerson:
            found.append(None)

    windows = [threading.Thread(target=change, args=(name,)) for name in ("One", "Two", "Three")]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    kept = engine.people.person("jo")
    assert sorted(found, key=str) == sorted([kept.name, None, None], key=str)
    assert kept.version == read.version + 1


def test_the_second_who_changes_an_organisation_is_told(site: FastAPI, engine: Engine) -> None:
    visit, people = Visit(site, "ada"), engine.people
    row = re.search(
        r'value="Hilltop"><input type="hidden" name="version" value="(\d+)"', visit.get("/organisations").text
    )
    assert row is not None
    people.change_organisation("Hilltop", "bosworth", int(row.group(1)))
    with pytest.raises(ChangedPerson):
        people.change_organisation("Hilltop", "lost", int(row.group(1)))
    typed = {"known": "Hilltop", "version": row.group(1), "area": "charnwood"}
    told = visit.post("/organisations", typed, 409).text
    assert "Somebody else changed Hilltop meanwhile" in told
    assert people.organisations()[1].area == "bosworth"
    visit.post("/organisations", typed | {"area": "bosworth"})
    assert people.organisations()[1].version == 2
    visit.post("/organisations", typed | {"version": "2", "area": ""})
    assert people.organisations()[1].area == ""


def test_a_second_authenticator_does_not_take_the_place_of_the_first_unseen(site: FastAPI, engine: Engine) -> None:
    first, second = pyotp.random_base32(), pyotp.random_base32()
    code = pyotp.TOTP(first).at(int(engine.clock.now().timestamp()))
    codes = engine.accounts.add_second_factor("jo", first, code)
    assert codes is not None
    with pytest.raises(HasSecondFactor):
        engine.accounts.add_second_factor("jo", second, pyotp.TOTP(second).at(int(engine.clock.now().timestamp())))
    assert engine.accounts.second_factor("jo") == (True, 8)


def test_who_may_act_no_more_is_signed_out_also_when_they_come_back(engine: Engine, site: FastAPI) -> None:
    visit = Visit(site, "jo")
    jo = engine.people.change(replace(engine.people.person("jo"), active=False))
    assert visit.get("/", 303).headers["location"].startswith("/sign-in")
    engine.people.change(replace(jo, active=True))
    assert visit.get("/", 303).headers["location"].startswith("/sign-in")
