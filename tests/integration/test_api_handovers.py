"""Handing tasks on by the API, and what others took over. What may be handed on is tried in test_handovers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from tests.conftest import START
from tests.integration.callers import Caller
from tests.integration.site import settle
from tests.integration.test_handovers import COORDINATOR, given


@pytest.fixture
def callers(engine: Engine, clock: SetClock) -> Iterator[dict[str, Caller]]:
    settle(engine)
    clock.set(START + timedelta(days=60))
    engine.people.add("kim", "Kim", [COORDINATOR])
    # Who keeps the house, and sees cases too.
    engine.people.add("una", "Una", ["administrator", COORDINATOR])
    with TestClient(create_app(engine), raise_server_exceptions=False) as client:
        logins = ("ada", "una", "kim", "jo")
        yield {one: Caller(client, engine.people.issue_token(one, "", ["read", "write"], 90)[0]) for one in logins}


def test_a_program_sees_what_goes_hands_it_on_and_tells_who_took_it(engine: Engine, callers: dict[str, Caller]) -> None:
    (first, task), (second, _), (third, _) = (given(engine, "jo") for _ in range(3))
    una, kim = callers["una"], callers["kim"]
    page = una("GET", "/people/jo/tasks?limit=2", 200)
    rest = una("GET", "/people/jo/tasks", 200, params={"limit": 2, "after": page["next"]})
    assert ([one["case"] for one in page["cases"] + rest["cases"]], rest["next"]) == ([first, second, third], "")
    assert page["cases"][0]["tasks"][0]["task"]["task"] == task
    sent = {"to": "kim", "without": [{"case": second, "task": task}]}
    assert una("POST", "/people/jo/handover", 200, json=sent) == {"done": 2, "kept": [], "unseen": 0}
    assert una("POST", "/people/jo/handover", 200, json=sent)["done"] == 0
    told = kim("GET", "/tasks/handed-over", 200)
    assert [(one["case"], one["tasks"][0]["was_with"]) for one in told["cases"]] == [(first, "jo"), (third, "jo")]
    assert una("GET", "/tasks/handed-over?person=kim&was_with=jo", 200)["cases"] == told["cases"]
    assert kim("GET", "/tasks/handed-over?was_with=max", 200)["cases"] == []
    assert kim("GET", "/tasks/handed-over?since=2099-01-01", 200)["cases"] == []
    assert una("POST", "/people/jo/handover", 200, json={})["done"] == 1
    assert engine.tasks(case=second).items[0].person is None


def test_who_sees_no_cases_is_told_how_many_there_are(engine: Engine, callers: dict[str, Caller]) -> None:
    given(engine, "jo")
    ada = callers["ada"]
    assert ada("GET", "/people/jo/tasks", 200) == {"person": "jo", "name": "Jo", "cases": [], "next": "", "unseen": 1}
    assert ada("POST", "/people/jo/handover", 200, json={"to": "kim"}) == {"done": 0, "kept": [], "unseen": 1}
    assert ada("GET", "/tasks/handed-over?person=kim", 200)["cases"] == []


def test_what_cannot_be_is_told_in_words(engine: Engine, callers: dict[str, Caller]) -> None:
    given(engine, "jo")
    una, jo = callers["una"], callers["jo"]
    for to, said in (("jo", "with jo already"), ("nobody", "nobody")):
        wrong = una("POST", "/people/jo/handover", 422, json={"to": to})
        assert said in wrong["fields"]["to"], wrong
    una("POST", "/people/nobody/handover", 404, json={"to": "kim"})
    una("GET", "/people/nobody/tasks", 404)
    many = [{"case": 1, "task": "x"}] * 1001
    assert "without" in str(una("POST", "/people/jo/handover", 422, json={"without": many})["fields"])
    # Who does not keep the house gives tasks one by one, as on the pages.
    for login in ("jo", "nobody"):
        jo("GET", f"/people/{login}/tasks", 404)
        jo("POST", f"/people/{login}/handover", 404, json={"to": "kim"})
    assert [one.person for one in engine.tasks(person="jo").items] == ["jo"]
