"""Work that makes itself is bounded, and what should have happened by itself is never lost silently."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.api.app import create_app
from engine.authoring.check import check_file
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.case.step.tick import MOST_AT_ONCE
from engine.clock import SetClock
from engine.service import Engine, Page, Task
from engine.service.cases import due
from engine.web.app import create_site
from tests.conftest import START
from tests.integration.site import Visit, settle_more
from tests.steps import done, refusal

HEAD = """
process: rounds
version: "1"
title: Rounds
effective_from: 2023-01-01
initial: first
roles: {{clerk: {{title: Clerk}}, owner: {{title: Owner}}}}
fields: {{review: {{title: Review, type: date}}, asked: {{title: Asked, type: yes_no}}}}
tasks: {{chase: {{title: Chase, role: clerk}}}}
places: {{room: {{title: Room, capacity: 1}}}}
open: {{form: {{review: optional}}}}
events: {{leave: {{title: Leave, to: gone}}, fill: {{title: Fill in, form: {{review: optional, asked: optional}}}}}}
states:
{states}
  gone: {{final: true}}
"""
ITSELF = """
  first:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    timers: {again: {at: review, send: renew}}
    events: {renew: {title: Renew, to: first}}
"""
EACH_OTHER = """
  first:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    timers: {go: {at: review, send: on}}
    events: {on: {title: On, to: middle}}
  middle: {owner: owner, deadline: {within: 1 year, raise: chase}, automatic: [{to: second}]}
  second:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    timers: {back: {at: review, send: back}}
    events: {back: {title: Back, to: first}}
"""
STAYS = """
  first:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    timers: {again: {at: review, send: renew}}
    events:
      renew:
        title: Renew
        set:
          review: 'today - duration("24h") == review ? today - duration("48h") : today - duration("24h")'
"""
OVER_A_PLACE = """
  first:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    holds: {place: room, otherwise: queue}
    timers: {out: {at: review, send: out}}
    events: {out: {title: Out, to: lobby}}
  lobby:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    timers: {in: {at: review, send: in}}
    events: {in: {title: In, to: first}}
  queue:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    events: {place_offered: {title: Offered, by: [], to: first}}
"""
SENDS = """
  first:
    owner: owner
    deadline: {within: 1 year, raise: chase}
    timers: {close: {after: 1 week, send: finish%s}}
    events: {finish: {title: Finish, needs: [{check: asked == true, say: Somebody must have asked.}], to: gone}}
"""


def process(states: str) -> str:
    return HEAD.format(states=states)


def to_look_into(engine: Engine) -> list[Task]:
    page: Page[Task] = engine.tasks(roles=["owner"])
    return [task for task in page.items if task.task == "look-into"]


def told(engine: Engine, case: int, word: str) -> list[str]:
    """The steps in which this stands, each with what is to do."""
    found = (step for step in engine.report(case).history if word in step.what)
    return [" ".join((step.what, *(one.said for one in step.facts if one.fact == "to_do"))) for step in found]


@pytest.mark.parametrize("states", [ITSELF, EACH_OTHER, STAYS], ids=["itself", "each other", "stays"])
@pytest.mark.parametrize("watched", [True, False], ids=["scheduler", "catching up"])
def test_a_timer_that_comes_back_at_once_is_stopped(
    engine: Engine, clock: SetClock, states: str, watched: bool
) -> None:
    engine.publish(process(states))
    case = done(engine.open_case("rounds", "clerk", {"review": "2023-09-20"}))
    clock.set(START + timedelta(days=21))
    if watched:
        assert engine.run_due().failed == ()
        assert engine.run_due().fired == 0
    else:
        done(engine.fire(case.id, "fill", "clerk", {"asked": "yes"}))
    after = engine.case(case.id)
    assert [timer.timer.rpartition("/")[2] for timer in after.timers] == ["deadline"]
    assert after.version < 50
    [stopped] = told(engine, case.id, "stopped")
    assert "no time went on. Look into what stopped by itself, due on " in stopped
    [task] = to_look_into(engine)
    assert (task.case, task.role, task.title) == (case.id, "owner", "Look into what stopped by itself")
    assert engine.verify().findings == ()
    done(engine.complete_task(case.id, "look-into", "owner"))
    assert to_look_into(engine) == []


@pytest.mark.parametrize("states", [ITSELF, EACH_OTHER, STAYS], ids=["itself", "each other", "stays"])
def test_a_timer_that_comes_back_at_once_comes_before_the_later_ones_of_others(
    engine: Engine, clock: SetClock, states: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.publish(process(states))
    first, second = (done(engine.open_case("rounds", "clerk", {"review": f"2023-09-{day}"})).id for day in ("20", "21"))
    clock.set(START + timedelta(days=21))
    order, plain = list[int](), due._fire_one

    def noting(tx: Any, case: int, *more: Any) -> Any:
        order.append(case)
        return plain(tx, case, *more)

    monkeypatch.setattr(due, "_fire_one", noting)
    looks = itertools.count()
    engine.run_due(stop=lambda: next(looks) >= 1)  # one batch
    assert engine.run_due().fired == 0
    assert order == [first] * order.count(first) + [second] * order.count(first)
    assert order.count(first) >= MOST_AT_ONCE


def test_what_an_offer_sets_off_comes_before_the_later_timers_of_others(
    engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a run in one batch and one that is cut short would leave different histories."""
    engine.publish(process(OVER_A_PLACE))
    engine.publish(process(SENDS % "").replace("process: rounds", "process: others"))
    lies = done(engine.open_case("rounds", "clerk", {"review": "2023-09-15"})).id
    waits = done(engine.open_case("rounds", "clerk", {"review": "2023-09-01"})).id
    other = done(engine.open_case("others", "clerk")).id
    clock.set(START + timedelta(days=21))
    order, plain = list[int](), due._fire_one

    def noting(tx: Any, case: int, *more: Any) -> Any:
        order.append(case)
        return plain(tx, case, *more)

    monkeypatch.setattr(due, "_fire_one", noting)
    looks = itertools.count()
    engine.run_due(stop=lambda: next(looks) >= 1)  # one batch
    assert order[0] == lies
    assert order.index(waits) < order.index(other)
    assert order.index(other) == len(order) - 1


