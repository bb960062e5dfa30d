"""Limits: what a list, an export, a board or an offer leaves out is said; what is too long is refused, never cut."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from engine import Engine, web
from engine.api.app import create_app
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import every
from engine.service.meetings.meetings import BadMeeting
from engine.service.people import colleagues
from engine.service.people.attempts import Throttle
from engine.service.people.faults import BadPerson
from engine.service.people.partners import AT_ONCE
from engine.store import meetings as meeting_store
from engine.store import tables
from engine.store.lists import places as place_store
from engine.store.messages import outbox
from engine.store.people import people
from engine.web.app import create_site
from engine.web.meetings import meetings as meeting_pages
from engine.web.people import organisations as organisation_pages
from engine.web.people import people as people_pages
from tests.integration.callers import Caller
from tests.integration.site import MANY, Visit, followed, settle
from tests.steps import PUPIL, done, refusal


def test_many_who_do_not_take_a_place_do_not_hide_who_would(engine: Engine) -> None:
    """More than are read at once: the one behind them is still found."""
    many = place_store.AT_ONCE + 3
    answers = {"deposit": 50, "due_back": "2023-10-01"}
    for n in range(many + 2):
        case = done(engine.open_case("equipment-loan", "clerk", {"club": f"Club {n}", "item": "lathe"}))
        done(engine.add_document(case.id, "id_card", b"card", "clerk"))
        done(engine.fire(case.id, "accept", "clerk", answers))
    url = engine.database.url.render_as_string(hide_password=False)
    roomier = Engine(url, clock=engine.clock, capacities={"lathe": 2})
    with roomier.database.writing() as connection:
        queue = [one.case for one in place_store.longest_waiting(connection, "equipment-loan", "lathe")]
        assert queue == sorted(queue)
        assert len(queue) == many + 1
        tx = Transaction(connection, roomier.site.catalogue, engine.clock.now())
        roomier.site.catalogue.refresh(connection)
        tx._refused_offers.update(queue[:many])
        assert tx.offer("equipment-loan", "lathe", engine.clock.now()) == 1
    assert engine.case(queue[-1]).places == ("lathe",)
    roomier.close()


def test_notes_come_in_pages(crowd: Engine, visit: Visit) -> None:
    jo = crowd.people.person("jo").actor
    for index in range(60):
        assert crowd.desk.write_note(1, f"Note {index:02}", jo) is None
    assert [one.text for one in crowd.desk.notes(1, jo)] == [f"Note {index:02}" for index in reversed(range(60))]
    first = visit.get("/cases/1/notes").text
    assert "Note 59" in first
    assert "Note 09" not in first
    earlier = first.split("/cases/1/notes?before=")[1].split('"')[0]
    assert "Note 09" in visit.get(f"/cases/1/notes?before={earlier}").text


def fill(engine: Engine, count: int) -> None:
    """So many more people, organisations and messages than there are."""
    person = {"name": "", "name_order": "", "email": "", "roles": "[]", "active": True, "seq": 1}
    letter = {"kind": "email", "body": "{}", "made": "2023-09-11T08:00:00.000000Z", "tries": 0, "fault": ""}
    with engine.database.writing() as connection:
        for table, rows in (
            (tables.people, [{**person, "login": f"p{n:04}"} for n in range(count)]),
            (
                tables.organisations,
                [{"name": f"O {n:04}", "name_order": f"o {n:04}", "area": ""} for n in range(count)],
            ),
            (tables.outbox, [{**letter, "target": f"p{n}@example.org"} for n in range(count)]),
        ):
            connection.execute(insert(table), rows)


def test_a_list_of_a_thousand_reads_no_more_than_a_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of people, organisations and messages, on the pages and by the API."""
    settle(engine)
    fill(engine, 1100)
    secret = engine.people.issue_token("ada", "", ["read"], 30)[0]
    read = Counter[str]()
    for room, name in ((people, "_person"), (people, "_organisation_of"), (outbox, "StoredMessage")):
        real = getattr(room, name)
        monkeypatch.setattr(room, name, lambda *row, real=real, name=name: read.update([name]) or real(*row))
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    caller = Caller(TestClient(create_app(engine)), secret)
    found = dict[str, dict[str, int]]()
    for path in ("/people", "/organisations", "/outbox"):
        read.clear()
        visit.get(path)
        found[path] = dict(read)
    for path in ("/people", "/organisations"):
        read.clear()
        assert len(caller("GET", path, 200)["items"]) == 50
        found[f"API {path}"] = dict(read)
    # By page: as many as stand on it and one more; who asks is a person too, and of organisations that no process
    # offers so many are looked through as are named.
    looked_through = AT_ONCE + organisation_pages.PAGE
    assert found == {
        "/people": {"_person": people_pages.PAGE + 1},
        "/organisations": {"_organisation_of": organisation_pages.PAGE + 1 + looked_through},
        "/outbox": {"StoredMessage": 51},
        "API /people": {"_person": 52},
        "API /organisations": {"_person": 1, "_organisation_of": 51},
    }


