"""Hours: a small process with fields that are dated, and its cases, as plain values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.case.command import Actor, Command, Facts, Fire, Open, Tick
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import from_text
from engine.process.definition import Process
from engine.process.file.loader import load_process

START = datetime(2024, 1, 8, 9, tzinfo=UTC)  # a Monday
WORKER = Actor("jo", frozenset({"worker"}))
TEXT = """
process: hours
version: "1"
title: Hours
effective_from: 2023-01-01
initial: going
label: name
organisation: base
roles: {worker: {title: Worker}, chief: {title: Chief}}
fields:
  name: {title: Name, type: text}
  consent: {title: Consent, type: yes_no}
  base: {title: Base, type: text, dated: true}
  hours: {title: Hours, type: choice, choices: {full: Full, part: Part}, dated: true}
  helper: {title: Helper, type: text, dated: true, personal: true, when: consent, still_seen_by: chief}
  days: {title: Days, type: integer, min: 1, max: 5, default: 5, dated: true}
  asked_on: {title: Asked on, type: date}
  asked: {title: Asked, type: text}
open: {form: {name: required, hours: optional}}
keep: {by: [worker, chief], else: 1 year, subject: name}
tasks: {look: {title: Look, role: worker}}
states:
  going:
    owner: worker
    deadline: {within: 6 weeks, raise: look}
    automatic: [{when: days == 1, to: short}]
    events:
      change: {title: Change, done: Changed, form: {hours: optional, days: optional, base: optional}}
      whole: {title: Change it all, form: {hours: required}}
      agree: {title: Agree, form: {consent: required, helper: optional}}
      halve: {title: Halve, set: {hours: '"part"'}}
      ask: {title: Ask, form: {asked_on: required}, set: {asked: 'on(hours, asked_on)'}}
      close: {title: Close, to: over}
  short:
    owner: worker
    deadline: {within: 6 weeks, raise: look}
    events: {close: {title: Close, to: over}, change: {title: Change, form: {days: required}}}
  over: {title: Over, final: true, outcome: Over}
rules: [{never: days == 2, say: Two days are too few to be worth it.}]
"""


def loaded(text: str = TEXT) -> Process:
    """The process; another text in its place."""
    return load_process(text, "hours.yaml", lambda _: None).process


HOURS = loaded()


def decided(
    case: Snapshot | None, command: Command, process: Process = HOURS, now: datetime | None = None
) -> Decision | Refusal:
    """What a command does; at its own time where no other is said."""
    return decide(process, case, command, Facts(now or command.at))


def begun(process: Process = HOURS, **data: Any) -> Snapshot:
    """A case that has just begun."""
    found = decided(None, Open(WORKER, START, None, {"name": "Ann", **data}), process)
    assert isinstance(found, Decision), found
    return found.snapshot


def after(case: Snapshot, name: str, data: dict[str, Any], at: datetime = START, process: Process = HOURS) -> Snapshot:
    """The case after an event."""
    found = decided(case, Fire(name, WORKER, at, data), process)
    assert isinstance(found, Decision), found
    return found.snapshot


def ticked(case: Snapshot, key: str, at: datetime | None = None, process: Process = HOURS) -> Decision:
    """What comes of a timer when it is due, or noticed late, at `at`."""
    due = from_text(case.timers[key][0])
    found = decided(case, Tick(key, due), process, at or due)
    assert isinstance(found, Decision), found
    return found
