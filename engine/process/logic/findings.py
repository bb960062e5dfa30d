"""Findings: what the logic of a process tells of it, all together. Pure."""

from __future__ import annotations

from engine.process.definition import Process
from engine.process.file.context import Context, event_path, state_path
from engine.process.logic.alternatives import warn_of_alternatives, warn_of_dead
from engine.process.logic.costs import check_costs
from engine.process.logic.forms import warn_of_forms
from engine.process.logic.guards import guards_of, warn_of_guards, warn_of_rows, warn_of_time
from engine.process.logic.rules import check_rules
from engine.process.logic.values import Bounds, Space


def check_logic(process: Process, context: Context) -> None:
    """Note what conditions come to in any case; of what was published before this was looked at, nothing."""
    if context.language.is_published:
        return
    space = Space(process)
    warn_of_guards(space, context, guards_of(process))
    warn_of_time(process, context)
    warn_of_rows(process, context)
    warn_of_forms(space, context)
    check_costs(context)
    for scope, event in process.every_event():
        path = (*event_path(scope, event.name), "alternatives")
        warn_of_alternatives(space, context, event, scope, path)
    for state in process.states.values():
        leaves = tuple(process.leaves_in(state.name))
        warn_of_dead(space, context, state.automatic, Bounds(leaves), (*state_path(state.name), "automatic"))
    check_rules(space, context)
