"""Rules: those that no case can keep when it begins or goes a way, and those that none can break. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.process.definition import Need, Rule, Way
from engine.process.file.context import NOTHING, Context, event_path, state_path
from engine.process.logic.conditions import Condition, Values, asked_together, constant
from engine.process.logic.demands import kept_by
from engine.process.logic.values import Bounds, Space
from engine.process.paths import AUTOMATIC, paths_of
from engine.source.reader import Path

_MEND = "Change the rule, or what leads there."


@dataclass(frozen=True)
class _Arrival:
    """A case as it comes to rest somewhere: what it wrote on its way, and the conditions that were met for it."""

    bounds: Bounds
    written: Values
    met: tuple[Condition, ...] = ()


def check_rules(space: Space, context: Context) -> None:
    """Note the rules of a process that are broken whatever anybody does, and those that never are."""
    for index, rule in enumerate(space.process.rules):
        key = "never" if rule.broken_when else "always"
        condition = space.condition(rule.check)
        # Of one that could not be read nothing is known: two such would seem to say the same.
        if rule.check is not NOTHING and condition.hangs_on_case:
            _check(space, context, rule, condition, ("rules", index, key))


def _check(space: Space, context: Context, rule: Rule, condition: Condition, path: Path) -> None:
    is_kept, process = kept_by(rule), space.process
    cases = space.cases(condition, Bounds(tuple(leaf.name for leaf in process.leaves())))
    if cases and all(is_kept(condition.ask(case)) for case in cases):
        message = "No case can ever break this rule, whatever it says."
        context.warning(path, "never-broken", message, "Say what must not be, or leave the rule out.")
        return
    for name in process.initial:
        if _breaks(space, rule, condition, _beginning(space, process.leaf(name))):
            message = f"No case can begin at {name}: this rule is broken there."
            begins = (state_path(name), "it begins here")
            context.key_problem(path, "broken-rule", message, _MEND, also=begins)
            return
    for where, arrival in _arrivals(space):
        if _breaks(space, rule, condition, arrival):
            message = f"Nobody can go this way: it breaks the rule “{key_said(rule)}”."
            context.warning(where, "broken-rule", message, _MEND, also=(path, "the rule"))


def key_said(rule: Rule) -> str:
    """A rule as it is written."""
    return f"{'never' if rule.broken_when else 'always'}: {' '.join(rule.check.text.split())}"


def _breaks(space: Space, rule: Rule, condition: Condition, arrival: _Arrival) -> bool:
    """Whether the rule is broken in every case that can arrive so."""
    asked = asked_together([condition, *arrival.met])
    asked.asks_state = True
    cases = space.cases(asked, arrival.bounds)
    able = [case for case in cases or () if all(one.ask(case) is True for one in arrival.met)]
    is_kept = kept_by(rule)
    return bool(able) and not any(is_kept(condition.ask({**case, **arrival.written})) for case in able)


def _beginning(space: Space, leaf: str) -> _Arrival:
    form = space.process.opening.form
    by_itself = {*space.set_without_way, *space.process.begun_with}
    required = frozenset(name for name, asked in form.items() if asked) - by_itself
    return _Arrival(Bounds((leaf,), required, frozenset(form) | by_itself | {space.process.area}), {})


def _arrivals(space: Space) -> Iterator[tuple[Path, _Arrival]]:
    """Each way that a case can go, with where it stands in the file."""
    process, seen = space.process, set[tuple[int, str]]()
    for leaf in process.leaves():
        if leaf.name not in space.reached:
            continue
        for name in (*process.events_in(leaf.name), AUTOMATIC):
            for path in paths_of(process).on(leaf.name, name):
                # Where a place may be lacking, a case that waits for it goes elsewhere; so it does on a way back.
                if (id(path.way), path.to) not in seen and not path.waits and not path.back:
                    seen.add((id(path.way), path.to))
                    yield from _arrival(space, leaf.name, name, path.scope, path.way, path.to)


def _arrival(space: Space, leaf: str, name: str, scope: str, way: Way, to: str) -> Iterator[tuple[Path, _Arrival]]:
    process = space.process
    event = process.event(leaf, name) if name else None
    form, needs = (event.form, event.needs) if event else ({}, ())
    written = {field: _written(value.text) for field, value in way.assign}
    # What is worked out may come to anything, and so may what a state sets that may be entered on this way.
    written |= dict.fromkeys((field for one in process.around(to or leaf) for field, _ in one.assign), _ANYTHING)
    known = {field: value for field, value in written.items() if value is not _ANYTHING}
    required = frozenset(field for field, asked in form.items() if asked)
    fillable = frozenset().union(*(space.fillable[one] for one in _from(space, scope, name)), form, written)
    bounds = Bounds((to or leaf,), required - written.keys(), fillable)
    met = tuple(_met(space, way, (*needs, *way.needs), set(written)))
    ways = event.ways if event else process.states[scope].automatic
    # Of two that say the same, either is where it stands.
    place: Path = (ways.index(way),)
    if event is None:
        where = (*state_path(scope), "automatic", *place)
    else:
        has_several = len(event.ways) > 1 or way.when
        where = (*event_path(scope, name), *(("alternatives", *place) if has_several else ()))
    yield where, _Arrival(bounds, known, met)


_ANYTHING = object()


def _written(text: str) -> Any:
    value = constant(text)
    return value if value is not None or text == "null" else _ANYTHING


def _from(space: Space, scope: str, name: str) -> list[str]:
    """The states from which a way is gone."""
    process = space.process
    inside = process.leaves_in(scope) if scope else [leaf.name for leaf in process.leaves()]
    return [one for one in inside if one in space.reached and (not name or process.scope(one, name) == scope)]


def _met(space: Space, way: Way, needs: tuple[Need, ...], written: set[str]) -> Iterator[Condition]:
    """The conditions that were met before the way wrote anything, as far as they still can be asked."""
    for check in (way.when, *(need.check for need in needs)):
        condition = space.condition(check) if check else None
        if condition and not condition.asks_state and not (check and check.names & written):
            yield condition
