"""Pages of who acts for whom, and acting for another in a session."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from tests.integration.site import Visit
from tests.integration.test_deputies import person, side_by_side


@pytest.fixture
def site(engine: Engine, site: FastAPI) -> FastAPI:
    side_by_side(engine)
    return site


def test_pages_are_those_of_the_other_and_one_left_open_is_refused(
    engine: Engine, site: FastAPI, clock: SetClock
) -> None:
    days = {"first-day": "11", "first-month": "9", "first-year": "2023", "last-day": "10", "last-month": "9"}
    days |= {"last-year": "2023"}
    ada, cleo, pat = (Visit(site, one) for one in ("ada", "cleo", "pat"))
    assert 'href="/people/pat/deputies"' in ada.get("/people/pat").text
    assert "and you act for nobody" in cleo.get("/deputies").text
    wrong = ada.post("/people/pat/deputies", {"deputy": "cleo", **days}, 422).text
    assert wrong.count("The last day is before the first.") == 2
    for _ in range(2):
        ada.post("/people/pat/deputies", {"deputy": "cleo", **days, "last-day": "12"})
    assert ada.get("/people/pat/deputies?done=named").text.count("Take back") == 1
    pat.post("/deputies", {"deputy": "cleo", **days, "last-day": "25"}, 422)
    assert "Act for another" in cleo.get("/").text
    cleo.get("/cases/2", 404)
    own = cleo.get("/cases/3").text
    cleo.post("/act-for", {"person": "pat"})
    page = cleo.get("/cases/2").text
    assert "You act for <strong>Pat</strong>, until the end of 12 September 2023." in page
    cleo.get("/cases/3", 404)
    cleo.get("/cases/1", 404)
    assert "cannot say who acts for you" in cleo.get("/deputies").text
    # A page of before: nothing is done in a name that it was not made for.
    token = re.search(r'name="csrf" value="([^"]+)"', own)
    assert token
    said = cleo.post("/cases/3/notes", {"csrf": token[1], "text": "Mine"}, 409).text
    assert "Now you act for Pat; this page was shown while you did not. Nothing was done." in said
    clock.set(datetime(2023, 9, 12, 22, 50, tzinfo=UTC))
    for visit in (cleo, pat):
        visit.client.cookies.clear()
        visit.__init__(site, "cleo" if visit is cleo else "pat")  # type: ignore[misc]
    cleo.post("/act-for", {"person": "pat"})
    token = re.search(r'name="csrf" value="([^"]+)"', cleo.get("/cases/2").text)
    assert token
    clock.set(datetime(2023, 9, 12, 23, tzinfo=UTC))
    late = cleo.client.post("/cases/2/notes", data={"csrf": token[1], "text": "Late"})
    assert (late.status_code, "You do not act for Pat any more" in late.text) == (403, True)
    assert "It ended with 12 September 2023. Nothing was done." in late.text
    cleo.get("/cases/2", 404)
    cleo.get("/cases/3")
    cleo.post("/act-for", {"person": "pat"}, 409)
    assert engine.desk.notes(2, person(engine, "pat")) == []
