"""Own names: a process may call its fields as the pages around a form call what is theirs."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.forms.forms import OWN
from tests.asked import asking
from tests.conftest import ROOT
from tests.integration.site import Visit, settle

DATES = {"step", "meeting"}
TEXT = asking("release", {name: f"type: {'date' if name in DATES else 'text'}" for name in sorted(OWN)}, "required")
DAY = "2023-10-1{}"
FIRST = {name: DAY.format(1) if name in DATES else f"{name} at first" for name in OWN}
LATER = {name: DAY.format(2) if name in DATES else f"{name} later" for name in OWN}


class Boxes(HTMLParser):
    """What stands in the boxes of the form with this address, and every id of the page."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.action, self.here, self.sent, self.ids = action, False, dict[str, str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(known["id"] or "")
        if tag == "form":
            self.here = known.get("action") == self.action
        if self.here and tag == "input" and known.get("name"):
            assert known["name"] not in self.sent, known
            self.sent[known["name"] or ""] = known.get("value") or ""


@pytest.fixture
def visit(engine: Engine) -> Visit:
    settle(engine)
    engine.publish(TEXT)
    engine.people.change(replace(engine.people.person("jo"), roles=("release/maker",)))
    site: FastAPI = create_site(engine, throttle=Throttle(1000, 1000))
    return Visit(site, "jo")


def typed(page: str, action: str, answers: dict[str, str]) -> dict[str, str]:
    """What a browser sends of this form, with these answers typed into its boxes."""
    found = Boxes(page, action)
    assert len(found.ids) == len(set(found.ids))
    boxes = {name: found.sent[name] for name in found.sent}
    for name, answer in answers.items():
        if name in DATES:
            year, month, day = answer.split("-")
            boxes |= {
                f"{name}-answer-{part}": one
                for part, one in zip(("day", "month", "year"), (day, month, year), strict=True)
            }
        else:
            assert f"{name}-answer" in boxes
            boxes[f"{name}-answer"] = answer
    return boxes


def test_every_field_is_asked_for_and_kept_whatever_it_is_called(engine: Engine, visit: Visit) -> None:
    draft = visit.post("/drafts", {"way": "release begun"}).headers["location"]
    part = f"{draft}/part/0"
    visit.post(part, typed(visit.get(part).text, part, FIRST))
    page = visit.get(part).text
    assert typed(page, part, {}) == typed(page, part, FIRST)
    seal = re.findall(r'name="seal" value="(\w+)"', visit.get(f"{draft}/check").text)[0]
    number = int(re.findall(r"\d+", visit.post(f"{draft}/send", {"seal": seal}).headers["location"])[0])
    assert engine.case(number).data == FIRST

    do = f"/cases/{number}/do/say"
    wrong = typed(visit.get(do).text, do, LATER | {"step": "2023-40-40"})
    told = visit.post(do, wrong, 422).text
    assert 'href="#step-answer-day"' in told
    check = visit.post(do, typed(told, do, LATER)).headers["location"]
    sent = {**Boxes(visit.get(check).text, do).sent, "step": "do"}
    assert visit.post(do, sent).headers["location"] == f"/cases/{number}/done/2"
    assert engine.case(number).data == LATER


def test_the_pages_around_the_fields_of_a_process_use_no_other_names() -> None:
    for name in ("layout", "event", "event_check", "draft_part", "parts"):
        page = (ROOT / f"engine/web/templates/{name}.html").read_text()
        inputs = re.findall(r"<(?:input|button|form|textarea|select)\b[^>]*>", page)
        used = {one for tag in inputs for one in re.findall(r'\b(?:name|id)="([a-z_]+)"', tag)}
        assert used <= OWN, name
    script = (ROOT / "engine/web/assets/casework.js").read_text()
    assert set(re.findall(r"\bform\.(action|elements|dataset|method|id|name|target)\b", script)) <= OWN
