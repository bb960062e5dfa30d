"""Words: what happened to a case and what may be done next, for people; no value of a field is repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.case.command import AssignTask, Command, CompleteTask
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision
from engine.case.step.possible import Possible
from engine.case.time.schedule import ESCALATION
from engine.process.definition import Process
from engine.service.cases.views import case_view
from engine.service.cases.words import Step, choice_of, shown_fields, tell
from tests.workshop import CLERK, START, ask, done, facts, fire, opened, refused, tick, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def told(process: Process, case: Snapshot, command: Command, days: float = 0) -> list[Step]:
    found = ask(process, case, command, facts(days))
    assert isinstance(found, Decision), found
    return [tell(process, one) for one in found.entries]


def test_an_event_is_told_by_its_title_and_not_by_its_answers(process: Process) -> None:
    [step] = told(process, opened(process), fire("fill_in", price=777.0, kind="lathe"))
    assert (step.what, step.did, step.by, step.to, step.by_itself) == ("Fill in", "Fill in", "jo", "", False)
    assert "777" not in repr(step)
    assert step.at == START


def test_what_it_brought_about_is_told_beside_what_was_done(process: Process) -> None:
    steps = told(process, opened(process), fire("start", kind="bench"))
    assert steps[0].did == "Start"
    assert steps[0].what.startswith("Start. To do: ")
    assert steps[0].to


def test_what_moves_by_itself_was_done_by_nobody(process: Process) -> None:
    steps = told(process, opened(process), fire("pass_on"))
    assert [(one.did, one.by_itself) for one in steps[1:]] == [("Moved on by itself", True)] * (len(steps) - 1)
    assert len(steps) == 4


def test_an_escalation_names_the_task_and_the_role(process: Process) -> None:
    case = opened(process)
    due, key = min((times[0], key) for key, times in case.timers.items() if key.startswith(ESCALATION))
    assert due
    [step] = told(process, case, tick(key, 2), 2)
    assert (step.what, step.by_itself) == ("Call: escalated to Boss", True)


def test_what_could_not_happen_by_itself_says_why_and_when_it_is_tried_again(process: Process) -> None:
    case = opened(process)
    key = next(key for key in case.timers if key.endswith("/ask"))
    first, step = told(process, case, tick(key, 14), 14)
    assert first.what == "Ask"
    assert step.what.startswith("Nudge could not happen by itself: ")
    assert step.what.endswith(" It is tried again on 23 January 2024.")


def test_tasks_and_documents_are_told_by_their_titles(process: Process) -> None:
    case = opened(process)
    assert [one.what for one in told(process, case, AssignTask("call", "sue", CLERK, START))] == ["Call: given to sue"]
    given = done(process, case, AssignTask("call", "sue", CLERK, START))
    assert told(process, given, AssignTask("call", None, CLERK, START))[0].what == "Call: given back to its role"
    late = done(process, case, tick("desk/deadline", 7), 7)
    week = START + timedelta(days=7)
    assert told(process, late, CompleteTask("look", CLERK, week), 7)[0].what == "Look: done"


def test_fields_are_shown_with_their_titles(process: Process) -> None:
    case = case_view(process, 1, opened(process, urgent=False, kind="bench"), START + timedelta(days=1))
    assert [(one.title, one.text) for one in shown_fields(process, case)] == [
        ("Kind of place", "bench"),
        ("Urgent", "No"),
    ]


def test_a_choice_that_is_refused_says_what_is_missing(process: Process) -> None:
    case = opened(process)
    refusal = refused(process, case, fire("check_up"))
    event = process.event("desk", "check_up")
    assert event is not None
    choice = choice_of(Possible(event, refusal))
    assert (choice.allowed, choice.code, choice.message) == (False, str(refusal.code), refusal.message)
    assert choice.missing == refusal.missing != ()
    assert choice_of(Possible(event, None)).allowed
