"""Meetings on the pages: planned by those who lead them, moved with their cases, told where that cannot be."""

from __future__ import annotations

import contextlib
import threading
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from engine import Engine, Refusal
from engine.case.refusal import Code
from engine.service.meetings.meetings import BadMeeting
from tests.integration.site import Visit
from tests.steps import PUPIL, done, in_panel

LONDON = ZoneInfo("Europe/London")


def test_the_area_of_a_school_says_which_panel_hears_its_case(site: FastAPI, engine: Engine) -> None:
    sam, pat = (engine.people.person(login).actor for login in ("sam", "pat"))
    found = [done(engine.open_case("hbep-referral", by, {"consent": "no"}, state="panel")) for by in (sam, pat)]
    assert [(one.organisation, one.data.get("area")) for one in found] == [
        ("Hilltop", "hinckley"),
        ("Elsewhere", "bosworth"),
    ]
    given = done(engine.open_case("hbep-referral", sam, {"area": "bosworth"}, state="panel"))
    assert given.data["area"] == "bosworth"


def test_meetings_are_planned_by_those_who_lead_them(site: FastAPI, engine: Engine) -> None:
    jo, max_, lee = (engine.people.person(login).actor for login in ("jo", "max", "lee"))
    day = date(2023, 10, 3)
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", day, clock_time(13, 30), jo)
    for by, series in ((max_, "hinckley"), (lee, "hinckley"), (jo, "hinckley"), (jo, "leicester"), (jo, "")):
        with pytest.raises(BadMeeting):
            engine.meetings.plan("hbep-referral", "panel", series, day, clock_time(9), by)
    found = engine.meetings.meeting(number, lee)
    assert (found.title, found.begins) == (
        "Area panel: Hinckley area panel",
        datetime(2023, 10, 3, 13, 30, tzinfo=LONDON),
    )
    assert engine.meetings.between(day, day + timedelta(days=1), lee) == [found]
    assert engine.meetings.between(day, day + timedelta(days=1), engine.people.person("kit").actor) == []
    with pytest.raises(BadMeeting):
        engine.meetings.record(number, ["Lee"], "", lee)
    engine.meetings.record(number, ["Lee", " "], "All were heard.", jo)
    assert engine.meetings.meeting(number, jo).present == ("Lee",)
    forum = engine.meetings.plan("hbep-referral", "forum", "", day, clock_time(9), jo)
    with pytest.raises(BadMeeting):
        engine.meetings.record(forum, ["somebody"], "", jo)
    assert engine.meetings.meeting(forum, jo).value == "2023-10-03T09:00"


def test_a_meeting_that_is_moved_takes_its_cases_along(site: FastAPI, engine: Engine, referral: object) -> None:
    jo, max_ = (engine.people.person(login).actor for login in ("jo", "max"))
    old, new = date(2023, 10, 3), date(2023, 10, 10)
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", old, clock_time(13, 30), jo)
    booked = {"area": "hinckley", "panel_date": old.isoformat(), "ground": "At risk"}
    cases = [in_panel(engine, pupil_name=f"Pupil {index}").id for index in range(3)]
    for case in cases:
        done(engine.fire(case, "book_panel", jo, booked))
    with pytest.raises(BadMeeting):
        engine.meetings.move(number, new, clock_time(9), max_)
    with pytest.raises(BadMeeting):
        engine.meetings.cancel(number, jo)
    assert engine.meetings.move(number, new, clock_time(9), jo) == []
    moved = engine.meetings.meeting(number, jo)
    assert moved.begins == datetime(2023, 10, 10, 9, tzinfo=LONDON)
    assert [one.id for one in engine.meetings.agenda(moved, jo)] == cases
    assert [(engine.case(case).data["panel_date"], engine.case(case).data["ground"]) for case in cases] == [
        (new.isoformat(), "At risk")
    ] * 3
    versions = [engine.case(case).version for case in cases]
    assert engine.meetings.move(number, new, clock_time(10), jo) == []  # another time of the same day
    assert [engine.case(case).version for case in cases] == versions
    other = engine.meetings.plan("hbep-referral", "panel", "hinckley", old, clock_time(13, 30), jo)
    with pytest.raises(BadMeeting, match="already"):
        engine.meetings.move(number, old, clock_time(9), jo)
    engine.meetings.cancel(other, jo)
    engine.meetings.record(number, [], "All were heard.", jo)
    with pytest.raises(BadMeeting, match="recorded"):
        engine.meetings.move(number, old, clock_time(9), jo)


