"""Workshop: a small process in which every kind of step can be taken, and cases of it as plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.case.command import Actor, Command, Facts, Fire, Open, Tick
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.step.draft import Draft
from engine.files import load_file
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.conftest import REFERRAL

START = datetime(2024, 1, 8, 9, tzinfo=UTC)  # a Monday in term
CALENDAR = load_file(REFERRAL).loaded.process.calendar
CALENDAR_TEXT = (REFERRAL.parent / "calendars" / "leicestershire.yaml").read_text()
CLERK, BOSS = Actor("jo", frozenset({"clerk"})), Actor("kim", frozenset({"boss"}))
SHOP = Actor("lee", frozenset({"shop"}), "North")
FREE = {"bench": 1, "lathe": 1}
TEXT = """
process: workshop
version: "1"
title: Workshop
effective_from: 2023-01-01
calendar: leicestershire
initial: [desk, line]
organisation: shop
roles: {clerk: {title: Clerk}, boss: {title: Boss}, shop: {title: Shop, sees: own}}
fields:
  shop: {title: Shop, type: text}
  kind: {title: Kind of place, type: choice, choices: [bench, lathe]}
  urgent: {title: Urgent, type: yes_no}
  ready: {title: Ready on, type: date}
  price: {title: Price, type: number}
documents: {order: {title: Order}, drawing: {title: Drawing}, photo: {title: Photo}}
places: {bench: {title: Bench, capacity: 1}, lathe: {title: Lathe, capacity: 1}}
tasks:
  look: {title: Look, role: clerk, due: 2 days, escalate: {after: 1 day, to: boss}}
  call: {title: Call, role: clerk, due: 1 day, done_by: [report], escalate: {after: 1 day, to: boss}}
  chase: {title: Chase, role: clerk}
open: {by: [clerk, shop], form: {shop: optional, kind: optional, urgent: optional, price: optional}}
rules: [{never: price < 0.0, say: No price is below nothing.}, {always: price < 1000.0, say: That is too dear.}]
events:
  scrap: {title: Scrap, by: boss, to: scrapped}
states:
  desk:
    owner: clerk
    deadline: {within: 1 week, raise: look}
    raise: call
    timers:
      ready_on: {at: ready, raise: chase}
      ask: {after: 2 weeks, send: nudge, if_refused: {again: 1 day}}
    events:
      report: {title: Report, by: clerk}
      fill_in: {title: Fill in, form: {ready: optional, price: optional, kind: optional, urgent: optional}}
      nudge: {title: Nudge, by: [], needs: [{document: order}]}
      start: {title: Start, form: {kind: optional}, to: work.place}
      set_out: {title: Set out, set: {kind: '"lathe"'}, to: work.place}
      sort:
        title: Sort
        alternatives: [{when: urgent == true, to: work.hand}, {when: urgent == false, to: line}]
      check_up:
        title: Check up
        needs:
          - {check: price >= 10.0, say: It must be worth it.}
          - {document: order}
          - {any_of: [drawing, photo]}
      fix: {title: Fix, form: {price: required}, needs: [{check: price >= 10.0, say: It must be worth it.}]}
      pass_on: {title: Pass on, to: first}
  first: {automatic: [{to: second}]}
  second: {automatic: [{to: third}]}
  third: {automatic: [{to: done}]}
  line:
    owner: clerk
    deadline: {within: 1 week, raise: look}
    events: {place_offered: {title: Offered, by: [], to: work.place}}
  work:
    owner: boss
    raise: look
    timers: {inspect: {every: 1 week, raise: chase}}
    events: {finish: {title: Finish, to: done}}
    states:
      hand: {events: {grip: {title: Grip, to: place}}}
      place:
        owner: clerk
        holds: {place: 'kind == null ? "bench" : kind', otherwise: line}
        raise: chase
        events: {drop: {title: Drop, to: hand}, again: {title: Again, to: place}}
  done: {final: true, outcome: finished}
  scrapped: {final: true, outcome: scrapped}
"""


def workshop(changes: dict[str, str] | None = None) -> Process:
    """The process, with some of its texts written otherwise."""
    text = TEXT
    for old, new in (changes or {}).items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return load_process(text, "workshop.yaml", lambda _: CALENDAR).process


def facts(days: float = 0, free: dict[str, int] | None = None) -> Facts:
    """What is true so many days after START."""
    return Facts(START + timedelta(days=days), FREE if free is None else free)


def ask(process: Process, case: Snapshot | None, command: Command, known: Facts) -> Decision | Refusal:
    """What the command does."""
    return decide(process, case, command, known)


def done(
    process: Process, case: Snapshot | None, command: Command, days: float = 0, free: dict[str, int] | None = None
) -> Snapshot:
    """The case after a command that must not be refused."""
    found = ask(process, case, command, facts(days, free))
    assert isinstance(found, Decision), found
    return found.snapshot


def refused(
    process: Process, case: Snapshot | None, command: Command, days: float = 0, free: dict[str, int] | None = None
) -> Refusal:
    """Why a command is refused, which it must be."""
    found = ask(process, case, command, facts(days, free))
    assert isinstance(found, Refusal), found
    return found


def opened(process: Process, state: str = "desk", by: Actor = CLERK, **data: Any) -> Snapshot:
    """A new case."""
    return done(process, None, Open(by, START, state, data))


def fire(event: str, days: float = 0, by: Actor = CLERK, **data: Any) -> Fire:
    """An event, so many days after START."""
    return Fire(event, by, START + timedelta(days=days), data)


def tick(key: str, days: float) -> Tick:
    """A timer that was due so many days after START."""
    return Tick(key, START + timedelta(days=days))


def draft(process: Process, case: Snapshot, days: float = 0, free: dict[str, int] | None = None) -> Draft:
    """A draft of what follows for a case."""
    return Draft(process, case, facts(days, free))
