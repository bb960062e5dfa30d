"""What one step changes: tasks, timers, places, the turn of a case that waits."""

from __future__ import annotations

import pytest

from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.effects import effects_of, new_tasks
from engine.case.step.walk import choose
from engine.process.definition import Process
from engine.process.paths import paths_of
from tests.workshop import BOSS, done, draft, fire, opened, tick, workshop

AT = "2024-01-08T09:00:00.000000Z"


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def in_place(process: Process) -> Snapshot:
    return done(process, opened(process), fire("start"))


def waiting(process: Process) -> Snapshot:
    return done(process, opened(process), fire("start"), free={"bench": 0, "lathe": 0})


def effects(process: Process, case: Snapshot, event: str, free: dict[str, int] | None = None) -> dict[str, object]:
    made: Draft = draft(process, case, free=free)
    return effects_of(made, choose(made, paths_of(process).on(case.state, event), made.view(AT)), AT, event, {})


def test_a_state_that_is_left_takes_its_tasks_timers_and_place_along(process: Process) -> None:
    found = effects(process, in_place(process), "drop")
    assert found["closed"] == {"chase": "cancelled"}
    assert found["stopped"] == ()
    assert found["freed"] == ("work.place",)
    assert (found["left"], found["entered"], found["to"]) == (("work.place",), ("work.hand",), "work.hand")
    assert (found["held"], found["timers"], found["outcome"]) == ({}, {}, "")


def test_tasks_of_every_state_that_is_left_end_and_do_not_escalate(process: Process) -> None:
    found = effects(process, in_place(process), "finish")
    assert found["closed"] == {"chase": "cancelled", "look": "cancelled"}
    assert found["stopped"] == ("task:look", "work/inspect")
    assert found["outcome"] == "finished"


def test_an_event_does_its_task_wherever_it_leads(process: Process) -> None:
    found = effects(process, opened(process), "report")
    assert (found["closed"], found["stopped"]) == ({"call": "done"}, ("task:call",))
    assert (found["to"], found["entered"], found["left"]) == ("", (), ())


def test_what_a_state_raises_belongs_to_it_and_has_its_times(process: Process) -> None:
    found = effects(process, opened(process), "start")
    tasks = found["tasks"]
    assert isinstance(tasks, dict)
    assert {name: task["scope"] for name, task in tasks.items()} == {"look": "work", "chase": "work.place"}
    assert tasks["look"]["due"] == "2024-01-10T09:00:00.000000Z"
    assert found["timers"] == {
        "work/inspect": ["2024-01-15T09:00:00.000000Z", AT, "1"],
        "task:look": ["2024-01-11T09:00:00.000000Z"] * 2,
    }


def test_a_task_that_is_open_stays_as_it_is_unless_this_step_ends_it(process: Process) -> None:
    case = in_place(process)
    assert new_tasks(process, case, {"look": "work"}, {}, AT, case.data) == {}
    [(name, task)] = new_tasks(process, case, {"look": "desk"}, {"look": "cancelled"}, AT, case.data).items()
    assert (name, task["scope"]) == ("look", "desk")


def test_a_date_sets_changes_and_stops_its_timer(process: Process) -> None:
    case = done(process, opened(process), fire("fill_in", ready="2024-02-01"))
    assert case.timers["desk/ready_on"][0] == "2024-02-01T00:00:00.000000Z"
    case = done(process, case, fire("fill_in", ready="2024-07-01"))
    assert case.timers["desk/ready_on"][0] == "2024-06-30T23:00:00.000000Z"
    same = done(process, case, fire("fill_in", ready="2024-07-01"))
    assert same.timers == case.timers
    assert "desk/ready_on" not in done(process, case, fire("fill_in", ready="")).timers


def test_a_date_that_is_not_set_anew_after_its_timer_fired_sets_none(process: Process) -> None:
    case = done(process, opened(process), fire("fill_in", ready="2024-01-10"))
    case = done(process, case, tick("desk/ready_on", 2), 2)
    assert "desk/ready_on" not in case.timers
    assert "desk/ready_on" not in done(process, case, fire("fill_in", 2, ready="2024-01-10"), 2).timers
    assert "desk/ready_on" in done(process, case, fire("fill_in", 2, ready="2024-01-11"), 2).timers


def test_who_waits_keeps_the_turn_also_for_another_place(process: Process) -> None:
    case = waiting(process)
    assert case.waiting == {"place": "bench", "for": "work.place", "since": AT, "state": "line"}
    asking = workshop(
        {"events: {place_offered: {": "events: {ask: {title: Ask, form: {kind: optional}}, place_offered: {"}
    )
    later = done(asking, waiting(asking), fire("ask", 3, kind="lathe"), 3)
    assert later.waiting == {**case.waiting, "place": "lathe"}
    assert done(asking, later, fire("ask", 4), 4).waiting == later.waiting
    assert done(process, case, fire("scrap", 1, BOSS), 1).waiting == {}


def test_who_waits_is_in_the_queue_for_the_place_that_the_offer_would_take(process: Process) -> None:
    """What the way of the offer sets decides which place that is, whatever the data say while the case waits."""
    ask = "ask: {title: Ask, form: {kind: optional}}"
    offer = "place_offered: {title: Offered, by: [], set: {kind: KIND}, to: work.place}"
    was = "place_offered: {title: Offered, by: [], to: work.place}"
    for kind, place in (("'\"bench\"'", "bench"), ("null", "bench"), ("kind", "lathe")):
        setting = workshop({was: f"{ask}, {offer.replace('KIND', kind)}"})
        later = done(setting, waiting(setting), fire("ask", 3, kind="lathe"), 3)
        assert later.waiting["place"] == place


def test_a_task_that_an_event_did_does_not_escalate(process: Process) -> None:
    case = opened(process)
    assert "task:call" in case.timers
    assert set(done(process, case, fire("report")).timers) == {"desk/deadline", "desk/ask"}
