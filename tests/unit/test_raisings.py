"""Tasks that are raised on a condition, wherever `raise:` stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.case.command import Actor, Command, Facts, Fire, Open, Tick
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.source.problem import Refused

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
JO = Actor("jo", frozenset({"clerk"}))
TEXT = """
process: raised
version: "1"
title: Raised
effective_from: 2023-01-01
initial: first
roles: {clerk: {title: Clerk}}
fields:
  big: {title: Big, type: yes_no}
  count: {title: Count, type: integer, min: 0, max: 9}
tasks:
  look: {title: Look, role: clerk}
  weigh: {title: Weigh, role: clerk}
  ask: {title: Ask, role: clerk}
states:
  first:
    owner: clerk
    deadline: {within: 1 week, raise: [look, {task: weigh, when: big == true}]}
    events:
      go: {title: Go, form: {big: optional, count: optional}, set: {count: "3"}, raise: {task: ask, when: count > 2}, to: second}
      stay: {title: Stay, form: {big: optional}, alternatives: [{raise: {task: weigh, when: big == true}}], raise: look}
  second:
    owner: clerk
    raise: [{task: weigh, when: big == true}, {task: look, when: '!did("stay")'}]
    timers: {later: {after: 2 days, send: end, if_refused: {raise: [{task: ask, when: 'open("ask") == 0'}]}}}
    events:
      end: {title: End, needs: [{check: 'done("look") >= 1', say: Look first.}], to: done}
  done: {final: true}
"""  # noqa: E501


def load(text: str = TEXT) -> Process:
    """The process of a text."""
    return load_process(text, "raised.yaml", lambda _: None).process


PROCESS = load()


def after(case: Snapshot | None, command: Command, now: datetime = NOW) -> Snapshot:
    """The case after something that can happen."""
    found = decide(PROCESS, case, command, Facts(now))
    assert isinstance(found, Decision), found
    return found.snapshot


def fire(event: str, **data: Any) -> Snapshot:
    """A new case after an event."""
    return after(after(None, Open(JO, NOW)), Fire(event, JO, NOW, data))


@pytest.mark.parametrize(
    ("event", "data", "raised"),
    [
        ("go", {"big": True}, {"ask", "weigh", "look"}),
        ("go", {"big": False}, {"ask", "look"}),
        ("go", {}, {"ask", "look"}),
        ("stay", {"big": True}, {"weigh", "look"}),
        ("stay", {"big": False}, {"look"}),
    ],
)
def test_it_is_asked_of_the_case_as_the_step_leaves_it(event: str, data: dict[str, Any], raised: set[str]) -> None:
    assert set(fire(event, **data).tasks) == raised


def test_a_deadline_raises_what_holds_when_it_comes() -> None:
    later = NOW + timedelta(weeks=1)
    for big, raised in ((True, {"look", "weigh"}), (False, {"look"})):
        case = after(None, Open(JO, NOW))
        case = after(case, Fire("stay", JO, NOW, {"big": big}))
        case = after(Snapshot(**{**vars(case), "tasks": {}}), Tick("first/deadline", later), later)
        assert set(case.tasks) == raised


def test_what_is_raised_on_a_refusal_may_hang_on_tasks_that_are_open() -> None:
    later = NOW + timedelta(days=2)
    case = fire("go", big=False)
    assert after(case, Tick("second/later", later), later).tasks["ask"] == case.tasks["ask"]
    without = Snapshot(**{**vars(case), "tasks": {}})
    assert set(after(without, Tick("second/later", later), later).tasks) == {"ask"}


def test_what_a_condition_asks_is_remembered() -> None:
    case = after(fire("stay", big=False), Fire("go", JO, NOW, {}))
    assert dict(case.did) == {"stay": ["jo"]}
    assert "look" not in case.tasks


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("{task: ask, when: count > 2}", "{task: aks, when: count > 2}", "unknown-task", 20),
        ("{task: ask, when: count > 2}", "{task: ask, when: cuont > 2}", "unknown-field", 20),
        ("{task: ask, when: count > 2}", "{task: ask, when: count}", "expression-type", 20),
        ("{task: ask, when: count > 2}", "{task: ask}", "missing-key", 20),
        ("weigh, when: big == true}]}", "weigh, when: actor.role == 'clerk'}]}", "nobody-acts", 18),
    ],
)
def test_it_is_checked_as_other_conditions(old: str, new: str, code: str, line: int) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(Refused) as refused:
        load(TEXT.replace(old, new))
    assert (code, line) in {(one.code, one.line) for one in refused.value.problems}


@pytest.mark.parametrize(("new", "code"), [("count > 9", "never-true"), ("count >= 0", "always-true")])
def test_one_that_never_or_always_holds_is_told(new: str, code: str) -> None:
    filled = TEXT.replace('count: optional}, set: {count: "3"}', "count: required}")
    text = filled.replace("count > 2", new)
    told = load_process(text, "raised.yaml", lambda _: None).warnings
    assert (code, 20) in {(one.code, one.line) for one in told}
