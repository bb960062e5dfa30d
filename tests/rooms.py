"""Rooms: a small process whose cases move from one kind of place to another, as text and as plain values."""

from __future__ import annotations

from typing import Any

from engine.case.command import Command, Facts, Fire, Open
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.process.definition import Process
from tests.hours import START, WORKER, loaded

TEXT = """
process: rooms
version: "1"
title: Rooms
effective_from: 2023-01-01
initial: asked
roles: {worker: {title: Worker}}
fields:
  size: {title: Size, type: choice, choices: {small: Small, big: Big}, dated: true}
  quiet: {title: Quiet, type: yes_no}
places: {small: {title: Small room, capacity: 2}, big: {title: Big room, capacity: 1}}
open: {form: {size: optional}}
tasks: {look: {title: Look, role: worker}}
states:
  asked: {owner: worker, deadline: {within: 6 weeks, raise: look}, events: {come: {title: Come, to: going}}}
  going:
    owner: worker
    deadline: {within: 6 weeks, raise: look}
    holds: {place: 'size == null ? "small" : size', otherwise: queue, offer: offered}
    events:
      grow: {title: Grow, form: {size: required}, move_place: true, undo: worker}
      say: {title: Say, form: {size: required}}
      pick:
        title: Pick
        form: {quiet: required}
        set: {size: 'quiet ? "small" : "big"'}
        alternatives: [{when: quiet, move_place: true}, {when: size == "big"}, {}]
      close: {title: Close, to: over}
      rest: {title: Rest, form: {size: optional}, to: away, move_place: true}
    states:
      first: {events: {on: {title: Go on, form: {size: optional}, to: second, move_place: true}}}
      second: {}
  queue:
    owner: worker
    deadline: {within: 6 weeks, raise: look}
    events: {offered: {title: Offered, by: [], to: going}, close: {title: Close, to: over}}
  away:
    owner: worker
    deadline: {within: 6 weeks, raise: look}
    pauses: going
    events:
      grow_away: {title: Grow while away, form: {size: required}, move_place: true}
      stretch: {title: Come back to another, form: {size: required}, to: back, move_place: true}
      still: {title: Come back to the same, form: {size: required}, to: back}
      leave: {title: Leave, to: over}
  over: {title: Over, final: true}
"""
ROOMS = loaded(TEXT)


def decided(case: Snapshot | None, command: Command, process: Process = ROOMS, **free: int) -> Decision | Refusal:
    """What a command does, where so many places are free."""
    return decide(process, case, command, Facts(command.at, {"small": 0, "big": 0, **free}))


def settled(process: Process = ROOMS, **data: Any) -> Snapshot:
    """A case that has a small room, or the one that it asked for."""
    opened = decided(None, Open(WORKER, START, None, data), process)
    assert isinstance(opened, Decision), opened
    found = decided(opened.snapshot, Fire("come", WORKER, START), process, small=1, big=1)
    assert isinstance(found, Decision), found
    return found.snapshot
