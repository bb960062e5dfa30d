"""Taking back on the pages: what was done last, why, what it comes to, once; what is sent twice is done once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.integration.test_cases_undo import BENCH, CLERK
from tests.integration.test_web_corrections import sent
from tests.steps import done

PEOPLE = {"jo": (["bench/clerk"], None), "max": (["bench/boss"], None), "ann": (["auditor"], None)}
START = datetime(2024, 1, 8, 9, tzinfo=UTC)
WHY = {"why-taken-back": "The wrong <b>"}


@pytest.fixture
def bench(url: str) -> Iterator[Engine]:
    engine = Engine(url, clock=SetClock(START))
    engine.publish(BENCH)
    settle(engine, PEOPLE)
    yield engine
    engine.close()


@pytest.fixture
def visit(bench: Engine, number: int) -> dict[str, Visit]:
    assert number
    site = create_site(bench, throttle=Throttle(1000, 1000))
    return {login: Visit(site, login) for login in PEOPLE}


@pytest.fixture
def number(bench: Engine) -> int:
    number = done(bench.open_case("bench", CLERK)).id
    done(bench.fire(number, "start", CLERK))
    assert isinstance(bench.clock, SetClock)
    bench.clock.set(START + timedelta(days=3))
    bench.run_due()
    return number


def test_it_is_taken_back_after_what_it_comes_to_was_shown(bench: Engine, visit: dict[str, Visit], number: int) -> None:
    jo, path = visit["jo"], f"/cases/{number}/undo/2"
    assert f'href="{path}"' in jo.get(f"/cases/{number}").text
    form = jo.get(path).text
    assert "Started" in form
    check = jo.post(path, sent(form) | WHY, status=200).text
    told = [re.sub(r"\s+", " ", one) for one in re.findall(r'<p class="govuk-body">([^<]*)', check)]
    assert told[:4] == [
        "Afterwards: The case is at Desk, and is moved on by Clerk.",
        "To do then: Look",
        "No longer to do: Chase",
        "Place given back: Bench",
    ]
    assert "The wrong &lt;b&gt;" in check
    assert bench.case(number).version == 3
    for _ in range(2):
        answer = jo.post(path, sent(check))
        assert "It was taken back" in jo.get(answer.headers["location"]).text
    assert bench.case(number).state == "desk"
    assert "/undo/" not in jo.get(f"/cases/{number}").text
    timeline = jo.get(f"/cases/{number}/timeline").text
    assert "Taken back: Started (entry 2)" in timeline
    assert [one.kind for one in bench.history(number)].count("undo") == 1


def test_what_is_wrong_is_told(bench: Engine, visit: dict[str, Visit], number: int) -> None:
    jo, path = visit["jo"], f"/cases/{number}/undo/2"
    assert "Give a reason" in jo.post(path, {"step": "check", "why-taken-back": " "}, status=422).text
    done(bench.fire(number, "finish", CLERK))
    jo.post(path, {"step": "check"} | WHY, status=404)
    jo.get(path, 404)
    jo.get(f"/cases/{number}/undo/4", 200)
    assert bench.case(number).version == 4


@pytest.mark.parametrize("login", ["max", "ann"])
def test_who_may_not_finds_nothing(login: str, visit: dict[str, Visit], number: int) -> None:
    other, path = visit[login], f"/cases/{number}/undo/2"
    other.get(path, 404)
    other.post(path, {"step": "done"} | WHY, status=404)
    if login == "max":
        assert "/undo/" not in other.get(f"/cases/{number}").text
