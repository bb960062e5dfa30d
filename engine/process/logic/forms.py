"""Forms: those that nobody can send, since what they ask for as required may not be given where they are. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.process.definition import Field, Need
from engine.process.file.context import Context, event_path
from engine.process.logic.alternatives import bounds_of_event
from engine.process.logic.conditions import Condition, asked_together
from engine.process.logic.values import Bounds, Space
from engine.process.rows import read
from engine.source.reader import Path

_MEND = "Ask for it as optional, or only where its when: holds."


def warn_of_forms(space: Space, context: Context) -> None:
    """Note the required fields of a form that can neither be given there nor left out."""
    process = space.process
    opening = process.opening
    asked = frozenset(opening.form) | {*space.set_without_way, *process.begun_with, process.area}
    _warn(space, context, ("open", "form"), opening.form, opening.needs, Bounds(("",), fillable=asked))
    for scope, event in process.every_event():
        states = [one for one in bounds_of_event(process, event, scope).states if one in space.reached]
        # Where nobody comes, nobody is asked; that is told of the state.
        if states:
            known = frozenset(event.form).union({process.area}, *(space.fillable[one] for one in states))
            path = (*event_path(scope, event.name), "form")
            _warn(space, context, path, event.form, event.needs, Bounds(tuple(states), fillable=known))


def _warn(
    space: Space, context: Context, path: Path, form: Mapping[str, bool], needs: tuple[Need, ...], bounds: Bounds
) -> None:
    fields = space.process.fields
    required = [fields[name] for name, asked in form.items() if asked and name in fields and read(name) is None]
    bounds = replace(bounds, filled=frozenset(one.name for one in required))
    before = [space.condition(need.check) for need in needs if need.check]
    # What is asked for besides can never be met at all: that is told where it stands.
    before = before if _can_be(space, before, bounds) else []
    for field in required:
        if field.when is None or not _can_be(space, [space.condition(field.when)], Bounds(("", *bounds.states))):
            continue
        before.append(space.condition(field.when))
        if not _can_be(space, before, bounds):
            hangs = (("fields", field.name, "when"), "when it may be filled in")
            context.warning((*path, field.name), "cannot-be-filled", _said(field), _MEND, also=hangs)
            return


def _can_be(space: Space, conditions: list[Condition], bounds: Bounds) -> bool:
    """Whether all of them hold in some case; of what takes too many cases it is taken to be so."""
    cases = space.cases(asked_together(conditions), bounds)
    return cases is None or any(all(one.ask(case) is True for one in conditions) for case in cases)


def _said(field: Field) -> str:
    return (
        f"{field.title} must be filled in here, and may not be: its when: cannot hold in this form. Nobody can send it."
    )
