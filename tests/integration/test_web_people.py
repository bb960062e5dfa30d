"""People on the pages: everybody page by page, and who may be made what."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.people import people as people_pages
from tests.integration.site import Visit, followed, settle


def test_everybody_is_found_page_by_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_pages, "PAGE", 3)
    settle(engine)
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    assert len(re.findall(r'href="/people/([a-z]+)"', visit.get("/people").text)) == 3
    found = followed(visit, "/people", r'href="/people/([a-z]+)"')
    assert found == [one.login for one in engine.people.everybody()]
    assert len(found) > 6


def test_an_administrator_signs_somebody_out_everywhere(site: FastAPI, engine: Engine) -> None:
    one, other, max_, ada = Visit(site, "jo"), Visit(site, "jo"), Visit(site, "max"), Visit(site, "ada")
    token, _ = engine.people.issue_token("jo", "", ["read"], 1)
    assert "Sign them out everywhere" in ada.get("/people/jo").text
    max_.post("/people/jo/sign-out", status=404)
    one.get("/")
    said = ada.post("/people/jo/sign-out").headers["location"]
    assert "They are signed out everywhere." in ada.get(said).text
    for visit in (one, other):
        visit.get("/", 303)
    max_.get("/")
    # What else they have stays, unlike where they become inactive.
    assert engine.people.identify(token) is not None
    Visit(site, "jo").get("/")
    ada.post("/people/nobody/sign-out", status=404)
    ada.post("/people/sam/sign-out")  # who is signed in nowhere
    told = engine.journal("ann:auditor", kind="sign-in").items
    assert [(act.by, act.did, act.about) for act in told] == [("ada", "ended everywhere", "jo")]
