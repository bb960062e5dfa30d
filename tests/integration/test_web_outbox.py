"""Outbox on the pages: every message is found, and hooks that cannot be are refused."""

from __future__ import annotations

import re

import pytest

from engine import Engine
from engine.service.people.attempts import Throttle
from engine.web import outbox as outbox_pages
from engine.web.app import create_site
from tests.integration.site import MANY, Visit, followed, settle
from tests.steps import PUPIL, done


def test_every_message_of_the_outbox_is_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_pages, "PAGE", 5)
    settle(engine)
    engine.outbox.add_hook("https://example.org/hook")
    for _ in range(MANY):
        done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    found = followed(visit, "/outbox", r"([0-9]+): webhook")
    assert len(found) == len(set(found)) == MANY


def test_where_a_page_goes_on_is_sealed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_pages, "PAGE", 2)
    settle(engine)
    engine.outbox.add_hook("https://example.org/hook")
    for _ in range(5):
        done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    [led] = re.findall(r'href="(/outbox\?after=[^"]+)" rel="next"', visit.get("/outbox").text)
    # New messages come before it, and move nothing.
    done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    assert re.findall(r"([0-9]+): webhook", visit.get(led).text) == ["3", "2"]
    sealed = led.partition("=")[2]
    for made_up in ("3", ("B" if sealed[0] == "A" else "A") + sealed[1:], "x" * 5000):
        visit.get(f"/outbox?after={made_up}", 422)