def test_a_timer_that_was_stopped_runs_again_when_its_date_is_set_ahead(engine: Engine, clock: SetClock) -> None:
    engine.publish(process(ITSELF))
    case = done(engine.open_case("rounds", "clerk", {"review": "2023-09-01"}))
    engine.run_due()
    done(engine.fire(case.id, "fill", "clerk", {"review": "2023-10-01"}))
    assert "first/again" in [timer.timer for timer in engine.case(case.id).timers]
    clock.set(START + timedelta(days=30))
    engine.run_due()
    assert len(told(engine, case.id, "Renew: done")) == 16


def test_two_cases_that_hand_a_place_to_each_other_at_once_are_stopped(engine: Engine) -> None:
    engine.publish(process(OVER_A_PLACE))
    cases = [done(engine.open_case("rounds", "clerk", {"review": "2023-09-01"})).id for _ in range(2)]
    assert engine.run_due().failed == ()
    assert engine.run_due().fired == 0
    assert {task.case for task in to_look_into(engine)} <= set(cases)
    assert to_look_into(engine)
    assert engine.verify().findings == ()
    assert sorted(engine.case(case).version for case in cases)[-1] < 100


def test_an_offer_that_leaves_a_case_waiting_is_not_made_for_ever(engine: Engine) -> None:
    stays = OVER_A_PLACE.replace("{title: Offered, by: [], to: first}", "{title: Offered, by: [], raise: chase}")
    engine.publish(process(stays))
    first, second = (done(engine.open_case("rounds", "clerk")).id for _ in range(2))
    done(engine.fire(first, "leave", "clerk"))
    engine.run_due()
    waiting = engine.case(second)
    assert (waiting.waiting_for, waiting.version) == ("room", 1)
    assert engine.free_places("rounds") == {"room": 1}


def test_a_few_dates_in_the_past_on_a_row_are_no_circle(engine: Engine) -> None:
    chain = "".join(
        f"""
  s{number}:
    owner: owner
    deadline: {{within: 1 year, raise: chase}}
    timers: {{on: {{at: review, send: on}}}}
    events: {{on: {{title: On, to: {"gone" if number == 12 else f"s{number + 1}"}}}}}
"""
        for number in range(1, 13)
    )
    engine.publish(process(chain).replace("initial: first", "initial: s1"))
    case = done(engine.open_case("rounds", "clerk", {"review": "2023-09-01"}))
    engine.run_due()
    assert engine.case(case.id).ended
    assert to_look_into(engine) == []


def test_what_is_sent_in_vain_is_somebodys_to_look_into(engine: Engine, clock: SetClock) -> None:
    engine.publish(process(SENDS % ""))
    case = done(engine.open_case("rounds", "clerk"))
    clock.set(START + timedelta(days=8))
    engine.run_due()
    [task] = to_look_into(engine)
    assert (task.role, task.due) == ("owner", START + timedelta(days=8))
    assert told(engine, case.id, "could not happen") == [
        "Finish could not happen by itself: Somebody must have asked. "
        "Look into what stopped by itself, due on 19 September 2023"
    ]
    assert refusal(engine.complete_task(case.id, "look-into", "clerk")).code == "not_allowed"
    done(engine.complete_task(case.id, "look-into", "owner"))
    assert engine.verify().findings == ()


def test_what_is_sent_in_vain_raises_the_task_that_the_process_names(engine: Engine, clock: SetClock) -> None:
    engine.publish(process(SENDS % ", if_refused: {raise: chase}"))
    case = done(engine.open_case("rounds", "clerk"))
    clock.set(START + timedelta(days=8))
    engine.run_due()
    assert [task.task for task in engine.case(case.id).tasks] == ["chase"]


