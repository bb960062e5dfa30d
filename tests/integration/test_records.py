"""Records: what came of the cases of a meeting stays on its agenda, and is told as each may be shown today."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select

from engine import Actor, Engine
from engine.service.keeping.index import reindex
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.records import Heard, Record
from engine.service.processes.catalogue import Catalogue
from engine.store.tables import hearings
from engine.web.app import create_site
from tests.conftest import START, SetClock
from tests.integration.callers import Caller
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, done

DAY, LATER, AT = date(2023, 10, 3), date(2023, 10, 10), time(13, 30)
ADVICE = {"advice": ["local_pathways"], "advice_note": "Wait and see", "forum_present": ["coordinator"]}


@pytest.fixture
def jo(engine: Engine) -> Actor:
    settle(engine)
    return engine.people.person("jo").actor


@pytest.fixture
def panel(engine: Engine, jo: Actor) -> Meeting:
    """One with three cases: of the first something came, the second was moved, the third is still to be heard."""
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, AT, jo)
    engine.meetings.plan("hbep-referral", "panel", "hinckley", LATER, AT, jo)
    for name in ("Ann", "Ben", "Cem"):
        booked(engine, jo, name)
    engine.desk.write_note(1, "Everybody agreed.", jo, number)
    done(engine.fire(1, "managed_move", jo))
    done(engine.fire(2, "book_panel", jo, answers(LATER)))
    engine.meetings.record(number, ["Jo"], "Began late.", jo)
    return engine.meetings.meeting(number, jo)


def answers(day: date) -> dict[str, Any]:
    return {"area": "hinckley", "panel_date": day.isoformat(), "ground": "At risk"}


def booked(engine: Engine, by: Actor, name: str, day: date = DAY, **data: Any) -> int:
    case = done(engine.open_case("hbep-referral", by, {**PUPIL, "pupil_name": name, **data}, state="panel"))
    done(engine.fire(case.id, "book_panel", by, answers(day)))
    return case.id


def record(engine: Engine, meeting: Meeting, by: Actor, **asked: Any) -> Record:
    return engine.records.page(meeting, by, **asked)


def told(one: Heard) -> tuple[Any, ...]:
    return one.case.id, one.said, one.outcome and one.outcome.byline, [note.text for note in one.notes]


def test_what_came_of_each_case_stays_on_the_agenda(engine: Engine, jo: Actor, panel: Meeting) -> None:
    found = record(engine, panel, jo)
    assert [told(one) for one in found.cases] == [
        (1, "Managed move agreed", "by Jo", ["Everybody agreed."]),
        (2, "There until 11 September 2023, moved to 10 October 2023", None, []),
    ]
    assert (found.count, found.hidden, panel.booked, panel.heard) == (2, 0, 1, 1)
    # The one that it was moved to has it on its agenda, and nothing came of it there yet.
    later = engine.meetings.meeting(2, jo)
    assert ([one.id for one in engine.agendas.page(later, jo).cases], later.heard) == ([2], 0)
    assert record(engine, later, jo).cases == ()


def test_it_is_made_of_the_histories_alone(engine: Engine, jo: Actor, panel: Meeting) -> None:
    kept = record(engine, panel, jo)
    with engine.database.writing() as connection:
        assert len(connection.execute(select(hearings)).all()) == 4
        connection.execute(delete(hearings))
    said = {(one.case, one.message) for one in engine.verify().findings}
    assert said == {(case, "the agendas on which it stood differ from its history") for case in (1, 2, 3)}
    with engine.database.writing() as connection:
        reindex(connection, Catalogue())
    assert engine.verify().findings == ()
    assert record(engine, panel, jo) == kept


def test_a_member_sees_of_what_was_heard_what_they_may_see_now(engine: Engine, jo: Actor, panel: Meeting) -> None:
    lee = engine.people.person("lee").actor
    found = record(engine, panel, lee)
    # It stands on another agenda that they hear; of the one that was heard they see no more than that there was one.
    assert ([one.case.id for one in found.cases], found.hidden) == ([2], 1)
    page = Visit(create_site(engine), "lee").get(f"/meetings/{panel.id}").text
    assert "1 more case stood on this agenda that is not for you to see now." in page
    assert ("Ann" in page, "Ben" in page) == (False, True)


def test_who_withdrew_consent_is_named_no_more(engine: Engine, jo: Actor, panel: Meeting) -> None:
    entry = next(one.seq for one in engine.history(1) if "consent" in one.data)
    dee = Actor("dee", frozenset({"data_protection", "coordinator"}))
    done(engine.correct(1, entry, "consent", "no", "Withdrawn", dee))
    # The coordinator goes on seeing it, as the process says; the manager does not.
    for login, named in (("jo", "Ann"), ("max", "case 1")):
        [first, *_] = record(engine, panel, engine.people.person(login).actor).cases
        assert (first.case.label, [note.withheld for note in first.notes]) == (named, [named != "Ann"])
        page = Visit(create_site(engine), login).get(f"/meetings/{panel.id}/record").text
        assert ("Ann" in page, "Everybody agreed." in page) == (named == "Ann", named == "Ann")


def test_a_meeting_that_is_moved_leaves_word(engine: Engine, jo: Actor) -> None:
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, AT, jo)
    case = booked(engine, jo, "Ann")
    assert engine.meetings.move(number, LATER, AT, jo) == []
    again = engine.meetings.meeting(engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, AT, jo), jo)
    [left] = record(engine, again, jo).cases
    assert (left.case.id, left.said) == (case, "There until 11 September 2023, moved to 10 October 2023")


def test_pages_of_a_record_hold_each_case_once_and_are_written_down_in_one_row(engine: Engine, jo: Actor) -> None:
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, AT, jo)
    for index in range(5):
        done(engine.fire(booked(engine, jo, f"P{index}"), "managed_move", jo))
    waits = booked(engine, jo, "Last")
    meeting = engine.meetings.meeting(number, jo)
    seen: list[int] = []
    after = ""
    for _ in range(3):
        page = record(engine, meeting, jo, limit=2, after=after)
        assert (page.first, page.count) == (len(seen) + 1, 5)
        seen, after = seen + [one.case.id for one in page.cases], page.next
    assert (seen, after) == ([1, 2, 3, 4, 5], "")
    before = {case: len(engine.accesses(case)) for case in (1, waits)}
    Visit(create_site(engine), "jo").get(f"/meetings/{number}")
    assert {case: len(engine.accesses(case)) - count for case, count in before.items()} == {1: 1, waits: 1}


def test_every_face_tells_it_alike(
    engine: Engine, jo: Actor, panel: Meeting, client: TestClient, clock: SetClock
) -> None:
    clock.set(START + timedelta(days=60))
    visit = Visit(create_site(engine), "jo")
    for path in (f"/meetings/{panel.id}", f"/meetings/{panel.id}/record"):
        text = visit.get(path).text
        assert "Managed move agreed" in text
        assert "There until 11 September 2023, moved to 10 October 2023" in text
    assert "Everybody agreed." in text
    assert "Began late." in text
    ask = Caller(client, engine.people.issue_token("jo", "", ["read"], 30)[0])
    [first, second] = ask("GET", f"/meetings/{panel.id}/record", 200)["items"]
    assert (first["said"], first["outcome"]["what"], first["minutes"][0]["text"]) == (
        "Managed move agreed", "Managed move agreed", "Everybody agreed.",
    )  # fmt: skip
    assert (second["moved_to"], second["outcome"]) == ("2023-10-10", None)
    whole = ask("GET", f"/meetings/{panel.id}", 200)
    assert ([one["id"] for one in whole["items"]], whole["meeting"]["heard"]) == ([3], 1)
    ask("GET", "/meetings/99/record", 404)
