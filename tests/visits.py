"""Visits: a small process whose cases keep rows, and its language, as plain values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.case.command import Actor, Command, Facts, Fire, Open
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.files import load_file
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.conftest import REFERRAL

START = datetime(2024, 1, 8, 9, tzinfo=UTC)  # a Monday in term
CALENDAR = load_file(REFERRAL).loaded.process.calendar
WORKER = Actor("jo", frozenset({"worker"}))
TEXT = """
process: visits
version: "1"
title: Visits
effective_from: 2023-01-01
calendar: leicestershire
initial: going
label: name
roles: {worker: {title: Worker}, chief: {title: Chief}}
fields:
  name: {title: Name, type: text}
  consent: {title: Consent, type: yes_no}
  last_kind: {title: Last kind, type: text}
series:
  visit:
    title: Visits
    row: Visit
    day: Visited on
    fields:
      kind: {title: Kind, type: choice, choices: {home: At home, office: At the office}}
      minutes: {title: Minutes, type: integer, min: 1, max: 600}
      hours: {title: Hours, type: number, value: "double(minutes) / 60.0"}
      met: {title: Who was met, type: text, personal: true, when: consent, still_seen_by: chief, optional: true}
      until:
        {title: Until, type: date, min: day, optional: true, check: minutes > 5, say: Say no day for a short visit.}
  score:
    title: Scores
    fields:
      total: {title: Total, type: number}
keep: {by: [worker, chief], else: 1 year, subject: name}
open: {form: {name: required, consent: optional}}
tasks: {look: {title: Look, role: worker}}
states:
  going:
    owner: worker
    deadline: {within: 6 weeks, raise: look}
    timers:
      again: {at: last(visit).day + 2 weeks, raise: look}
    events:
      visited: {title: Visit, done: Visited, form: {visit: required}}
      change: {title: Change, done: Changed, form: {consent: optional, visit: optional, score: optional}}
      close:
        title: Close
        needs:
          - check: count(visit) >= 2 && last(visit).kind == "home"
            say: Visit twice first, at last at home.
        set: {last_kind: last(visit).kind}
        to: over
  over: {title: Over, final: true, outcome: Over}
rules:
  - never: sum(visit, minutes) > 1000
    say: That is too much for one.
"""


def loaded(text: str = TEXT) -> Process:
    """The process; another text in its place."""
    return load_process(text, "visits.yaml", lambda name: CALENDAR if name == "leicestershire" else None).process


VISITS = loaded()


def begun(process: Process = VISITS, **data: Any) -> Snapshot:
    """A case that has just begun."""
    found = decide(process, None, Open(WORKER, START, None, {"name": "Ann", **data}), Facts(START))
    assert isinstance(found, Decision)
    return found.snapshot


def step(case: Snapshot, command: Command, process: Process = VISITS, now: datetime = START) -> Decision | Refusal:
    """What a command does."""
    return decide(process, case, command, Facts(now))


def after(case: Snapshot, *steps: tuple[str, dict[str, Any]]) -> Snapshot:
    """The case after some events."""
    for name, data in steps:
        found = step(case, Fire(name, WORKER, START, data))
        assert isinstance(found, Decision), found
        case = found.snapshot
    return case


def visit(minutes: int = 30, kind: str = "home", day: str = "2024-01-08", **more: Any) -> dict[str, Any]:
    """The answers for one visit."""
    return {"visit": {"kind": kind, "minutes": minutes, "day": day, **more}}
