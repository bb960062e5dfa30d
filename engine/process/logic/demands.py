"""Demands: what every case meets that an event can happen in, as conditions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.process.definition import Event, Field, Rule
from engine.process.language.expressions import Expression
from engine.process.logic.conditions import Condition, Truth
from engine.process.logic.values import Space

_Demand = tuple[frozenset[str], Condition]


def demands_on(space: Space, event: Event, names: set[str]) -> list[Condition]:
    """What such a case meets, as far as it has to do with some fields, or with those that these have to do with."""
    left, found = list(_every(space, event)), list[Condition]()
    while near := [one for one in left if names & one[0]]:
        left = [one for one in left if not names & one[0]]
        found += [condition for _, condition in near]
        names = names.union(*(asked for asked, _ in near))
    return found


def _every(space: Space, event: Event) -> Iterator[_Demand]:
    for need in event.needs:
        if need.check:
            yield _demand(space, need.check, lambda found: found is True)
    for rule in space.process.rules:
        yield _demand(space, rule.check, kept_by(rule))
    for field in space.process.fields.values():
        if field.when:
            yield _of_field(space, field, field.when, lambda found: found is True)
        if field.check:
            yield _of_field(space, field, field.check, lambda found: found is not False)


def kept_by(rule: Rule) -> Callable[[Truth], bool]:
    """Whether a rule is kept where its condition comes to this."""
    return lambda found: found is not rule.broken_when


def _demand(space: Space, check: Expression, fits: Callable[[Truth], bool]) -> _Demand:
    condition = space.condition(check)
    return check.names, replace(condition, ask=lambda values: fits(condition.ask(values)))


def _of_field(space: Space, field: Field, check: Expression, fits: Callable[[Truth], bool]) -> _Demand:
    """What is asked of a field, as long as it is filled in."""
    names, demand = _demand(space, check, fits)
    cuts = {field.name: set(), **demand.cuts}
    own = replace(demand, cuts=cuts, ask=lambda values: values[field.name] is None or demand.ask(values))
    return names | {field.name}, own
