"""The page on which several cases are put on an agenda."""

from __future__ import annotations

from fastapi import FastAPI

from engine import Engine
from tests.integration.site import Visit
from tests.integration.test_candidates import planned
from tests.steps import in_panel


def test_the_page_books_what_can_be_and_tells_the_rest(site: FastAPI, engine: Engine, referral: object) -> None:
    meeting = planned(engine)
    cases = [in_panel(engine, ground="At risk").id for _ in range(8)]
    bare = in_panel(engine, ground=None).id
    jo, path = Visit(site, "jo"), f"/meetings/{meeting.id}/book"
    assert f'href="{path}"' in jo.get(f"/meetings/{meeting.id}").text
    page = jo.get(path).text
    assert (page.count('name="case"'), "Not answered yet: Ground for referral." in page) == (9, True)
    assert "Choose one or more cases first." in jo.post(path, {}, 422).text
    assert "Choose at most 100" in jo.post(path, {"case": [str(one) for one in range(1, 102)]}, 422).text
    sent = {"case": [str(one) for one in [*cases, bare, 999]], "key": "k"}
    said = jo.post(path, sent, 409).text
    assert f"Case {bare}: " in said
    assert "Case 999: There is no such case, or it is not for you." in said
    assert said.count(" checked") == 1
    assert f'href="/cases/{bare}/do/book_panel"' in said
    led = jo.post(path, {"case": [str(cases[0])], "key": "k"}).headers["location"]  # the second click
    assert "The cases that were chosen are on the agenda." in jo.get(led).text
    assert [one.id for one in engine.meetings.agenda(meeting, engine.people.person("jo").actor)] == cases
    assert [len([one for one in engine.report(case).history if one.by == "jo"]) for case in cases] == [1] * 8
