"""One notion of dates: what is said of a day gives the same one as the date of a timer, of a task, and in `set:`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.case.command import Fire, Open
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import from_text
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.workshop import CALENDAR, CLERK, FREE, Facts

BEGUN = datetime(2024, 2, 1, 9, tzinfo=UTC)
TEXT = """
process: days
version: "1"
title: Days
effective_from: 2020-01-01
calendar: leicestershire
initial: on
roles: {clerk: {title: Clerk}}
fields: {told: {title: Told on, type: date}, heard: {title: Heard on, type: date}, found: {title: Found, type: date}}
tasks: {look: {title: Look, role: clerk, due: 'DAY'}}
states:
  on:
    title: On
    owner: clerk
    raise: look
    timers: {comes: {at: 'DAY', raise: look}}
    events:
      tell: {title: Tell, by: clerk, form: {told: required, heard: optional}}
      find: {title: Find, by: clerk, set: {found: 'DAY'}}
      stop: {title: Stop, by: clerk, needs: [{check: 'found == (DAY)', say: Not that day}], to: off}
  off: {title: Off, final: true, outcome: done}
"""


def step(process: Process, case: Snapshot | None, command: object) -> Snapshot:
    found = decide(process, case, command, Facts(BEGUN, FREE))  # type: ignore[arg-type]
    assert isinstance(found, Decision), found
    return found.snapshot


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("told + 1 week", "2024-03-13"),
        ("told - 5 school days", "2024-02-28"),
        ("told + 15 school days", "2024-04-10"),
        ("told + 1 half term", "2024-04-08"),
        ("told + 6 weeks + 5 school days", "2024-04-24"),
        ("latest(told, heard) + 1 month", "2024-04-06"),
        ("earliest(told, heard)", "2024-03-06"),
        ("year_11_ends", "2024-06-28"),
        ("year_11_ends - 2 weeks", "2024-06-14"),
        ('begin_of("half term", told)', "2024-02-19"),
        ('end_of("term", told)', "2024-03-22"),
        ('begin_of("half term") + 7 weeks', "2024-02-26"),
        ('weekday(told) == "wednesday" ? told : told + 1 week', "2024-03-06"),
        ("is_school_day(told + 3 days) ? told : told + 5 days", "2024-03-11"),
        ("school_days_between(opened, told) > 10 ? told + 1 day : told", "2024-03-07"),
        ("days_between(opened, told) == 34 ? told + 1 day : told", "2024-03-07"),
        ('term_of(told) == "2023-24, term 2" ? told + 2 days : told', "2024-03-08"),
        ("opened + 1 year", "2025-02-01"),
    ],
)
def test_a_day_is_the_same_wherever_it_is_written(written: str, day: str) -> None:
    process = load_process(TEXT.replace("DAY", written), "days.yaml", lambda _: CALENDAR).process
    case = step(process, None, Open(CLERK, BEGUN, "on", {}))
    case = step(process, case, Fire("tell", CLERK, BEGUN, {"told": "2024-03-06"}))
    case = step(process, case, Fire("find", CLERK, BEGUN, {}))
    comes, due = case.timers["on/comes"][0], case.tasks["look"]["due"]
    assert case.data["found"] == day
    assert [from_text(one).astimezone(process.zone).date().isoformat() for one in (comes, due)] == [day, day]
    assert step(process, case, Fire("stop", CLERK, BEGUN, {})).state == "off"
