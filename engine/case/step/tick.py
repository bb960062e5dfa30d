"""Tick: what happens when a timer is due. Pure.

It always comes to pass. Work that makes itself is bounded: a timer that comes back again and again without time going
on is stopped, and somebody is told. What a timer sends may be refused; that is never the end of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.case.command import ENGINE, Fire, Tick
from engine.case.refusal import Code, Refusal
from engine.case.step.draft import Draft
from engine.case.step.effects import effects_of_value, new_tasks, wanted
from engine.case.step.event import fire, settle
from engine.case.step.walk import move
from engine.case.time import schedule
from engine.case.time.days import come, coming_field, next_coming
from engine.case.time.instants import from_text, to_text
from engine.process.definition import State
from engine.process.flow import moving_fields
from engine.process.rows import days_of
from engine.process.timing import LOOK_INTO, Raising, Timer

_LOOKING = Raising(LOOK_INTO.name)
MOST_AT_ONCE = 8
"""How often a timer of a case may fire at one instant. A date in the past that is left and entered again needs one."""


def tick(draft: Draft, command: Tick) -> Refusal | None:
    """Let a timer fire."""
    case, key = draft.snapshot, command.key
    # The history never goes back: one that was due before the last entry is written as coming right after it.
    at = max(to_text(command.at), case.last_at)
    if key not in case.timers:
        return Refusal(Code.CHANGED, f"The timer {key} is not running any more.")
    if key.startswith(schedule.ESCALATION):
        _escalate(draft, key.removeprefix(schedule.ESCALATION), key, at)
        return None
    if field := coming_field(draft.process, key):
        _come(draft, field, key, at)
        return None
    found = schedule.timer_of(draft.process, key)
    if found is None:
        _pass(draft, key, at, note={"skipped": True})
    elif draft.facts.fired >= MOST_AT_ONCE:
        _pass(draft, key, at, tasks=_raised(draft, (_LOOKING,), found[0], at), note={"stopped": MOST_AT_ONCE})
    else:
        _fire(draft, key, *found, at, from_text(at) if command.in_time else draft.facts.now)
    return None


def _fire(draft: Draft, key: str, state: str, timer: Timer, at: str, noticed: datetime) -> None:
    process, case = draft.process, draft.snapshot
    again = schedule.next_due(process, timer, case.timers[key], noticed) if timer.repeats else []
    if not _applies(draft, timer, at):
        _pass(draft, key, at, again, note={"skipped": True})
        return
    _pass(draft, key, at, again, _raised(draft, timer.raises, state, at))
    if timer.send:
        _send(draft, key, state, timer, at, noticed)


def _applies(draft: Draft, timer: Timer, at: str) -> bool:
    language, view = draft.process.language, draft.view(at)
    # With `is`: what nobody knows (None) neither lets a timer come nor keeps it from coming.
    spared = timer.unless is not None and language.truth(timer.unless, view) is True
    return language.truth(timer.when, view) is True and not spared


def _pass(
    draft: Draft,
    key: str,
    at: str,
    again: list[str] | None = None,
    tasks: dict[str, dict[str, Any]] | None = None,
    note: dict[str, Any] | None = None,
) -> None:
    timers = schedule.escalations(draft.process, tasks or {}) | ({key: again} if again else {})
    stopped = () if again else (key,)
    draft.add("timer", at, ENGINE.name, event=key, stopped=stopped, timers=timers, tasks=tasks or {}, note=note or {})


def _raised(draft: Draft, raisings: tuple[Raising, ...], state: str, at: str) -> dict[str, dict[str, Any]]:
    case = draft.snapshot
    names = wanted(draft.process, raisings, draft.view(at))
    return new_tasks(draft.process, case, dict.fromkeys(names, state), {}, at, case.data)


def _escalate(draft: Draft, name: str, key: str, at: str) -> None:
    task = draft.snapshot.tasks.get(name)
    level = schedule.next_level(draft.process.task(name), task) if task else None
    tasks = {name: schedule.escalated(task, level, at)} if task and level else {}
    again = schedule.escalations(draft.process, tasks)
    draft.add("timer", at, ENGINE.name, event=key, stopped=() if again else (key,), tasks=tasks, timers=again)


def _come(draft: Draft, field: str, key: str, at: str) -> None:
    """A day has come from which on a dated field has another value, whatever follows. Where what would follow by
    itself is refused, or a rule is broken, somebody is told.
    """
    process, data = draft.process, draft.snapshot.data
    changes, again = come(process, data, field, at), next_coming(process, data, field, at)
    effects = effects_of_value(draft, at, changes)
    taken, lacking = move(draft, _moved_by(draft, field), draft.view(at, changes))
    effects |= {"held": taken, "freed": tuple(taken)}
    effects["timers"] |= {key: again} if again else {}
    effects["stopped"] += () if again else (key,)
    draft.add("timer", at, ENGINE.name, event=key, **effects)
    if lacking is not None:
        _look_into(draft, key, at, Code.NO_PLACE, _kept(draft, lacking, at))
    refusal = draft.tried(lambda: settle(draft, at, ENGINE.name))
    if refusal is not None:
        _look_into(draft, key, at, refusal.code, refusal.message)


def _moved_by(draft: Draft, field: str) -> list[State]:
    """The states of the case, outermost first, those that rest too, whose place hangs on a dated field that events
    move places by.
    """
    entered = sorted(draft.snapshot.entered) if field in moving_fields(draft.process) else ()
    states = (draft.process.states[name] for name in entered)
    return [one for one in states if one.hold and {field, days_of(field)} & one.hold.place.names]


def _kept(draft: Draft, state: State, at: str) -> str:
    """Why a case keeps the place that it has for a state."""
    place = draft.process.language.value(state.hold.place, draft.view(at)) if state.hold else ""
    if place in draft.process.places:
        return f"No {draft.process.title_of('places', place)} is free: the case keeps the place that it has."
    return "Which place is needed is not known: the case keeps the one that it has."


def _look_into(draft: Draft, key: str, at: str, code: Code, message: str) -> None:
    """What should have followed did not: somebody is told why."""
    tasks = _raised(draft, (_LOOKING,), draft.snapshot.state, at)
    note, timers = {"refused": str(code), "message": message}, schedule.escalations(draft.process, tasks)
    draft.add("timer", at, ENGINE.name, event=key, tasks=tasks, timers=timers, note=note)


def _send(draft: Draft, key: str, state: str, timer: Timer, at: str, noticed: datetime) -> None:
    """Fire as the engine. On a refusal take the steps back, note why, and do what the process says about it."""
    refusal = draft.tried(lambda: fire(draft, Fire(timer.send, ENGINE, from_text(at))))
    if refusal is None:
        return
    raises = timer.refused_raises or (() if timer.refused_again else (_LOOKING,))
    tasks = _raised(draft, raises, state, at)
    timers = schedule.escalations(draft.process, tasks)
    if timer.refused_again:
        timers[key] = schedule.tried_again(draft.process, timer, at, noticed)
    note = {"not_sent": timer.send, "refused": str(refusal.code), "message": refusal.message}
    draft.add("timer", at, ENGINE.name, event=timer.send, tasks=tasks, timers=timers, note=note)
