"""A case that pauses, as people, programs and scenarios are told; and what the database makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.authoring.check import check_file
from engine.authoring.diagram.dot import dot
from engine.authoring.diagram.picture import svg
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.clock import SetClock
from engine.process.file.loader import load_process
from engine.service.lists.finder import TasksWanted
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.callers import Caller
from tests.integration.site import Visit, settle
from tests.steps import done
from tests.unit.test_pause import MONDAY, TEXT
from tests.workshop import CLERK

JO = "jo:clerk"
PLAIN = TEXT.replace("calendar: leicestershire\n", "").replace("10 school days", "10 days")
PLAIN = PLAIN.replace("due: 5 school days", "due: 5 days")
SCENARIOS = """
process: rounds.yaml
scenarios:
  - scenario: It goes on where it was
    start: {at: 2024-01-15 09:00}
    steps:
      - {event: begin, by: clerk}
      - {event: next, by: clerk, expect: {state: round.second, paused: none}}
      - event: rest
        by: clerk
        expect: {state: break, paused: round.second, no_tasks: [call], places: {desk: 1, bed: 1}}
      - {wait: 10 days, expect: {overdue: [], paused: round.second}}
      - {event: return, by: clerk, expect: {state: round.second, paused: none, tasks: [call]}}
  - scenario: Nothing ever rests where it is asked
    start: {at: 2024-01-15 09:00}
    steps:
      - {event: begin, by: clerk, expect: {paused: round}}
"""


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MONDAY)


@pytest.fixture
def engine(url: str, tmp_path: Path, clock: SetClock) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(PLAIN)
    yield engine
    engine.close()


@pytest.fixture
def number(engine: Engine, clock: SetClock) -> int:
    """A case that rests at its second stop since ten days."""
    case = done(engine.open_case("rounds", JO)).id
    for event in ("begin", "next", "rest"):
        done(engine.fire(case, event, JO))
    clock.set(MONDAY + timedelta(days=10))
    return case


def test_nothing_that_rests_is_late_or_free(engine: Engine, number: int) -> None:
    assert engine.run_due().fired == 0
    assert list(engine.cases(process="rounds", overdue=True).items) == []
    assert engine.free_places("rounds") == {"desk": 0, "bed": 0}
    assert [(one.taken, one.held) for one in engine.places.figures(engine.process("rounds"), CLERK)] == [(1, 0), (1, 0)]
    [rests] = engine.case(number, JO).paused
    assert (rests.state, rests.at, rests.since, rests.tasks) == (
        "round",
        "round.second",
        MONDAY,
        ("Call", "Look", "Write"),
    )
    assert engine.verify().findings == ()


def test_it_goes_on_and_is_told(engine: Engine, number: int) -> None:
    done(engine.fire(number, "return", JO))
    case = engine.case(number, JO)
    assert (case.state, case.paused, case.overdue) == ("round.second", (), False)
    with engine.finder() as finder:
        assert finder.count_tasks(TasksWanted(("clerk",)), JO, 100) == 3
    told = {fact.fact: fact.said for step in engine.report(number, JO).history for fact in step.facts}
    assert (told["rests"], told["goes_on"]) == ("Round", "Round")
    assert engine.verify().findings == ()


def test_pages_and_programs_are_told_since_when_and_where_it_goes_on(engine: Engine, number: int) -> None:
    settle(engine, {"jo": (["rounds/clerk"], None)})
    said = "Round, since 15 January 2024; it goes on in Second. Kept for then: Call, Look, Write"
    page = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo").get(f"/cases/{number}").text
    assert f"<dt>Paused:</dt> <dd>{said}</dd>" in page
    token = engine.people.issue_token("jo", "", ["read"], 30)[0]
    found = Caller(TestClient(create_app(engine)), token)("GET", f"/cases/{number}", 200)["paused"]
    assert [(one["at"], one["since"]) for one in found] == [("round.second", "2024-01-15T09:00:00Z")]


def test_scenarios_expect_what_rests(tmp_path: Path) -> None:
    (tmp_path / "rounds.yaml").write_text(PLAIN)
    file = tmp_path / "rounds.scenarios.yaml"
    file.write_text(SCENARIOS)
    assert [(one.line, one.code, one.message) for one in check_file(file)] == [
        (17, "never-true", "No case ever rests at round.")
    ]
    file.write_text(SCENARIOS.replace("paused: round}", "paused: round.second}"))
    results = run_scenarios(load_scenarios(file))
    assert [(one.name, one.passed) for one in results] == [
        ("It goes on where it was", True),
        ("Nothing ever rests where it is asked", False),
    ]


def test_a_way_back_is_dashed() -> None:
    process = load_process(PLAIN, "rounds.yaml", lambda _: None).process
    assert '"break" -> "round.first" [label="Return", lhead="cluster_round", style=dashed];' in dot(process)
    assert (
        svg(process).count('stroke-dasharray="6 4"') == 4
    )  # and the one from the ward: each has two halves, with its label between
