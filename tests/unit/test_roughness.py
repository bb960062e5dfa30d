"""Roughness: dates that were counted by the calendar beyond its end are told from those that are as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.calendars.ending import is_beyond, roughly
from engine.case.command import Fire, Open, PostponeTask
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.roughness import is_rough_keeping, is_rough_task, is_rough_timer
from engine.process.definition import Process
from tests.workshop import CALENDAR, CLERK, FREE, Facts, workshop

# The last day that the calendar writes down is 10 July 2026, a Friday.
BEGUN = datetime(2026, 7, 6, 9, tzinfo=UTC)


def begun(process: Process, at: datetime = BEGUN, **data: object) -> Snapshot:
    return step(process, None, Open(CLERK, at, "desk", data), at)


def step(process: Process, case: Snapshot | None, command: object, at: datetime = BEGUN) -> Snapshot:
    found = decide(process, case, command, Facts(at, FREE))  # type: ignore[arg-type]
    assert isinstance(found, Decision), found
    return found.snapshot


def rough_timers(process: Process, case: Snapshot) -> set[str]:
    return {key for key, times in case.timers.items() if is_rough_timer(process, key, times[0], case.tasks)}


def test_only_what_was_counted_by_the_calendar_is_rough() -> None:
    by_days = workshop()
    by_calendar = workshop({"deadline: {within: 1 week, raise: look}\n    raise: call": DEADLINE})
    assert rough_timers(by_days, begun(by_days)) == set()
    assert rough_timers(by_calendar, begun(by_calendar)) == {"desk/deadline"}


DEADLINE = "deadline: {within: 5 school days, raise: look}\n    raise: call"
AT = "ready_on: {at: ready, raise: chase}"


def test_a_day_within_the_calendar_is_none_and_the_day_after_its_end_is_one() -> None:
    process = workshop({"deadline: {within: 1 week, raise: look}\n    raise: call": DEADLINE})
    first = begun(process, datetime(2026, 7, 3, 9, tzinfo=UTC))
    assert first.timers["desk/deadline"][0] == "2026-07-10T09:00:00.000000Z"
    assert rough_timers(process, first) == set()
    assert is_beyond(CALENDAR, date(2026, 7, 11))
    assert not is_beyond(CALENDAR, date(2026, 7, 10))
    assert not is_beyond(None, date(2100, 1, 1))


@pytest.mark.parametrize(
    ("at", "ready", "is_rough"),
    [
        ("ready", "2026-09-01", False),
        ("ready + 2 weeks", "2026-09-01", False),
        ("ready + 2 school days", "2026-09-01", True),
        ('begin_of("term", ready)', "2026-09-01", True),
        ("end of ready + 2 school days", "2026-07-08", False),
        ("end of ready + 3 school days", "2026-07-08", True),
    ],
)
def test_a_date_that_is_worked_out_is_rough_by_what_it_counts(at: str, ready: str, *, is_rough: bool) -> None:
    process = workshop({AT: f"ready_on: {{at: '{at}', raise: chase}}"})
    case = step(process, begun(process), Fire("fill_in", CLERK, BEGUN, {"ready": ready}))
    assert ("desk/ready_on" in rough_timers(process, case)) is is_rough


def test_a_date_that_is_moved_off_a_day_without_school_is_rough_too() -> None:
    process = workshop({AT: "ready_on: {at: ready, raise: chase, roll: forward}"})
    case = step(process, begun(process), Fire("fill_in", CLERK, BEGUN, {"ready": "2026-09-01"}))
    assert rough_timers(process, case) == {"desk/ready_on"}


@pytest.mark.parametrize(
    ("timer", "is_rough"), [("every: monday, in: term", True), ("every: monday", False), ("each: half term", True)]
)
def test_days_of_terms_are_rough_and_days_of_the_week_are_not(timer: str, *, is_rough: bool) -> None:
    process = workshop(
        {"{every: 1 week, raise": f"{{{timer}, raise", "initial: [desk, line]": "initial: [desk, line, work.hand]"}
    )
    at = datetime(2026, 7, 11, 9, tzinfo=UTC)
    case = step(process, None, Open(CLERK, at, "work.hand", {}), at)
    assert rough_timers(process, case) == ({"work/inspect"} if is_rough else set())


def test_a_task_that_was_postponed_to_a_day_is_as_it_stands_and_so_is_its_escalation() -> None:
    process = workshop(
        {"call: {title: Call, role: clerk, due: 1 day,": "call: {title: Call, role: clerk, due: 6 school days,"}
    )
    case = begun(process)
    assert is_rough_task(process, "call", case.tasks["call"])
    assert "task:call" in rough_timers(process, case)
    until = datetime(2026, 9, 1, 17, tzinfo=UTC)
    case = step(process, case, PostponeTask("call", until, "In the new term", CLERK, BEGUN))
    assert not is_rough_task(process, "call", case.tasks["call"])
    assert "task:call" not in rough_timers(process, case)


def test_an_escalation_that_counts_school_days_is_rough_by_itself() -> None:
    process = workshop(
        {"done_by: [report], escalate: {after: 1 day": "done_by: [report], escalate: {after: 9 school days"}
    )
    case = begun(process)
    assert not is_rough_task(process, "call", case.tasks["call"])
    assert "task:call" in rough_timers(process, case)


@pytest.mark.parametrize(("keep", "is_rough"), [("else: 2 terms", True), ("else: 5 years", False)])
def test_how_long_a_case_is_kept_is_rough_where_terms_are_counted(keep: str, *, is_rough: bool) -> None:
    process = workshop({"organisation: shop\n": f"organisation: shop\nkeep: {{by: clerk, {keep}}}\n"})
    case = step(process, begun(process), Fire("pass_on", CLERK, BEGUN, {}))
    assert is_rough_keeping(process, case, date(2027, 3, 1)) is is_rough
    assert not is_rough_keeping(process, case, date(2026, 7, 10))
    assert not is_rough_keeping(process, case, None)


def test_the_word_stands_before_a_date_and_not_before_nothing() -> None:
    assert roughly("4 December 2026", is_rough=True) == "roughly 4 December 2026"
    assert roughly("4 December 2026", is_rough=False) == "4 December 2026"
    assert roughly("", is_rough=True) == ""