def test_what_is_sent_in_vain_is_tried_again_as_the_process_says(engine: Engine, clock: SetClock) -> None:
    engine.publish(process(SENDS % ", if_refused: {again: 1 day}"))
    case = done(engine.open_case("rounds", "clerk"))
    clock.set(START + timedelta(days=7))
    engine.run_due()
    close = {timer.timer: timer.due for timer in engine.case(case.id).timers}["first/close"]
    assert close == START + timedelta(days=8)
    assert told(engine, case.id, "tried again") == [
        "Finish could not happen by itself: Somebody must have asked. It is tried again on 19 September 2023."
    ]
    clock.set(START + timedelta(days=40))
    assert engine.run_due().fired == 1
    done(engine.fire(case.id, "fill", "clerk", {"asked": "yes"}))
    clock.set(START + timedelta(days=42))
    engine.run_due()
    assert engine.case(case.id).ended
    assert to_look_into(engine) == []


@pytest.mark.parametrize(
    ("states", "warned"),
    [
        (ITSELF, {"first": "again"}),
        (EACH_OTHER, {"first": "go", "second": "back"}),
        (OVER_A_PLACE, {"first": "out", "lobby": "in"}),
        (SENDS % "", {}),
        (ITSELF.replace("to: first", "set: {review: null}, to: first"), {}),
    ],
    ids=["itself", "each other", "over a place", "no date", "set anew"],
)
def test_check_names_the_circle(tmp_path: Path, states: str, warned: dict[str, str]) -> None:
    file = tmp_path / "rounds.yaml"
    text = process(states)
    file.write_text(text)
    found = [problem for problem in check_file(file) if problem.code == "timer-circle"]
    assert {problem.message.split()[1] for problem in found} == set(warned.values())
    assert all(f"{name}: " in text.splitlines()[one.line - 1] for one in found for name in [one.message.split()[1]])
    assert {problem.severity.value for problem in found} <= {"warning"}


@pytest.mark.parametrize(
    ("timer", "code"),
    [
        ("{every: 1 week, send: finish, if_refused: {again: 1 day}}", "wrong-value"),
        ("{after: 1 week, send: finish, if_refused: {raise: chose}}", "unknown-task"),
        ("{after: 1 week, send: finish, if_refused: {again: a while}}", "bad-duration"),
        ("{after: 1 week, send: finish, if_refused: {}}", "wrong-value"),
        ("{after: 1 week, send: finish, if_refused: {task: chase}}", "unknown-key"),
        ("{after: 1 week, raise: chase, if_refused: {raise: chase}}", "wrong-value"),
    ],
)
def test_check_tells_what_is_wrong_with_if_refused(tmp_path: Path, timer: str, code: str) -> None:
    file = tmp_path / "rounds.yaml"
    file.write_text(process((SENDS % "").replace("{after: 1 week, send: finish}", timer)))
    assert code in {problem.code for problem in check_file(file)}


def test_a_scenario_expects_and_does_the_task_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "rounds.yaml").write_text(process(SENDS % ""))
    file = tmp_path / "rounds.scenarios.yaml"
    file.write_text("""
process: rounds.yaml
scenarios:
  - scenario: What is sent in vain
    start: {at: 2023-09-11 09:00}
    steps:
      - {wait: 8 days, expect: {tasks: [look-into], state: first}}
      - {done: look-into, by: owner, expect: {no_tasks: [look-into]}}
""")
    assert check_file(file) == ()
    [result] = run_scenarios(load_scenarios(file))
    result.close()
    assert result.failures == []


def test_what_the_engine_asks_for_is_done_on_every_face(engine: Engine, clock: SetClock) -> None:
    engine.publish(process(ITSELF))
    cases = [done(engine.open_case("rounds", "clerk", {"review": "2023-09-20"})).id for _ in range(2)]
    clock.set(START + timedelta(days=21))
    engine.run_due()
    settle_more(engine, {"own": (["rounds/owner"], None)})
    secret, _ = engine.people.issue_token("own", "", ["read", "write"], 1)
    with TestClient(create_app(engine), headers={"authorization": f"Bearer {secret}"}) as client:
        for what in ("claim", "done"):
            said = client.post(f"/api/v1/cases/{cases[0]}/tasks/look-into/{what}")
            assert said.status_code == 200, said.text
    visit, task = Visit(create_site(engine), "own"), f"{cases[1]}/look-into"
    assert "Look into what stopped by itself" in visit.get(f"/cases/{cases[1]}/tasks/look-into/move").text
    for action in ("claim", "done"):
        said = visit.post("/tasks", {"action": action, "task": task, "show": "team"})
        visit.get(said.headers["location"])
    assert to_look_into(engine) == []
