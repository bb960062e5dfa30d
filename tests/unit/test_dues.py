"""Dues: tasks that are due by a date that is worked out from fields, and deadlines that come at one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.command import Correct, Fire, Open, PostponeTask, Tick
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import from_text
from engine.case.time.roughness import is_rough_task
from engine.process.definition import Process
from engine.process.file.loader import Loaded, load_process
from engine.source.problem import Refused
from tests.workshop import CALENDAR, CLERK, FREE, Facts

BEGUN = datetime(2024, 1, 8, 9, tzinfo=UTC)  # a Monday in term
TEXT = """
process: letters
version: "1"
title: Letters
effective_from: 2020-01-01
calendar: leicestershire
initial: on
roles: {clerk: {title: Clerk}, boss: {title: Boss}}
keep: {by: clerk, else: 10 years}
fields: {told: {title: Told on, type: date}, called: {title: Called at, type: time}}
tasks:
  answer: {title: Answer, role: clerk, due: DUE, escalate: {after: 2 days, to: boss}}
  look: {title: Look, role: clerk}
states:
  on:
    title: On
    owner: clerk
    raise: answer
    deadline: {at: end of told + 3 school days, raise: look}
    events:
      tell: {title: Tell, by: clerk, form: {told: HOW, called: optional}}
      stop: {title: Stop, by: clerk, form: {told: optional}, to: off}
  off: {title: Off, final: true, outcome: done}
