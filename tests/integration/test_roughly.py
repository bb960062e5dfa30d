"""What was counted beyond the end of a calendar says "roughly" wherever its date is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.cli.main import run
from engine.clock import SetClock
from engine.service import Case
from tests.integration.callers import Caller
from tests.integration.site import Visit
from tests.steps import done, in_panel

# The calendar ends on 10 July 2026; 20 school days later a decision of the panel is asked for.
BEGUN = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def case(engine: Engine, clock: SetClock) -> Case:
    clock.set(BEGUN)
    return in_panel(engine)


def raised(engine: Engine, clock: SetClock, case: Case) -> Case:
    """The case once its deadline has passed: a task is due in 5 school days."""
    clock.set(BEGUN + timedelta(days=29))
    engine.run_due()
    return engine.case(case.id)


def test_pages_say_it_beside_each_date(site: FastAPI, engine: Engine, clock: SetClock, case: Case) -> None:
    clock.set(BEGUN + timedelta(hours=1))
    visit = Visit(site, "jo")
    assert "roughly Wed 29 Jul 2026" in visit.get(f"/cases/{case.id}").text
    assert "roughly 29 July 2026" in visit.get(f"/cases/{case.id}/timeline").text
    assert "(roughly)" in visit.get("/dates?view=list&day=2026-07-20").text
    raised(engine, clock, case)
    visit = Visit(site, "jo")
    for path in (f"/cases/{case.id}", "/tasks?show=week", "/cases", "/"):
        assert "roughly Wed 5 Aug 2026" in visit.get(path).text, path
    assert "It is due on roughly 5 August 2026." in visit.get(f"/cases/{case.id}/tasks/chase_panel/move").text
    rows = visit.get("/cases.csv").text.splitlines()
    assert rows[0].endswith("Next task due,Roughly")
    assert rows[1].endswith("5 August 2026,roughly")
    address = re.search(r"/calendar/[^<]+\.ics", visit.post("/profile/calendar", status=200).text)
    assert address is not None
    told = visit.get(address.group()).text.replace("\r\n ", "")
    assert "Bring the case to a decision of the panel: case 1 (roughly)" in told


def test_a_date_within_the_calendar_says_nothing(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    clock.set(datetime(2026, 5, 1, 9, tzinfo=UTC))
    case = in_panel(engine)
    visit = Visit(site, "jo")
    for path in (f"/cases/{case.id}", f"/cases/{case.id}/timeline", "/cases", "/dates?view=list&day=2026-05-20"):
        assert "roughly" not in visit.get(path).text, path


def test_programs_are_told_by_a_word_of_its_own(engine: Engine, clock: SetClock, case: Case) -> None:
    def told(path: str) -> list[bool]:
        caller = Caller(client, engine.people.issue_token("jo", "", ["read", "write"], 30)[0])
        found = caller("GET", path, 200)
        return [one["roughly"] for one in (found if isinstance(found, list) else found["items"])]

    engine.people.add("jo", "", ["coordinator"])
    with TestClient(create_app(engine)) as client:
        assert told("/dates") == [True]
        task = raised(engine, clock, case).tasks[0]
        assert (task.task, task.roughly) == ("chase_panel", True)
        assert told("/tasks") == [True]
        until = datetime(2026, 9, 1, 17, tzinfo=UTC)
        [task] = done(engine.postpone_task(case.id, "chase_panel", until, "After the holidays", "coordinator")).tasks
        assert task.roughly is False
        assert told("/tasks") == [False]


@pytest.mark.usefixtures("commands")
def test_commands_say_it(
    engine: Engine, clock: SetClock, case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")

    def said(*words: str) -> str:
        capsys.readouterr()
        assert run(list(words)) == 0
        return " ".join(capsys.readouterr().out.split())

    assert "roughly 2026-07-29" in said("show", str(case.id))
    assert "roughly 2026-07-29" in said("due")
    raised(engine, clock, case)
    for words in (("show", str(case.id)), ("tasks",), ("cases",)):
        assert "roughly 2026-08-05" in said(*words), words
