"""Answers outside of their limits are refused in words, at every form; what is not known refuses nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.answers.form import check_form
from engine.case.answers.limits import limits_said
from engine.case.command import Fire, Open
from engine.case.refusal import Refusal
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.language.expressions import View
from engine.web.forms.forms import question
from tests.workshop import CALENDAR, CLERK, START, ask, done, facts

TEXT = """
process: visits
version: "1"
title: Visits
effective_from: 2023-01-01
calendar: leicestershire
initial: on
roles: {clerk: {title: Clerk}}
fields:
  born: {title: Born on, type: date, max: today, personal: true}
  seen: {title: Seen on, type: date, min: opened, max: today}
  starts: {title: Starts on, type: date, min: 2023-09-01, max: today + 2 years}
  ends: {title: Ends on, type: date, min: starts + 1 week, hint: About when.}
  met: {title: Met at, type: time, max: now}
  next: {title: Next at, type: time, min: today, max: 'end_of("term")'}
  days: {title: Days, type: integer, min: 1, check: "days <= days_between(starts, ends)", say: "No."}
  kind: {title: Kind, type: choice, choices: [small, large], check: 'kind != "large" || days != null', say: Days too.}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    deadline: {within: 1 year, raise: look}
    events:
      fill_in:
        title: Fill in
        form: {born: optional, seen: optional, starts: optional, ends: optional, met: optional, next: optional,
          days: optional, kind: optional}
      stop: {title: Stop, by: clerk, to: off}
  off: {title: Off, final: true, outcome: done}
"""
NOW = datetime(2024, 3, 30, 23, 30, tzinfo=UTC)  # a Saturday in London; the clocks are set that night
OPENED = datetime(2024, 1, 8, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def process() -> Process:
    return load_process(TEXT, "visits.yaml", lambda _: CALENDAR).process


def faults(process: Process, given: dict[str, Any], known: dict[str, Any] | None = None) -> dict[str, str]:
    form = dict.fromkeys(process.fields, False)
    return check_form(process, form, given, View(known or {}, "on", [], {}, NOW, OPENED))[1]


@pytest.mark.parametrize(
    ("given", "known", "said"),
    [
        ({"seen": "2024-03-30"}, {}, {}),
        ({"seen": "2024-03-31"}, {}, {"seen": "Seen on must not be after today."}),
        ({"seen": "2024-01-08"}, {}, {}),
        ({"seen": "2024-01-07"}, {}, {"seen": "Seen on must not be before the day on which the case was begun."}),
        ({"born": "2031-05-01"}, {}, {"born": "Born on must not be after today."}),
        ({"starts": "2023-08-31"}, {}, {"starts": "Starts on must not be before 1 September 2023."}),
        ({"starts": "2026-03-30"}, {}, {}),
        ({"starts": "2026-03-31"}, {}, {"starts": "Starts on must not be after 2 years after today."}),
        ({"ends": "1999-01-01"}, {}, {}),  # of an empty field nobody knows anything
        (
            {"ends": "2024-05-07"},
            {"starts": "2024-05-01"},
            {"ends": "Ends on must not be before 1 week after Starts on."},
        ),
        ({"ends": "2024-05-08"}, {"starts": "2024-05-01"}, {}),
        (
            {"ends": "2024-05-08", "starts": "2024-05-02"},
            {"starts": "2024-05-01"},
            {"ends": "Ends on must not be before 1 week after Starts on."},
        ),
        ({"met": "2024-03-30 23:30"}, {}, {}),
        ({"met": "2024-03-30 23:31"}, {}, {"met": "Met at must not be after now."}),
        ({"next": "2024-03-30 00:00"}, {}, {}),
        ({"next": "2024-03-29 23:59"}, {}, {"next": "Next at must not be before today."}),
        ({"next": "2024-07-12 23:59"}, {}, {}),
        ({"next": "2024-07-13 00:00"}, {}, {"next": "Next at must not be after what the process says."}),
        ({"days": 8}, {"starts": "2024-05-01", "ends": "2024-05-08"}, {"days": "No."}),
        ({"days": 7}, {"starts": "2024-05-01", "ends": "2024-05-08"}, {}),
        ({"days": 900}, {}, {}),
        ({"days": 0}, {}, {"days": "Days must be at least 1."}),
        ({"kind": "large"}, {}, {"kind": "Days too."}),
        ({"kind": "large", "days": 2}, {}, {}),
        ({"seen": ""}, {}, {}),
    ],
)
def test_an_answer_lies_within_its_limits(
    process: Process, given: dict[str, Any], known: dict[str, Any], said: dict[str, str]
) -> None:
    assert faults(process, given, known) == said


@given(st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.integers(-400, 400))
def test_the_limits_of_a_day_are_within_them(day: date, days: int) -> None:
    process = load_process(TEXT, "visits.yaml", lambda _: CALENDAR).process
    answer = day + timedelta(days=days)
    said = faults(process, {"ends": answer.isoformat()}, {"starts": day.isoformat()})
    assert (said == {}) is (days >= 7)


def test_a_step_is_measured_by_the_day_that_it_is_dated(process: Process) -> None:
    case = done(process, None, Open(CLERK, START))
    late = {"seen": (START + timedelta(days=3)).date().isoformat()}
    dated_back = ask(process, case, Fire("fill_in", CLERK, START + timedelta(days=2), late), facts(5))
    assert isinstance(dated_back, Refusal)
    assert dated_back.fields == {"seen": "Seen on must not be after today."}
    assert done(process, case, Fire("fill_in", CLERK, START + timedelta(days=3), late), 5).data == late


def test_limits_are_said_beside_the_box(process: Process) -> None:
    fields = process.fields
    assert limits_said(fields["days"]) == ""
    assert question(fields["seen"], required=True).hint == (
        "Not before the day on which the case was begun. Not after today. For example, 27 3 2027."
    )
    assert question(fields["ends"], required=True).hint == "About when. Not before 1 week after Starts on."
    assert question(fields["met"], required=True).hint == "Not after now. For example, 27 3 2027, 13:30."
