"""A small process whose one step has everything: guard, form, requirement, history, a task and a timer."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.clock import SetClock
from engine.service import Case, Engine

START = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)
TEXT = """
process: swing
version: "1"
title: Swing
effective_from: 2023-01-01
timezone: Europe/London
initial: left
organisation: house
roles: {clerk: {title: Clerk}}
fields:
  house: {title: House, type: text}
  kind: {title: Kind, type: choice, choices: [small, large]}
  count: {title: Count, type: integer, min: 0, max: 1000000}
  reason: {title: Reason, type: long_text}
documents: {form: {title: Form}}
tasks: {look: {title: Look at it, role: clerk, due: 1 week}}
open: {by: [clerk], form: {house: optional}}
events: {finish: {title: Finish, to: done}}
states:
  left: &side
    owner: clerk
    raise: look
    timers: {soon: {after: 5 weeks, raise: look}}
    events:
      swing:
        title: Swing
        by: [clerk]
        form: {kind: required, count: required, reason: optional}
        needs:
          - document: form
          - {check: kind != null && count >= 0, say: Say which and how many.}
        alternatives:
          - {when: state == "left", to: right}
          - {when: state == "right", to: left}
  right: *side
  done: {final: true}
"""
FORM = {"kind": "small", "count": 7, "reason": "It was time to swing to the other side."}


def clock() -> SetClock:
    """A clock for measuring with."""
    return SetClock(START)


def ready_case(engine: Engine, house: str = "North") -> int:
    """A case that can swing."""
    opened = engine.open_case("swing", "clerk", {"house": house})
    assert isinstance(opened, Case)
    engine.add_document(opened.id, "form", b"form", "clerk", name="form.txt")
    return opened.id


def swing(engine: Engine, case: int) -> None:
    """One step of a case."""
    assert isinstance(engine.fire(case, "swing", "clerk", FORM), Case)


__all__ = ["FORM", "START", "TEXT", "clock", "ready_case", "swing"]
