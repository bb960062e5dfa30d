"""Home: what waits for somebody, how many there are of it, and no more than a page holds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.conftest import START
from tests.integration.site import Visit, settle
from tests.steps import in_panel


def test_the_first_page_says_one_task_as_one(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    clock.set(START + timedelta(days=35))
    engine.run_due()
    jo = Visit(site, "jo")
    text = " ".join(re.sub(r"<[^>]+>", " ", jo.get("/").text).split())
    assert "1 case is open" in text
    in_panel(engine, pupil_name="Bea")
    text = " ".join(re.sub(r"<[^>]+>", " ", jo.get("/").text).split())
    assert "2 cases are open" in text
    assert not re.search(r"\b1 (tasks|cases) are", text)
    assert case.id == 1


@pytest.mark.parametrize(("many", "said"), [(10, None), (11, "See 1 more draft"), (12, "See 2 more drafts")])
def test_the_first_page_names_a_few_drafts_and_says_how_many_more_there_are(
    engine: Engine, many: int, said: str | None
) -> None:
    settle(engine)
    sam = engine.people.person("sam").actor
    for _ in range(many):
        assert isinstance(engine.desk.begin_draft("hbep-referral", "panel", sam), int)
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "sam")
    home = visit.get("/").text
    assert len(re.findall(r'href="/drafts/[0-9]+"', home)) == 10
    assert re.findall(r"See [0-9]+ more drafts?", home) == ([said] if said else [])
    assert len(re.findall(r'href="/drafts/[0-9]+"', visit.get("/cases-new").text)) == many


def test_the_first_page_of_administrators_says_that_a_calendar_has_ended(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    calendar = engine.process("hbep-referral").calendar
    assert calendar is not None
    said = "The calendar Leicestershire school terms ended on"
    assert said not in Visit(site, "ada").get("/").text
    clock.set(START + (calendar.ends - START.date()) + timedelta(days=2))
    assert said in Visit(site, "ada").get("/").text
    assert said not in Visit(site, "jo").get("/").text