def test_timers_come_in_pages(engine: Engine) -> None:
    for n in range(5):
        done(engine.open_case("equipment-loan", "clerk", {"club": f"Club {n}", "item": "saw"}))
    timers = list(every(lambda after: engine.timer_page(limit=2, after=after)))
    assert [one.case for one in timers] == [1, 2, 3, 4, 5]
    assert engine.timers(limit=100) == timers


def test_what_is_too_long_is_refused(crowd: Engine, visit: Visit) -> None:
    jo, people, meetings = crowd.people.person("jo").actor, crowd.people, crowd.meetings
    number = meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 12, 1), time(9), jo)
    refused: list[tuple[type[Exception], Any]] = [
        (BadMeeting, lambda: meetings.record(number, ["x" * 201], "", jo)),
        (BadMeeting, lambda: meetings.record(number, [str(n) for n in range(101)], "", jo)),
        (BadMeeting, lambda: meetings.record(number, [], "x" * 20_001, jo)),
        (
            BadMeeting,
            lambda: meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 12, 2), time(9), jo, "h" * 501),
        ),
        (BadPerson, lambda: people.add_organisation("Longarea", "x" * 61)),
        (BadPerson, lambda: people.change_organisation("Hilltop", "x" * 61)),
        (BadPerson, lambda: people.add("longname", "x" * 201, ["auditor"])),
        (BadPerson, lambda: people.issue_token("jo", "x" * 201, ["read"], 1)),
    ]
    for kind, ask in refused:
        with pytest.raises(kind, match=r"[Aa]t most"):
            ask()
    assert not meetings.meeting(number, jo).held
    assert refusal(crowd.desk.write_note(1, " ".join(f"@person{n}" for n in range(21)), jo)).fields["text"]
    told = visit.post(f"/meetings/{number}", {"minutes": "y" * 20_001}, 422).text
    assert "at most 20,000 characters" in told
    assert "y" * 20_001 in told
    assert "too long" in visit.post("/cases/1/notes", {"text": "x" * 200_001}, 422).text


def test_the_name_of_a_view_that_is_too_long_is_refused_and_comes_back_whole(visit: Visit) -> None:
    long = ("Reviews of this term " * 5).strip()
    told = visit.post("/cases/views", {"title": long, "query": "status=all&sort=-since&show=name"}, 422).text
    assert "at most 100 characters" in told
    assert f'value="{long}"' in told
    assert '<option value="all" selected>' in told
    assert visit.post("/cases/views", {"title": "", "query": ""}, 422).text.count("at most 100 characters") == 1
    assert visit.post("/cases/views", {"title": long[:100], "query": ""}).status_code == 303


def test_no_box_of_a_page_cuts_what_is_typed_into_it() -> None:
    boxes = [one for one in Path(web.__file__).parent.rglob("*") if one.suffix in {".html", ".py"}]
    assert len(boxes) > 50
    assert [one.name for one in boxes if "maxlength" in one.read_text("utf-8")] == []


