"""Alternatives: whether one of them holds whatever a case says, and whether each can be reached. Pure.

They are tried in order. Where one is only left to what those before it have taken already, it is dead; what none of
them takes is a gap, and the event cannot happen then.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from engine.process.definition import Event, Process, Way
from engine.process.file.context import Context
from engine.process.logic.conditions import STATE, Condition, Values, asked_together
from engine.process.logic.demands import demands_on
from engine.process.logic.values import ANOTHER, SOME, Bounds, Space
from engine.source import number
from engine.source.reader import Path

MOST_UNSURE = 4
_TOLD = frozenset({"choice", "yes_no", "integer", "number"})
_MEND_DEAD = "Put it earlier, give the ones before it a narrower when:, or leave it out."
_MEND_GAP = "Add an alternative for it, or one without when: as the last."


def warn_of_alternatives(space: Space, context: Context, event: Event, scope: str, path: Path) -> None:
    """Note the alternatives of an event that are never taken, and what none of them takes."""
    bounds = bounds_of_event(space.process, event, scope)
    warn_of_dead(space, context, event.ways, bounds, path)
    if len(event.ways) > 1 and all(way.when for way in event.ways):
        gap = _gap(space, event, bounds)
        if gap is not None:
            message = f"None of the alternatives holds {case_said(gap)}: {event.name} cannot be done then."
            context.warning(path, "gap", message, _MEND_GAP)


def bounds_of_event(process: Process, event: Event, scope: str) -> Bounds:
    """What is known of a case when an event happens in it, with the form laid over it."""
    leaves = [leaf.name for leaf in process.leaves() if process.scope(leaf.name, event.name) == scope]
    return Bounds(tuple(leaves), frozenset(name for name, required in event.form.items() if required))


def warn_of_dead(space: Space, context: Context, ways: tuple[Way, ...], bounds: Bounds, path: Path) -> None:
    """Note those that could hold, but never do where none before them does."""
    whens = [space.condition(way.when) if way.when else None for way in ways]
    asked = asked_together([one for one in whens if one])
    cases = space.cases(asked, bounds) if len(ways) > 1 else None
    for index, when in enumerate(whens if cases else ()):
        left = [case for case in cases or () if _is_left(whens[:index], case)]
        holds = when is None or any(when.ask(case) is True for case in cases or ())
        # One that never holds at all is told where conditions are looked at, one behind an `else` by its order.
        if index and holds and None not in whens[:index] and not any(when is None or when.ask(one) for one in left):
            here = (*path, index)
            if not _is_told(context, here):
                message = "This alternative can never be reached: those before it take every case that it is meant for."
                first = ((*path, 0), "the first of those before it")
                context.warning(here, "unreachable-alternative", message, _MEND_DEAD, also=first)


def _is_left(before: list[Condition | None], case: Values) -> bool:
    return not any(one is None or one.ask(case) is True for one in before)


def _is_told(context: Context, path: Path) -> bool:
    here = context.source.problem(path, "unreachable-alternative", "")
    return any((one.code, one.line, one.column) == (here.code, here.line, here.column) for one in context.problems)


def _gap(space: Space, event: Event, bounds: Bounds) -> Values | None:
    """A case in which none of them holds, though nothing else keeps the event from it; None where none is known."""
    process, whens = space.process, [space.condition(way.when) for way in event.ways if way.when]
    asked = asked_together(whens)
    # Documents, and texts of which there is no end, are left to who adds them: that is a way of saying `not yet`.
    if asked.documents or asked.others or not all(process.fields[name].type in _TOLD for name in asked.cuts):
        return None
    limits = demands_on(space, event, set(asked.cuts))
    whole = asked_together([*whens, *limits])
    unsure = [dict(zip(whole.others, held, strict=True)) for held in _held(len(whole.others))]
    able = {name for name, required in event.form.items() if not required}
    for case in space.cases(replace(whole, others=set()), bounds) or () if unsure else ():
        # Only what the form leaves open is told as empty: elsewhere an empty field says that it is too early.
        is_meant = all(case[name] is not None or name in able for name in asked.cuts)
        is_gap = is_meant and not any(when.ask(case) is True for when in whens)
        if is_gap and all(limit.ask({**case, **held}) is True for limit in limits for held in unsure):
            return _telling(whens, space.cases(asked, bounds) or [], case)
    return None


def _telling(whens: list[Condition], cases: list[Values], gap: Values) -> Values:
    """What of a case makes that none holds: without what could be otherwise."""
    found = dict(gap)
    for name in gap:
        alike = [one for one in cases if all(one[key] == found[key] for key in one.keys() & found.keys() - {name})]
        if not any(when.ask(one) is True for when in whens for one in alike):
            del found[name]
    return found


def _held(count: int) -> list[tuple[bool | None, ...]]:
    """All that can be true of so many things of which nothing is told; none where they are too many."""
    return list(itertools.product((True, False, None), repeat=count)) if count <= MOST_UNSURE else []


def case_said(case: Values) -> str:
    """`where kind is large and count is empty`."""
    parts = [f"{name} is {_value(value)}" for name, value in case.items() if name != STATE]
    where = f"in {case[STATE]} " if STATE in case else ""
    return f"{where}where {' and '.join(parts)}" if parts else where.strip()


def _value(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (SOME, ANOTHER):
        return "another"
    return value if isinstance(value, str) else number.written(value)
