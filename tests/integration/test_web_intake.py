"""What a meeting takes, on the pages: told where it is read and chosen, and changed by those who keep its dates."""

from __future__ import annotations

from datetime import date

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit
from tests.integration.test_booking import CLERK, FIRST, START, TEXT, _kind, case
from tests.steps import done
from tests.workshop import CALENDAR_TEXT


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def visit(engine: Engine) -> Visit:
    engine.publish(TEXT, CALENDAR_TEXT)
    engine.run_due()
    engine.people.add("wim", "Wim", ["board/clerk"])
    found, key = Visit(create_site(engine, throttle=Throttle(1000, 1000))), engine.accounts.sign_in_as("wim")
    assert key is not None
    found.client.cookies.set("casework", key)
    return found


def test_it_is_told_and_changed_where_the_meeting_is(visit: Visit, engine: Engine) -> None:
    for _ in range(2):
        case(engine, FIRST)
    third = case(engine)
    closed, full, later = engine.meetings.coming(engine.process("board", "1"), _kind(engine), "north", CLERK)[:3]
    page = visit.get("/meetings").text
    assert "<li>Board: every Wednesday in term, at 09:30, at most 2 cases, closes 7 days before</li>" in page
    assert "2 of 2 places, full, closes Wednesday 13 September 2023" in page
    said = visit.get(f"/meetings/{closed.id}").text
    assert "0 of 2 places, closed since the end of Wednesday 6 September 2023." in said
    page = visit.get(f"/meetings/{full.id}").text
    assert f'The next one with room is on <a class="govuk-link" href="/meetings/{later.id}">' in page
    form = visit.get(f"/cases/{third}/do/book").text
    # Full ones are left out; what closed may have been booked before. The team is asked for in the same form.
    assert "27 September 2023 at 09:30, North (0 of 2 places, closes Wednesday 20 September 2023)" in form
    assert "20 September 2023 at 09:30, South (0 of 2 places" in form
    assert "20 September 2023 at 09:30, North" not in form
    assert form.index("27 September 2023 at 09:30, North") < form.index("13 September 2023 at 09:30, North (0 of 2")
    path = f"/meetings/{full.id}/intake"
    page = visit.get(path).text
    assert ("Empty: 2 cases." in page, "Empty: until the end of Wednesday 13 September 2023." in page) == (True, True)
    assert "Write a number from 1 to 1,000" in visit.post(path, {"most": "none"}, 422).text
    assert "Give a day" in visit.post(path, {"most": "3", "closes-day": "x"}, 422).text
    beyond = {"closes-day": "21", "closes-month": "9", "closes-year": "2023"}
    assert "between 2000 and the day of the meeting" in visit.post(path, beyond, 422).text
    assert "meeting takes from 1 to 1,000 cases" in visit.post(path, {"most": "1001"}, 422).text
    kept = visit.post(path, {"most": "3", **beyond, "closes-day": "19"})
    assert kept.headers["location"] == f"/meetings/{full.id}?done=intake"
    found = engine.meetings.meeting(full.id, CLERK)
    assert (found.most, found.closes, found.intake.is_open) == (3, date(2023, 9, 19), True)
    assert "2 of 3 places, closes Tuesday 19 September 2023." in visit.get(kept.headers["location"]).text
    assert "changed meanwhile" in visit.post(path, {"most": "5", "version": "1"}, 422).text


def test_a_page_says_why_nothing_is_booked(visit: Visit, engine: Engine) -> None:
    for _ in range(2):
        case(engine, FIRST)
    third = case(engine)
    sent = {"heard": FIRST, "team": "north", "step": "check", "version": "1"}
    page = visit.post(f"/cases/{third}/do/book", sent, 422).text
    assert "is full: it takes 2 cases. The next one with room is on Wednesday 27 September 2023." in page
    assert done(engine.fire(third, "book", CLERK, {"heard": "2023-09-27"})).agendas == {"board": "2023-09-27"}