def test_a_case_that_cannot_be_moved_is_told(site: FastAPI, engine: Engine, referral: object) -> None:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "forum", "", date(2023, 10, 3), clock_time(13, 30), jo)
    case = done(engine.open_case("hbep-referral", jo, PUPIL, state="forum")).id
    done(engine.add_document(case, "forum_form", b"form", jo))
    done(engine.fire(case, "book_forum", jo, {"forum_date": "2023-10-03T13:30"}))
    visit, wanted = Visit(site, "jo"), {"when-day": "10", "when-month": "10", "when-year": "2023"}
    assert "1 case is booked on it" in visit.get(f"/meetings/{number}/move").text
    assert "Give a day and a time" in visit.post(f"/meetings/{number}/move", wanted, 422).text
    assert "Cases are booked on it" in visit.post(f"/meetings/{number}/move", {"action": "cancel"}, 422).text
    engine.changes.fire_within = lambda *_: Refusal(Code.REQUIREMENT, "A paper is missing.")  # type: ignore[method-assign]
    told = visit.post(f"/meetings/{number}/move", {**wanted, "when-time": "9:00"}, 409).text
    del engine.changes.fire_within
    assert engine.meetings.meeting(number, jo).day == "2023-10-03"  # all of it, or nothing
    assert "A Pupil could not be booked on the new day: A paper is missing." in told
    engine.meetings.move(number, date(2023, 10, 3), clock_time(13, 30), jo)
    said = visit.post(f"/meetings/{number}/move", {**wanted, "when-time": "9:00"})
    assert "its cases are booked on the new day" in visit.get(said.headers["location"]).text
    assert engine.case(case).agendas == {"forum": "2023-10-10"}
    empty = engine.meetings.plan("hbep-referral", "forum", "", date(2023, 11, 7), clock_time(13, 30), jo)
    assert f"/meetings/{empty}/move" in visit.get("/dates?view=month&day=2023-11-07").text
    visit.post(f"/meetings/{empty}/move", {"action": "cancel"})
    visit.get(f"/meetings/{empty}", 404)


def test_a_case_is_booked_on_a_meeting_that_is_there(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    stays, goes = (
        engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, day), clock_time(9), jo)
        for day in (3, 10)
    )
    visit, case = Visit(site, "jo"), in_panel(engine, area="hinckley").id
    path = f"/cases/{case}/do/book_panel"
    version = {"version": str(engine.case(case).version)}
    form = {"area": "hinckley", "ground": "At risk", "panel_date": "2023-10-10", **version}
    assert 'value="2023-10-10"' in visit.get(path).text
    assert "/check?" in visit.post(path, form).headers["location"]
    # Cancelled after it was looked over, and moved before it was.
    engine.meetings.cancel(goes, jo)
    done_now = {"step": "do", "key": "k1"}
    for sent in (form | done_now, form):
        said = visit.post(path, sent, 422).text
        assert "it was moved or cancelled" in said
        assert 'value="2023-10-03"' in said
        assert "At risk" in said
    assert "it was moved or cancelled, or it hears others" in visit.post(path, form | {"area": "bosworth"}, 422).text
    assert engine.case(case).agendas == {}
    visit.post(path, form | {"panel_date": "2023-10-03"})
    visit.post(path, form | {"panel_date": "2023-10-03"} | done_now)
    assert engine.case(case).agendas == {"panel": "2023-10-03"}
    assert engine.meetings.meeting(stays, jo).booked == 1
    visit.post(path, form | {"panel_date": "2023-10-03"} | done_now)  # sent again: it was done
    # Where none is planned any day can be given, and programs give what they like.
    other = in_panel(engine, area="hinckley").id
    done(engine.fire(other, "book_panel", jo, {"area": "hinckley", "ground": "x", "panel_date": "2023-10-10"}))
    engine.meetings.record(stays, [], "Heard.", jo)


def test_who_books_and_who_cancels_at_once_leave_no_case_without_a_meeting(site: FastAPI, engine: Engine) -> None:
    jo, visit = engine.people.person("jo").actor, Visit(site, "jo")
    keep = engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 11, 1), clock_time(9), jo)
    csrf = visit.csrf()
    for round_ in range(4):
        day = date(2023, 10, 3 + round_)
        number = engine.meetings.plan("hbep-referral", "panel", "hinckley", day, clock_time(9), jo)
        case, line = in_panel(engine, area="hinckley"), threading.Barrier(2)
        form = {"area": "hinckley", "ground": "x", "panel_date": day.isoformat(), "version": str(case.version)}

        def book(case: int = case.id, form: dict[str, str] = form, line: threading.Barrier = line) -> None:
            line.wait()
            visit.client.post(
                f"/cases/{case}/do/book_panel", data=form | {"csrf": csrf, "step": "do", "key": f"k{case}"}
            )

        def cancel(number: int = number, line: threading.Barrier = line) -> None:
            line.wait()
            with contextlib.suppress(BadMeeting):
                engine.meetings.cancel(number, jo)

        threads = [threading.Thread(target=one) for one in (book, cancel)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        planned = {one.id for one in engine.meetings.between(day, date(2023, 12, 1), jo)}
        assert (engine.case(case.id).agendas == {"panel": day.isoformat()}) == (number in planned)
        assert keep in planned
