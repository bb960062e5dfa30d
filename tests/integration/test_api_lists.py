"""Routes of lists: tasks, dates and processes, page after page."""

from __future__ import annotations

from dataclasses import replace

from engine import Engine
from tests.integration.callers import Caller
from tests.steps import done, in_panel


def test_tasks_are_found_claimed_and_assigned(engine: Engine, callers: dict[str, Caller]) -> None:
    case = done(engine.open_case("equipment-loan", "clerk", {"club": "Hilltop", "item": "saw"}))
    engine.people.add("ann", "", ["clerk"])
    engine.people.add("bob", "", ["clerk"])
    ann = Caller(callers["jo"]._client, engine.people.issue_token("ann", "", ["read", "write"], 1)[0])
    [task] = ann("GET", "/tasks?role=clerk", 200)["items"]
    path = f"/cases/{case.id}/tasks/{task['task']}"
    assert ann("POST", f"{path}/claim", 200)["tasks"][0]["person"] == "ann"
    assert [one["case"] for one in ann("GET", "/tasks?mine=true", 200)["items"]] == [case.id]
    assert ann("POST", f"{path}/assign", 200, json={"person": "bob"})["tasks"][0]["person"] == "bob"
    for nobody in ("who", "jo", "admin"):
        assert ann("POST", f"{path}/assign", 422, json={"person": nobody})["fields"].keys() == {"person"}
    engine.people.change(replace(engine.people.person("bob"), active=False))
    assert ann("POST", f"{path}/assign", 422, json={"person": "bob"})["code"] == "form"
    assert ann("POST", f"{path}/assign", 200, json={})["tasks"][0]["person"] is None
    assert ann("POST", f"{path}/done", 409)["code"] == "requirement"
    assert ann("POST", f"/cases/{case.id}/tasks/nothing/done", 409)["code"] == "no_such_event"


def test_pages_follow_each_other(engine: Engine, callers: dict[str, Caller]) -> None:
    numbers = [in_panel(engine).id for _ in range(5)]
    seen: list[int] = []
    after = ""
    while True:
        page = callers["jo"]("GET", "/cases", 200, params={"limit": 2, "after": after})
        seen += [case["id"] for case in page["items"]]
        after = page["next"]
        if not after:
            break
    assert seen == numbers
    assert callers["jo"]("GET", "/cases?after=wrong", 422)["fields"] == {
        "after": "The place to go on from is not one that an earlier page gave."
    }
    callers["jo"]("GET", "/cases?state=nowhere", 404)
    callers["jo"]("GET", "/cases?limit=0", 422)
    callers["jo"]("GET", "/cases?limit=many", 422)


def test_processes_are_described(callers: dict[str, Caller]) -> None:
    found = {one["process"]: one["versions"] for one in callers["jo"]("GET", "/processes", 200)}
    assert found == {"hbep-referral": ["2023-24.2"]}  # of the other one she has no part
    described = callers["jo"]("GET", "/processes/hbep-referral", 200)
    placement = next(state for state in described["states"] if state["state"] == "programme.placement")
    assert placement["events"]["hold_review"] == "Hold the review"
    callers["jo"]("GET", "/processes/nothing", 404)
    callers["jo"]("GET", "/processes/hbep-referral?version=9", 404)


def test_mine_are_those_of_who_asks_whomever_else_they_name(engine: Engine, callers: dict[str, Caller]) -> None:
    case = done(engine.open_case("equipment-loan", "clerk", {"club": "Hilltop", "item": "saw"}))
    for login in ("ann", "bob"):
        engine.people.add(login, "", ["clerk"])
    ann, bob = (
        Caller(callers["jo"]._client, engine.people.issue_token(one, "", ["read", "write"], 1)[0])
        for one in ("ann", "bob")
    )
    ann("POST", f"/cases/{case.id}/tasks/answer/claim", 200)
    assert [one["case"] for one in ann("GET", "/tasks?mine=true&person=bob", 200)["items"]] == [case.id]
    assert bob("GET", "/tasks?mine=true&person=ann", 200)["items"] == []