"""


def loaded(due: str = "told + 5 school days", how: str = "optional") -> Loaded:
    return load_process(TEXT.replace("DUE", due).replace("HOW", how), "letters.yaml", lambda _: CALENDAR)


@pytest.fixture(scope="module")
def process() -> Process:
    return loaded().process


def step(process: Process, case: Snapshot | None, command: Any, at: datetime = BEGUN) -> Snapshot:
    found = decide(process, case, command, Facts(at, FREE, wrote=2))
    assert isinstance(found, Decision), found
    return found.snapshot


def begun(process: Process, **data: Any) -> Snapshot:
    return step(process, None, Open(CLERK, BEGUN, "on", data))


def tell(process: Process, case: Snapshot, told: str | None, at: datetime = BEGUN, **more: Any) -> Snapshot:
    return step(process, case, Fire("tell", CLERK, at, {"told": told, **more}), at)


def due(case: Snapshot) -> str:
    return case.tasks["answer"].get("due", "")


def test_without_the_date_it_is_due_on_no_day_and_escalates_from_its_raising(process: Process) -> None:
    case = begun(process)
    assert due(case) == ""
    assert case.timers["task:answer"][0] == "2024-01-10T09:00:00.000000Z"
    assert "on/deadline" not in case.timers


def test_the_whole_day_counts_and_it_moves_with_the_field(process: Process) -> None:
    case = tell(process, begun(process), "2024-01-09")
    # Five school days after Tuesday the 9th: Tuesday the 16th, to its end.
    assert (due(case), case.tasks["answer"]["counted"]) == ("2024-01-16T23:59:59.999999Z", True)
    assert case.timers["task:answer"][0] == "2024-01-18T23:59:59.999999Z"
    assert case.timers["on/deadline"][0] == "2024-01-13T00:00:00.000000Z"
    moved = tell(process, case, "2024-02-08")
    # Over the half-term holiday.
    assert due(moved) == "2024-02-22T23:59:59.999999Z"
    assert moved.timers["on/deadline"][0] == "2024-02-21T00:00:00.000000Z"
    emptied = tell(process, moved, None)
    assert due(emptied) == ""
    assert "counted" not in emptied.tasks["answer"]
    assert "on/deadline" not in emptied.timers


def test_in_summer_a_day_ends_on_the_clock_of_the_process(process: Process) -> None:
    assert due(tell(process, begun(process), "2024-04-22")) == "2024-04-29T22:59:59.999999Z"


def test_a_time_is_an_instant() -> None:
    process = loaded("called + 2 hours").process
    case = tell(process, begun(process), None, called="2024-01-09T10:30")
    assert due(case) == "2024-01-09T12:30:00.000000Z"


def test_one_that_was_postponed_stays_and_one_that_is_escalated_moves_and_escalates_no_more(process: Process) -> None:
    case = tell(process, begun(process), "2024-01-09")
    until = datetime(2024, 3, 1, 17, tzinfo=UTC)
    later = step(process, case, PostponeTask("answer", until, "Asked for time", CLERK, BEGUN))
    assert due(tell(process, later, "2024-01-15")) == "2024-03-01T17:00:00.000000Z"
    at = from_text(case.timers["task:answer"][0])
    told_boss = step(process, case, Tick("task:answer", at), at)
    moved = tell(process, told_boss, "2024-02-08", at)
    assert (due(moved)[:10], moved.tasks["answer"]["escalated"]) == ("2024-02-22", "boss")
    assert "task:answer" not in moved.timers


def test_a_correction_moves_it_too_and_leaving_the_state_cancels_it(process: Process) -> None:
    case = tell(process, begun(process), "2024-01-09")
    right = step(process, case, Correct(2, "told", "2024-02-08", "Misread", CLERK, BEGUN))
    assert due(right) == "2024-02-22T23:59:59.999999Z"
    assert right.timers["task:answer"][0] == "2024-02-24T23:59:59.999999Z"
    ended = step(process, case, Fire("stop", CLERK, BEGUN, {"told": "2024-02-08"}))
    assert dict(ended.tasks) == {}
    assert "task:answer" not in ended.timers


def test_what_is_known_when_it_is_raised_counts_at_once() -> None:
    text = TEXT.replace("DUE", "told + 1 week").replace("HOW", "required").replace("    raise: answer\n", "")
    text = text.replace(
        "form: {told: required, called: optional}", "form: {told: required, called: optional}, raise: answer"
    )
    process = load_process(text, "letters.yaml", lambda _: CALENDAR).process
    assert due(tell(process, begun(process), "2024-01-09")) == "2024-01-16T23:59:59.999999Z"


def test_beyond_the_calendar_it_is_rough_until_it_is_postponed(process: Process) -> None:
    case = tell(process, begun(process), "2026-07-08")
    assert is_rough_task(process, "answer", case.tasks["answer"])
    until = datetime(2026, 9, 1, 17, tzinfo=UTC)
    later = step(process, case, PostponeTask("answer", until, "In the new term", CLERK, BEGUN))
    assert not is_rough_task(process, "answer", later.tasks["answer"])
    weeks = loaded("told + 1 week").process
    assert not is_rough_task(weeks, "answer", tell(weeks, begun(weeks), "2026-07-08").tasks["answer"])


@given(st.dates(date(2023, 9, 1), date(2026, 5, 1)), st.dates(date(2023, 9, 1), date(2026, 5, 1)))
def test_however_it_is_typed_in_it_is_due_as_if_it_had_been_so_from_the_beginning(first: date, last: date) -> None:
    process = loaded().process
    straight = tell(process, begun(process), last.isoformat())
    corrected = tell(process, tell(process, begun(process), first.isoformat()), last.isoformat())
    assert corrected.tasks == straight.tasks
    assert corrected.timers["task:answer"] == straight.timers["task:answer"]
    day = from_text(due(straight)).astimezone(process.zone)
    assert (day.date(), day + timedelta(microseconds=1) > day) == (CALENDAR.add_school_days(last, 5), True)


@pytest.mark.parametrize(
    ("due", "how", "warned"),
    [
        ("told + 1 week", "optional", True),
        ("told + 1 week", "required", False),
        ("told != null ? told + 1 week : opened + 4 weeks", "optional", False),
        ("latest(told, opened) + 1 week", "optional", False),
        ("2 weeks", "optional", False),
    ],
)
def test_a_due_date_that_nobody_has_to_make_known_is_told(due: str, how: str, *, warned: bool) -> None:
    found = [one for one in loaded(f"'{due}'", how).warnings if one.code == "no-due-date"]
    said = ["Nobody has to fill told in: while it is empty, the task answer is due on no day."] if warned else []
    assert [one.message for one in found] == said


@pytest.mark.parametrize(
    ("raised", "warned"),
    [
        ("timers: {soon: {at: told - 1 week, raise: answer}}", []),
        ("timers: {soon: {at: told, raise: answer}, late: {at: end of told + 2 weeks, raise: answer}}", []),
        ("timers: {soon: {at: told - 1 week, raise: answer}, later: {after: 1 week, raise: answer}}", ["no-due-date"]),
        ("timers: {soon: {at: told - 1 week, raise: answer}}\n    raise: answer", ["no-due-date"]),
        ("timers: {soon: {at: called, raise: answer}}", ["no-due-date"]),
    ],
)
def test_a_task_that_comes_up_by_the_date_by_which_it_is_due_is_due(raised: str, warned: list[str]) -> None:
    text = TEXT.replace("raise: answer", raised).replace("DUE", "told + 1 week").replace("HOW", "optional")
    found = load_process(text, "letters.yaml", lambda _: CALENDAR)
    assert [one.code for one in found.warnings if one.code == "no-due-date"] == warned


@pytest.mark.parametrize(
    ("due", "code", "said"),
    [
        ("2 fortnights", "bad-duration", "'2 fortnights' is not a duration."),
        ("tolled + 1 week", "unknown-field", "tolled is neither a field nor a function."),
        ("today + 1 week", "wrong-value", "today cannot stand in a date that is worked out"),
        ("told + 3 hours", "expression-type", "+ cannot be used with a day and a duration."),
        ("7", "bad-duration", "7 is not a duration or a date."),
    ],
)
def test_what_is_no_due_date_is_told(due: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        loaded(due)
    [problem] = [one for one in refused.value.problems if one.code == code]
    assert problem.message.startswith(said)


def test_a_deadline_is_within_a_time_or_at_a_date() -> None:
    for deadline in ("{raise: look}", "{within: 1 week, at: told, raise: look}"):
        text = TEXT.replace("DUE", "1 week").replace("HOW", "required")
        text = text.replace("{at: end of told + 3 school days, raise: look}", deadline)
        with pytest.raises(Refused) as refused:
            load_process(text, "letters.yaml", lambda _: CALENDAR)
        assert "A deadline needs exactly one of within: or at:." in [one.message for one in refused.value.problems]
