"""Possible: what somebody may do next with a case, and why not the rest. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.case.answers.form import asked_now, default_of, shown
from engine.case.answers.tasks import offers
from engine.case.command import Actor, Facts
from engine.case.refusal import Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.openings import unready
from engine.case.step.reasons import no_way, not_theirs, nothing_asked, unmet
from engine.case.step.walk import choose
from engine.case.time.instants import to_text
from engine.process.definition import Event, Process
from engine.process.paths import Path, paths_of
from engine.process.rows import concerned


@dataclass(frozen=True)
class Possible:
    """An event that stands where the case is; `refusal` says why it cannot be done now.

    `form` is what is asked for now, and whether it is required. `defaults` is what that shows first for fields that the
    case holds nothing of, `offers` what those may say that tell which open task is answered, with what that is called.
    """

    event: Event
    form: Mapping[str, bool]
    refusal: Refusal | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    offers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def possible_events(process: Process, case: Snapshot, by: Actor, facts: Facts) -> list[Possible]:
    """Every event that people can do where the case is, in the order written, inner states first."""
    if not may(by, Action.SEE, process, case):
        return []
    draft = Draft(process, case, facts)
    events = process.events_in(case.state).values()
    return [_possible(draft, by, event) for event in events if event.by != frozenset()]


def _possible(draft: Draft, by: Actor, event: Event) -> Possible:
    form = asked_now(draft.process, event.form, draft.view(to_text(draft.facts.now)))
    why = _why_not(draft, by, event)
    if why is not None:
        return Possible(event, form, why)
    return Possible(event, form, None, _defaults(draft, event), offers(draft.process, event, draft.snapshot))


def _defaults(draft: Draft, event: Event) -> dict[str, Any]:
    """What stands first in the form, as far as it and what it is worked out of may be shown."""
    process = draft.process
    defaults = {name: process.fields[name].default for name in event.form if name not in draft.snapshot.data}
    sources = {name: {name, *default.names} for name, default in defaults.items() if default is not None}
    if not sources:
        return {}
    view = draft.view(to_text(draft.facts.now))
    known = (name for name, names in sources.items() if all(shown(process, one, view) for one in names))
    found = {name: default_of(process, name, view) for name in known}
    return {name: value for name, value in found.items() if value is not None}


def _why_not(draft: Draft, by: Actor, event: Event) -> Refusal | None:
    """What stands in the way, as far as it does not hang on what the form will say."""
    process, case, at = draft.process, draft.snapshot, to_text(draft.facts.now)
    draft.acts(by, event.by)
    if not may(by, Action.FIRE, process, case, event):
        return not_theirs(process, event, by)
    # What the form may bring along cannot be said to be missing before it was filled in.
    asked = concerned(event.form)
    needs = tuple(need for need in event.needs if need.check is None or not need.check.names & asked)
    view, paths = draft.view(at), paths_of(process).ahead(case.state, event.name, case.rests_at)
    refusal = unready(process, case, event, needs, view)
    if refusal is None:
        refusal = nothing_asked(process, event, case)
    if refusal is not None or _hangs_on_form(paths, asked):
        return refusal
    walk = choose(draft, paths, view)
    if walk.path is None:
        # What the form will say may make what is set fit.
        return None if walk.unfit and asked else no_way(process, walk, event.title)
    needs = tuple(need for need in walk.path.way.needs if need.check is None or not need.check.names & asked)
    return unmet(process, needs, view)


def _hangs_on_form(paths: tuple[Path, ...], asked: set[str]) -> bool:
    """Whether the form decides which way is taken, or which place is needed on it."""
    names = {name for path in paths if path.way.when for name in path.way.when.names}
    holding = [state for path in paths for state in (*path.moves, *path.takes)]
    names |= {name for state in holding if state.hold for name in state.hold.place.names}
    return bool(names & asked)
