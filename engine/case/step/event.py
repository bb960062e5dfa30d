"""Event: what happens when one is fired, and what follows from it by itself. Pure."""

from __future__ import annotations

from typing import Any

from engine.case.answers.rows import check_answers
from engine.case.answers.tasks import unasked
from engine.case.command import Fire
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.step.draft import Draft
from engine.case.step.effects import effects_of
from engine.case.step.openings import opened_by, unready
from engine.case.step.reasons import form_refusal, no_such_event, no_way, not_theirs, nothing_asked, unmet
from engine.case.step.walk import choose
from engine.case.time.instants import to_text
from engine.process.definition import Event
from engine.process.flow import MOST_AUTOMATIC
from engine.process.paths import AUTOMATIC, paths_of
from engine.process.rows import closed_up


def fire(draft: Draft, command: Fire) -> Refusal | None:
    """An event, with the automatic transitions that follow it."""
    process, case, at = draft.process, draft.snapshot, to_text(command.at)
    event = process.event(case.state, command.event)
    # Asked first: no event stands at an end, and that the case has ended says more than that.
    if case.ended:
        return Refusal(Code.ENDED, f"The case has ended: {case.outcome}.")
    if event is None:
        return no_such_event(process, case, command)
    if not may(command.by, Action.FIRE, process, case, event):
        return not_theirs(process, event, command.by)
    draft.acts(command.by, event.by)
    values = _answers(draft, event, command, at)
    if isinstance(values, Refusal):
        return values
    answered = draft.view(at, values)
    walk = choose(draft, paths_of(process).ahead(case.state, event.name, case.rests_at), answered)
    refusal = unready(process, case, event, event.needs, answered)
    if walk.path is None:
        return no_way(process, walk, event.title) if refusal is None else refusal
    if refusal is None:
        refusal = unmet(process, walk.path.way.needs, answered)
    if refusal is None:
        effects = effects_of(draft, walk, at, event.name, values) | draft.remembers(event.name)
        draft.add("event", at, command.by.name, **effects)
        refusal = settle(draft, at, command.by.name)
        draft.opened = opened_by(draft, event, at)
    return refusal


def _answers(draft: Draft, event: Event, command: Fire, at: str) -> dict[str, Any] | Refusal:
    """What the form of an event says, as it is stored."""
    process, case = draft.process, draft.snapshot
    refusal = nothing_asked(process, event, case)
    if refusal is not None:
        return refusal
    values, faults = check_answers(process, event.form, command.data, draft.view(at), event.several)
    faults = faults or unasked(process, event, case, values)
    return form_refusal(faults) if faults else closed_up(values, event.several)


def settle(draft: Draft, at: str, by: str) -> Refusal | None:
    """After a step: check the rules, and take automatic transitions until none is open."""
    for _ in range(MOST_AUTOMATIC + 1):
        broken = draft.broken_rule(at)
        paths = paths_of(draft.process).ahead(draft.snapshot.state, AUTOMATIC, draft.snapshot.rests_at)
        if broken is not None or not paths:
            return broken
        walk = choose(draft, paths, draft.view(at))
        if walk.path is None:
            return no_way(draft.process, walk, "What would follow by itself") if walk.unfit else None
        draft.add("automatic", at, by, **effects_of(draft, walk, at, "", {}))
    return Refusal(Code.RULE, f"More than {MOST_AUTOMATIC} automatic transitions would follow.")
