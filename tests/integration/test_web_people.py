"""People on the pages: everybody page by page, and who may be made what."""

from __future__ import annotations

import re

import pytest

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
