"""Agendas: a page of their cases at a time, each case once, in parts to be printed; meetings ahead likewise."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import pytest

from engine import Engine
from engine.service.cases.views import every
from engine.service.lists import finder as finding
from engine.service.lists.cursors import BadCursor
from engine.service.meetings.agendas import Turn
from engine.service.meetings.meeting import Meeting
from engine.service.people.attempts import Throttle
from engine.store import meetings as meeting_store
from engine.web.app import create_site
from engine.web.meetings import meetings as meeting_pages
from tests.integration.site import Visit, settle
from tests.integration.test_limits import followed
from tests.steps import PUPIL, done

MANY = 13
DAY = date(2023, 12, 1)


@pytest.fixture
def meeting(engine: Engine) -> Meeting:
    """One on whose agenda many cases stand, among others of another day and area."""
    settle(engine)
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, time(9), jo)
    others = [{"panel_date": "2023-12-08"}, {"area": "bosworth"}]
    for index in range(MANY):
        data = {**PUPIL, "pupil_name": f"Pupil {index:02}"}
        case = done(engine.open_case("hbep-referral", "coordinator", data, state="panel"))
        answers = {"area": "hinckley", "panel_date": DAY.isoformat(), "ground": "At risk"}
        done(engine.fire(case.id, "book_panel", "coordinator", answers))
        if index < len(others):
            other = done(engine.open_case("hbep-referral", "coordinator", data, state="panel"))
            done(engine.fire(other.id, "book_panel", "coordinator", answers | others[index]))
    return engine.meetings.meeting(number, jo)


@pytest.fixture
def visit(engine: Engine, meeting: Meeting) -> Visit:
    return Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")


def numbers_on(engine: Engine, meeting: Meeting) -> list[int]:
    return [one.id for one in engine.meetings.agenda(meeting, engine.people.person("jo").actor)]


@pytest.mark.parametrize("size", [1, 5, MANY, 1000])
@pytest.mark.parametrize("login", ["jo", "lee"])
def test_pages_of_an_agenda_hold_each_case_once(engine: Engine, meeting: Meeting, size: int, login: str) -> None:
    by = engine.people.person(login).actor
    numbers: list[int] = []
    after, place = "", 1
    while True:
        page = engine.agendas.page(meeting, by, size, after)
        assert (page.first, page.count, page.last) == (place, MANY, min(place + size - 1, MANY))
        numbers += [one.id for one in page.cases]
        place, after = page.last + 1, page.next
        if not after:
            break
    assert numbers == numbers_on(engine, meeting)
    assert len(numbers) == len(set(numbers)) == meeting.booked == MANY


def test_sheets_say_what_is_known_of_the_cases_of_a_page(engine: Engine, meeting: Meeting) -> None:
    jo = engine.people.person("jo").actor
    first = engine.agendas.sheets(meeting, jo, 10)
    rest = engine.agendas.sheets(meeting, jo, 10, first.next)
    names = [one.text for page in (first, rest) for sheet in page.sheets for one in sheet if one.field == "pupil_name"]
    assert names == [f"Pupil {index:02}" for index in range(MANY)]
    assert (first.count, rest.first, rest.next) == (MANY, 11, "")


def test_each_case_has_its_turn(engine: Engine, meeting: Meeting) -> None:
    jo, kit = engine.people.person("jo").actor, engine.people.person("kit").actor
    numbers = numbers_on(engine, meeting)
    found = [engine.agendas.turn(meeting, one, jo) for one in numbers]
    assert found == [
        Turn(place, MANY, following)
        for place, following in enumerate([*numbers[1:], None], 1)  # type: ignore[arg-type]
    ]
    absent = next(one for one in range(1, MANY + 3) if one not in numbers)
    assert [engine.agendas.turn(meeting, one, jo) for one in (absent, 0, 10**9)] == [None] * 3
    assert engine.agendas.turn(meeting, numbers[0], kit) is None
    assert engine.agendas.page(meeting, kit).cases == ()


def test_only_what_a_page_shows_is_made_ready_and_written_down(
    engine: Engine, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    jo, made = engine.people.person("jo").actor, []
    real = finding.case_view
    monkeypatch.setattr(finding, "case_view", lambda *given: made.append(given[1]) or real(*given))
    page = engine.agendas.page(meeting, jo, 3)
    assert made == [one.id for one in page.cases]
    after = engine.agendas.page(meeting, jo, 3, page.next)
    engine.agendas.turn(meeting, after.cases[-1].id, jo)
    assert len(made) == 6
    monkeypatch.undo()
    logged = [[one.what for one in engine.accesses(case)] for case in numbers_on(engine, meeting)]
    assert [one.count("agenda of a meeting") for one in logged][:8] == [2] * 6 + [1] * 2


def test_a_page_of_an_agenda_begins_only_where_another_ended(engine: Engine, meeting: Meeting, visit: Visit) -> None:
    jo = engine.people.person("jo").actor
    for made_up in ("7", "|²", engine.cases(sort="label", limit=1).next):
        with pytest.raises(BadCursor):
            engine.agendas.page(meeting, jo, 3, made_up)
        for path in (f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/pack"):
            assert visit.client.get(path, params={"after": made_up}).status_code == 422
    for made_up in ("7", "|²", engine.cases(limit=1).next):
        for name in ("after", "later"):
            assert visit.client.get("/meetings", params={name: made_up}).status_code == 422


def test_an_agenda_is_walked_and_its_pack_is_printed_in_parts(
    engine: Engine, meeting: Meeting, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting_pages, "CASES", 5)
    monkeypatch.setattr(meeting_pages, "SHEETS", 5)
    numbers = [str(one) for one in numbers_on(engine, meeting)]
    path = f"/meetings/{meeting.id}"
    assert followed(visit, path, rf'href="{path}/cases/([0-9]+)"') == numbers
    first = visit.get(path).text
    assert f"Cases 1 to 5 of {MANY}." in first
    assert 'start="' not in first
    second = visit.get(re.search(r'href="([^"]+)" rel="next"', first).group(1)).text  # type: ignore[union-attr]
    assert f"Cases 6 to 10 of {MANY}." in second
    assert 'start="6"' in second
    for names in ("", "?names=no"):
        found = followed(visit, f"{path}/pack{names}", r'<h2[^>]*id="sheet-([0-9]+)">')
        assert found == [str(place) for place in range(1, MANY + 1)]
        whole = " ".join(followed(visit, f"{path}/pack{names}", r"Pupil [0-9]+"))
        assert bool(whole) is not bool(names)
    assert f"Sheets 1 to 5 of {MANY}: print this part" in visit.get(f"{path}/pack").text
    parts = followed(visit, f"{path}/pack", r"Sheets ([0-9]+ to [0-9]+ of [0-9]+(?:: print this part)?)")
    assert parts == ["1 to 5 of 13: print this part", "6 to 10 of 13: print this part", "11 to 13 of 13"]
    last = visit.get(f"{path}/cases/{numbers[-1]}").text
    assert f"{MANY} of {MANY} at" in last
    assert "This is the last case." in last
    assert f'name="next" value="{numbers[2]}"' in visit.get(f"{path}/cases/{numbers[1]}").text


def test_one_page_of_an_agenda_says_nothing_of_pages(visit: Visit, meeting: Meeting) -> None:
    for path in (f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/pack"):
        text = visit.get(path).text
        assert f"of {MANY}" not in text
        assert 'rel="next"' not in text


def test_meetings_ahead_are_read_a_page_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(engine)
    jo, lee = engine.people.person("jo").actor, engine.people.person("lee").actor
    process = engine.process("hbep-referral")
    series = list(process.fields["area"].choices)
    days = [date(2029, 1, 1) + timedelta(days=day) for day in range(130 // len(series) + 1)]
    # Several of one day, wherever a page ends.
    numbers = [engine.meetings.plan("hbep-referral", "panel", one, day, time(13), jo) for day in days for one in series]
    read: list[Any] = []
    real = meeting_store._meeting
    monkeypatch.setattr(meeting_store, "_meeting", lambda row: read.append(row[0]) or real(row))
    page = engine.meetings.ahead(date(2023, 1, 1), jo, 50)
    assert len(read) == len(page.items) + 1 == 51
    for size in (7, 50):
        found = list(every(lambda after, size=size: engine.meetings.ahead(date(2023, 1, 1), jo, size, after)))
        assert [one.id for one in found] == numbers
    assert engine.meetings.ahead(days[-1] + timedelta(days=1), jo).items == ()
    theirs = list(every(lambda after: engine.meetings.ahead(days[0], lee, 7, after)))
    assert [one.begins.date() for one in theirs] == days
    assert {one.series for one in theirs} == {"hinckley"}
    assert [one.id for one in engine.meetings.coming(process, process.meetings["panel"], "hinckley", jo)] == [
        one.id for one in theirs
    ]
    with pytest.raises(BadCursor):
        engine.meetings.past(days[0], jo, after=page.next)
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    assert followed(visit, "/meetings", 'href="/meetings/([0-9]+)"') == [str(one) for one in numbers]
