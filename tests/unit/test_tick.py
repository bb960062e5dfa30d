"""What a timer does that is due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case.command import AddDocument, Facts
from engine.case.refusal import Code
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.step.tick import MOST_AT_ONCE
from engine.process.definition import Process
from engine.process.timing import LOOK_INTO
from tests.workshop import CLERK, FREE, START, done, facts, fire, opened, refused, tick, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def entries(process: Process, case: Snapshot, key: str, due: float, now: float, fired: int = 0) -> Decision:
    found = decide(process, case, tick(key, due), Facts(facts(now).now, FREE, fired))
    assert isinstance(found, Decision)
    return found


def test_a_timer_raises_its_task_and_is_gone(process: Process) -> None:
    found = entries(process, opened(process), "desk/deadline", 7, 7)
    [entry] = found.entries
    assert (entry.kind, entry.event, entry.at, entry.by) == (
        "timer", "desk/deadline", "2024-01-15T09:00:00.000000Z", "engine"
    )  # fmt: skip
    assert entry.stopped == ("desk/deadline",)
    assert found.snapshot.tasks["look"]["raised"] == "2024-01-15T09:00:00.000000Z"
    assert found.snapshot.timers["task:look"][0] == "2024-01-18T09:00:00.000000Z"


def test_a_late_timer_is_told_at_its_time_and_when_it_was_noticed(process: Process) -> None:
    [entry] = entries(process, opened(process), "desk/deadline", 7, 30).entries
    assert (entry.at, entry.recorded) == ("2024-01-15T09:00:00.000000Z", "2024-02-07T09:00:00.000000Z")


def test_one_that_was_due_before_the_last_entry_comes_after_it(process: Process) -> None:
    case = replace(opened(process), last_at="2024-01-20T09:00:00.000000Z")
    [entry] = entries(process, case, "desk/deadline", 7, 30).entries
    assert entry.at == "2024-01-20T09:00:00.000000Z"
    assert entry.tasks["look"]["due"] == "2024-01-22T09:00:00.000000Z"


def test_a_repeated_timer_is_set_for_the_first_time_ahead(process: Process) -> None:
    case = done(process, opened(process), fire("start"))
    found = entries(process, case, "work/inspect", 7, 30)
    assert found.entries[0].stopped == ()
    assert found.snapshot.timers["work/inspect"][0] == "2024-02-12T09:00:00.000000Z"


def test_what_does_not_run_is_refused(process: Process) -> None:
    refusal = refused(process, opened(process), tick("work/inspect", 7), 7)
    assert (refusal.code, refusal.message) == (Code.CHANGED, "The timer work/inspect is not running any more.")


def test_a_timer_that_this_version_does_not_know_is_passed_over(process: Process) -> None:
    case = opened(process)
    case = replace(case, timers={**case.timers, "desk/old": ["2024-01-09T09:00:00.000000Z"] * 2})
    found = entries(process, case, "desk/old", 1, 1)
    assert (found.entries[0].note, found.entries[0].tasks) == ({"skipped": True}, {})
    assert "desk/old" not in found.snapshot.timers


@pytest.mark.parametrize(("price", "raises"), [(None, False), (5, False), (50, True)])
def test_a_timer_with_a_condition_does_something_only_where_it_is_true(price: float | None, raises: bool) -> None:
    process = workshop({"ready_on: {at: ready, raise": "ready_on: {at: ready, when: price > 10.0, raise"})
    case = done(process, opened(process), fire("fill_in", ready="2024-01-10", **({"price": price} if price else {})))
    found = entries(process, case, "desk/ready_on", 2, 2)
    assert ("chase" in found.snapshot.tasks) is raises
    assert found.entries[0].note == ({} if raises else {"skipped": True})


def test_escalation_hands_the_task_on_once(process: Process) -> None:
    found = entries(process, opened(process), "task:call", 2, 2)
    task = found.snapshot.tasks["call"]
    assert (task["role"], task["escalated"], task["escalated_at"]) == ("clerk", "boss", "2024-01-10T09:00:00.000000Z")
    assert "task:call" not in found.snapshot.timers


def test_what_is_sent_in_vain_leaves_no_trace_but_the_reason_and_is_tried_again(process: Process) -> None:
    found = entries(process, opened(process), "desk/ask", 14, 20)
    assert [(one.kind, one.event) for one in found.entries] == [("timer", "desk/ask"), ("timer", "nudge")]
    assert found.entries[1].note == {
        "not_sent": "nudge", "refused": "requirement", "message": "The document Order is missing."
    }  # fmt: skip
    assert found.snapshot.timers["desk/ask"][0] == "2024-01-29T09:00:00.000000Z"
    assert set(found.snapshot.tasks) == {"call"}


def test_what_is_sent_happens_at_the_time_of_the_timer_and_as_the_engine(process: Process) -> None:
    order = AddDocument("order", "o.txt", "0" * 64, 1, "text/plain", CLERK, START)
    found = entries(process, done(process, opened(process), order), "desk/ask", 14, 20)
    assert [(one.kind, one.event, one.at, one.by) for one in found.entries] == [
        ("timer", "desk/ask", "2024-01-22T09:00:00.000000Z", "engine"),
        ("event", "nudge", "2024-01-22T09:00:00.000000Z", "engine"),
    ]


@pytest.mark.parametrize(
    ("said", "tasks", "again"),
    [
        ("", {LOOK_INTO.name}, False),
        (", if_refused: {raise: chase}", {"chase"}, False),
        (", if_refused: {again: 1 day}", set(), True),
        (", if_refused: {again: 1 day, raise: chase}", {"chase"}, True),
    ],
)
def test_what_was_sent_in_vain_is_somebody_s_or_comes_again(said: str, tasks: set[str], again: bool) -> None:
    process = workshop({", if_refused: {again: 1 day}": said})
    found = entries(process, opened(process), "desk/ask", 14, 14).snapshot
    assert set(found.tasks) - {"call"} == tasks
    assert ("desk/ask" in found.timers) is again


@pytest.mark.parametrize("fired", [MOST_AT_ONCE - 1, MOST_AT_ONCE])
def test_one_that_comes_back_at_once_is_stopped_and_somebody_told(process: Process, fired: int) -> None:
    found = entries(process, opened(process), "desk/deadline", 7, 7, fired)
    stopped = fired == MOST_AT_ONCE
    assert (LOOK_INTO.name in found.snapshot.tasks) is stopped
    assert ("look" in found.snapshot.tasks) is not stopped
    assert "desk/deadline" not in found.snapshot.timers


def test_what_was_sent_and_breaks_a_rule_is_taken_back_whole() -> None:
    process = workshop({"nudge: {title: Nudge, by: [], needs: [{document: order}]}": (
        "nudge: {title: Nudge, by: [], set: {price: '-1.0'}, to: work.place}")})  # fmt: skip
    found = entries(process, opened(process), "desk/ask", 14, 14)
    assert [(one.kind, one.event) for one in found.entries] == [("timer", "desk/ask"), ("timer", "nudge")]
    assert found.entries[1].note["message"] == "No price is below nothing."
    assert [one.seq for one in found.entries] == [2, 3]
    assert (found.snapshot.state, found.snapshot.data, found.snapshot.held) == ("desk", {}, {})
