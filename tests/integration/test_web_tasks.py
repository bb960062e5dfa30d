"""Tasks on the pages: which stand in which list, and what is done with many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from engine import Engine, Refusal
from engine.case.time.schedule import escalation_key
from engine.clock import SetClock
from engine.service.lists.finder import TasksWanted
from engine.web.cases.tasks import MOST_AT_ONCE, wanted
from engine.web.visitor import Visitor
from tests.conftest import START
from tests.integration.site import PASSWORD, Visit
from tests.steps import done, in_panel, in_placement

LONDON = ZoneInfo("Europe/London")
LOANED = {"club": "Hilltop", "item": "lathe"}


def test_a_task_is_postponed_with_a_reason_and_escalates_later(engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    clock.set(START + timedelta(days=35))
    engine.run_due()
    task = engine.case(case.id).tasks[0]
    assert task.task == "chase_panel"
    before = {one.timer: one.due for one in engine.case(case.id).timers}
    until = datetime(2023, 11, 30, 17)
    after = done(engine.postpone_task(case.id, "chase_panel", until, "Snow", "coordinator"))
    assert after.tasks[0].due == until.replace(tzinfo=LONDON)
    key = escalation_key("chase_panel")
    assert {one.timer: one.due for one in after.timers}[key] > before[key]
    assert engine.report(case.id).history[-1].what.endswith("due on 30 November 2023 instead")
    for reason, when, by in (("", until, "coordinator"), ("x", START, "coordinator"), ("x", until, "staff")):
        assert isinstance(engine.postpone_task(case.id, "chase_panel", when, reason, by), Refusal)
    assert engine.verify().findings == ()


def visitor_of(stage: Engine, login: str) -> Visitor:
    key = stage.accounts.sign_in_as(login)
    arrived = stage.arrival(key) if key else None
    assert arrived
    return Visitor(stage, *arrived)


def test_each_list_asks_for_its_own_tasks(stage: Engine) -> None:
    jo, now = visitor_of(stage, "jo"), stage.clock.now()
    roles = tuple(jo.actor.roles)
    assert wanted(jo, "mine") == TasksWanted(person="jo")
    assert wanted(jo, "overdue") == TasksWanted(roles=roles, overdue=True)
    assert wanted(jo, "week") == TasksWanted(roles=roles, due_from=now, due_before=now + timedelta(days=7))
    assert wanted(jo, "stranded") == TasksWanted(stranded=True)
    assert wanted(jo, "all") == TasksWanted()
    assert wanted(jo, "team") == wanted(jo, "anything else") == TasksWanted(roles=roles)


def test_more_than_are_done_in_time_are_refused_before_the_first(enter: Callable[[str], Visit]) -> None:
    many = [f"{number}/chase_panel" for number in range(1, MOST_AT_ONCE + 2)]
    said = enter("jo").post("/tasks", {"task": many, "action": "claim"}, 422).text
    assert f"Choose at most {MOST_AT_ONCE} tasks at once; these are {MOST_AT_ONCE + 1}. Nothing was changed." in said


def test_a_task_goes_back_to_the_page_it_came_from_and_nowhere_else(
    stage: Engine, enter: Callable[[str], Visit]
) -> None:
    case = done(stage.open_case("equipment-loan", "clerk", {"club": "Hilltop", "item": "lathe"}))
    stage.people.add("lou", "Lou", ["clerk"], "Hilltop")
    lou, form = enter("lou"), {"task": f"{case.id}/answer", "action": "claim"}
    for back in ("//elsewhere.example", "https://elsewhere.example", "/cases/1/../../x", f"/cases/{case.id}"):
        there = lou.post("/tasks", form | {"back": back}).headers["location"]
        assert there.startswith(f"/cases/{case.id}?did=claim" if back == f"/cases/{case.id}" else "/tasks?")


def test_a_task_leads_to_where_it_is_done(engine: Engine, site: FastAPI, referral: object, clock: SetClock) -> None:
    case, loan = in_placement(engine), done(engine.open_case("equipment-loan", "clerk", LOANED))
    clock.set(clock.now() + timedelta(weeks=7))
    engine.run_due()
    engine.people.add("lou", "Lou", ["clerk"], "Hilltop")
    jo, where = Visit(site, "jo"), f"/cases/{case.id}/tasks/hold_review"
    listed = jo.get("/tasks").text
    assert (f'href="{where}"' in listed, "Hilltop" in listed) == (True, True)
    event = f"/cases/{case.id}/do/hold_review"
    assert jo.get(where, 303).headers["location"] == event
    assert f'href="{event}">' in jo.get(f"/cases/{case.id}").text.partition('id="tasks"')[2]
    assert "not open any more" in jo.get(f"/cases/{case.id}/tasks/decide_review", 404).text
    jo.get(f"/cases/{case.id}/tasks/nothing", 404)
    # Of the events that do it only one is possible: to refuse. The page of the case asks.
    engine.accounts.set_password("lou", PASSWORD)
    led = Visit(site, "lou").get(f"/cases/{loan.id}/tasks/answer", 303).headers["location"]
    assert led == f"/cases/{loan.id}#tasks"