def test_an_agenda_holds_every_case(engine: Engine) -> None:
    settle(engine)
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 12, 1), time(9), jo)
    answers = {"area": "hinckley", "panel_date": "2023-12-01", "ground": "At risk"}
    for index in range(MANY):
        data = {**PUPIL, "pupil_name": f"Pupil {index:02}"}
        case = done(engine.open_case("hbep-referral", "coordinator", data, state="panel"))
        done(engine.fire(case.id, "book_panel", "coordinator", answers))
    assert len(engine.meetings.agenda(engine.meetings.meeting(number, jo), jo)) == MANY


def test_meetings_of_long_ago_and_far_ahead_are_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_pages, "PAGE", 4)
    settle(engine)
    jo = engine.people.person("jo").actor
    days = [date(year, 3, day) for year in (2020, 2021, 2022, 2030) for day in (3, 4, 5)]
    series = list(engine.process("hbep-referral").fields["area"].choices)[:2]
    numbers = [engine.meetings.plan("hbep-referral", "panel", one, day, time(13), jo) for day in days for one in series]
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    found = followed(visit, "/meetings", 'href="/meetings/([0-9]+)"')
    assert sorted(map(int, found)) == sorted(numbers)
    process = engine.process("hbep-referral")
    coming = engine.meetings.coming(process, process.meetings["panel"], None, jo)
    assert {one.begins.year for one in coming} == {2030}


def test_past_meetings_are_read_a_page_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(engine)
    jo = engine.people.person("jo").actor
    series = list(engine.process("hbep-referral").fields["area"].choices)
    first, days = date(2021, 1, 4), 130 // len(series) + 1
    numbers = [
        engine.meetings.plan("hbep-referral", "panel", one, first + timedelta(days=day), time(13), jo)
        for day in range(days)
        for one in series  # several of one day and time, wherever a page ends
    ]
    assert len(numbers) > 120
    read: list[int] = []
    real = meeting_store._meeting
    monkeypatch.setattr(meeting_store, "_meeting", lambda row: read.append(row[0]) or real(row))
    page = engine.meetings.past(date(2023, 1, 1), jo, 50)
    assert len(read) == len(page.items) + 1 == 51
    for size in (7, 50):
        found = list(every(lambda after, size=size: engine.meetings.past(date(2023, 1, 1), jo, size, after)))
        assert [one.id for one in found] == sorted(numbers, reverse=True)
    assert engine.meetings.past(first, jo).items == ()
    gone = engine.meetings.meeting(page.items[-1].id, jo)
    engine.meetings.cancel(gone.id, jo)
    after = engine.meetings.past(date(2023, 1, 1), jo, 500, page.next)
    assert [one.id for one in after.items] == sorted(numbers, reverse=True)[50:]
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    assert sorted(map(int, followed(visit, "/meetings", 'href="/meetings/([0-9]+)"'))) == sorted(
        set(numbers) - {gone.id}
    )
    assert (
        visit.client.get("/meetings?after=made-up").status_code == visit.client.get("/cases?after=made-up").status_code
    )


def test_who_can_be_given_one_of_many_tasks_is_asked_about_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(engine)
    jo = engine.people.person("jo").actor
    for _ in range(MANY):
        done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    engine.clock.set(engine.clock.now() + timedelta(days=35))  # type: ignore[attr-defined]
    engine.run_due()
    tasks = engine.tasks(by=jo).items
    assert len(tasks) >= MANY
    each = {one.login for task in tasks for one in engine.colleagues([task], jo)}
    asked: list[str] = []
    real = colleagues.may_be_given
    monkeypatch.setattr(colleagues, "may_be_given", lambda of, *given: asked.append(of.name) or real(of, *given))
    assert {one.login for one in engine.colleagues(tasks, jo)} == each
    assert "jo" in each
    assert asked.count("jo") == 1
