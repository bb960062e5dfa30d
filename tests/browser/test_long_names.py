"""Names as long as they may be, without a space: pages stay whole, and what is scrolled is reached by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page

from engine.service.people.people import LONGEST_NAME
from tests.browser.conftest import SignIn, Site
from tests.steps import PUPIL, done

NAME = ("Wolfeschlegelsteinhausenbergerdorff" * 6)[:LONGEST_NAME]
# What is cut off can be scrolled to only by who uses a mouse, unless it can have the focus.
UNREACHED = """() => [...document.querySelectorAll("main *")].filter((one) =>
  ["auto", "scroll"].includes(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth + 1
  && one.tabIndex < 0).map((one) => one.outerHTML.slice(0, 200))"""
SERIES = """
process: visits
version: "1"
title: Visits
effective_from: 2023-01-01
timezone: Europe/London
currency: GBP
initial: on
roles: {clerk: {title: Clerk}}
fields: {name: {title: Name, type: text}}
series:
  visit:
    title: Visits
    row: Visit
    day: Visited on
    fields:
      minutes: {title: Minutes, type: integer}
      cost: {title: Cost, type: money}
      seen: {title: Seen, type: text}
tasks: {look: {title: Look, role: clerk}}
open: {by: [clerk], form: {name: required}}
states:
  on:
    title: On
    owner: clerk
    deadline: {within: 3 weeks, raise: look}
    events:
      visit_held: {title: Hold a visit, form: {visit: required}}
      stop: {title: Stop, to: off}
  off: {title: Off, final: true, outcome: Off}
"""
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


def faults(page: Page, path: str, width: int) -> list[tuple[str, int, object]]:
    """What of a page is not whole at a width."""
    page.set_viewport_size({"width": width, "height": 900})
    answered = page.goto(path)
    assert answered is not None
    assert answered.status == 200, path
    found: list[object] = [wider] if (wider := page.evaluate(WIDER)) > 0 else []
    return [(path, width, one) for one in found + page.evaluate(UNREACHED)]


@pytest.mark.parametrize("width", [320, 1280])
def test_the_longest_names_leave_every_page_whole(site: Site, sign_in: SignIn, width: int) -> None:
    engine, jo = site.engine, site.engine.people.person("demo.coordinator")
    engine.people.add_organisation(NAME, "hinckley", ["hbep-referral"])
    engine.people.add("x" * 60, NAME, ["hbep-referral/coordinator"], NAME)
    answers = {**PUPIL, "pupil_name": NAME, "school": NAME}
    case = done(engine.open_case("hbep-referral", jo.actor, answers, state="panel"))
    engine.desk.write_note(case.id, NAME, jo.actor)
    engine.people.change(replace(jo, name=NAME))
    page, number = sign_in("demo.coordinator"), case.id
    paths = ["", "/timeline", "/notes", "/documents", "/accesses", "/do/withdraw"]
    wrong = [fault for one in paths for fault in faults(page, f"/cases/{number}{one}", width)]
    for path in ("/", "/tasks?show=all", "/cases?sort=-id", "/board", "/meetings", "/meetings/1", "/places", "/dates"):
        wrong += faults(page, path, width)
    page = sign_in("demo.administrator")
    for path in ("/people", f"/people/{'x' * 60}", "/organisations", "/outbox", "/journal", "/processes"):
        wrong += faults(page, path, width)
    assert wrong == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_series_of_long_values_leaves_its_pages_whole(site: Site, sign_in: SignIn, width: int) -> None:
    engine = site.engine
    engine.publish(SERIES)
    jo = engine.people.person("demo.coordinator")
    engine.people.change(replace(jo, roles=(*jo.roles, "visits/clerk")))
    actor = engine.people.person("demo.coordinator").actor
    case = done(engine.open_case("visits", actor, {"name": "A"}))
    for day in ("2024-01-02", "2024-01-20"):
        row = {"day": day, "minutes": 45, "cost": "£1,200.50", "seen": NAME}
        done(engine.fire(case.id, "visit_held", actor, {"visit": row}, at=engine.case(case.id).opened))
    page = sign_in("demo.coordinator")
    wrong = [
        fault for one in ("", "/timeline", "/do/visit_held") for fault in faults(page, f"/cases/{case.id}{one}", width)
    ]
    assert wrong == []
    page.goto(f"/cases/{case.id}")
    table = page.get_by_role("region", name="Visits").get_by_role("table")
    assert table.get_by_role("row").nth(1).get_by_role("cell").nth(1).inner_text() == "£1,200.50"
