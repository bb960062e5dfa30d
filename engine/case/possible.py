"""Possible: what somebody may do next with a case, and why not the rest. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.command import Actor, Facts
from engine.case.decide import no_way, not_allowed, unmet
from engine.case.draft import Draft
from engine.case.instants import to_text
from engine.case.machine import machine_of
from engine.case.permission import Action, may
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.process.definition import Event, Process, Way
from engine.process.expressions import View


@dataclass(frozen=True)
class Possible:
    """An event that stands where the case is; `refusal` says why it cannot be done now."""

    event: Event
    refusal: Refusal | None = None


def possible_events(process: Process, case: Snapshot, by: Actor, facts: Facts) -> list[Possible]:
    """Every event that people can do where the case is, in the order written, inner states first."""
    if not may(by, Action.SEE, process, case):
        return []
    view = Draft(process, case, facts).view(to_text(facts.now))
    events = process.events_in(case.state).values()
    return [Possible(event, _why_not(process, case, by, event, view)) for event in events if event.by != frozenset()]


def _why_not(process: Process, case: Snapshot, by: Actor, event: Event, view: View) -> Refusal | None:
    """What stands in the way, as far as it does not hang on what the form will say."""
    if not may(by, Action.FIRE, process, case, event):
        return not_allowed(process, event.title, event.by)
    asked = set(event.form)
    needs = tuple(need for need in event.needs if need.check is None or not need.check.names & asked)
    refusal = unmet(process, needs, view)
    if refusal is not None or _hangs_on_form(process, event.ways, asked):
        return refusal
    walk = machine_of(process).walk(case.state, event.name, view)
    if walk.way is None:
        return no_way(process, walk, event.title)
    needs = tuple(need for need in walk.way.needs if need.check is None or not need.check.names & asked)
    return unmet(process, needs, view)


def _hangs_on_form(process: Process, ways: tuple[Way, ...], asked: set[str]) -> bool:
    """Whether the form decides which way is taken, or which place is needed on it."""
    names = {name for way in ways if way.when for name in way.when.names}
    targets = [state for way in ways if way.to for state in process.around(process.leaf(way.to))]
    names |= {name for state in targets if state.hold for name in state.hold.place.names}
    return bool(names & asked)
