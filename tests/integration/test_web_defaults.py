"""Defaults on every face: a form shows them first, what is sent is the answer, the timeline says what nobody said."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine import Engine
from engine.service.cases.views import as_data
from engine.web.app import create_site
from tests.integration.site import PASSWORD, Visit
from tests.steps import done

ORDERS = """
process: orders
version: "1"
title: Orders
effective_from: 2023-01-01
initial: asked
roles: {packer: {title: Packer}}
tasks: {look: {title: Look, role: packer}}
fields:
  size: {title: Size, type: choice, choices: {s: Small, l: Large}, default: s}
  count: {title: Count, type: integer, default: 2, max: 5}
  wanted: {title: Wanted on, type: date, default: today + 1 week}
  packed_by: {title: Packed by, type: text, default: '"The store"'}
open: {form: {size: required, count: required}, set: {count: count * 2}}
states:
  asked:
    owner: packer
    deadline: {within: 9 weeks, raise: look}
    events: {pack: {title: Pack, done: Packed, form: {packed_by: required}, to: packed}}
  packed: {final: true, set: {size: '"l"'}}
"""


@pytest.fixture
def visit(engine: Engine) -> Visit:
    """Somebody at the pages of orders."""
    engine.publish(ORDERS)
    engine.people.add("nina", "Nina", ["packer"])
    engine.accounts.set_password("nina", PASSWORD)
    return Visit(create_site(engine), "nina")


def test_a_draft_shows_the_defaults_and_is_sent_with_them(visit: Visit, engine: Engine) -> None:
    draft = visit.post("/drafts", {"way": "orders asked"}).headers["location"]
    page = visit.get(f"{draft}/part/0").text
    assert 'value="2"' in page
    assert 'value="s" checked' in page.replace("  ", " ")
    said = visit.get(f"{draft}/check").text
    assert "Small" in said
    visit.post(f"{draft}/part/0", {"size": "l", "count": ""})
    case = visit.post(f"{draft}/send", {"seal": ""}).headers["location"]
    number = int(case.split("/")[2])
    held = engine.case(number, "nina:packer").data
    week_on = engine.clock.now().date() + timedelta(days=7)
    assert dict(held) == {"size": "l", "count": 4, "wanted": week_on.isoformat()}
    assert "Count (set by itself)" in visit.get(f"/cases/{number}/timeline").text


def test_a_later_form_shows_its_default_on_the_page_and_by_the_api(visit: Visit, engine: Engine) -> None:
    case = done(engine.open_case("orders", "nina:packer")).id
    assert 'value="The store"' in visit.get(f"/cases/{case}/do/pack").text
    (choice,) = (as_data(one) for one in engine.report(case, "nina:packer").possible)
    assert json.loads(json.dumps(choice["defaults"])) == {"packed_by": "The store"}
    case_after = done(engine.fire(case, "pack", "nina:packer", {"packed_by": "Jo"}))
    assert (case_after.data["packed_by"], case_after.data["size"]) == ("Jo", "l")
    assert engine.verify().findings == ()


def test_what_is_set_where_a_case_begins_is_refused_like_an_answer(visit: Visit, engine: Engine) -> None:
    del visit
    refusal = engine.open_case("orders", "nina:packer", {"count": 3})
    assert (str(refusal.code), refusal.message) == (  # type: ignore[union-attr]
        "rule",
        "Begin a case would set what cannot be kept. Count must be at most 5.",
    )
