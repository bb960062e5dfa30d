"""Guards: conditions that never hold, or always do, whatever a case says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.process import rows
from engine.process.definition import Event, Opening, Process, Way
from engine.process.file.context import Context, event_path, field_path, state_path
from engine.process.language.expressions import Expression
from engine.process.language.tokens import words
from engine.process.logic.alternatives import bounds_of_event
from engine.process.logic.conditions import Condition
from engine.process.logic.values import Bounds, Space
from engine.process.timing import Raising
from engine.source.reader import Path

_NOT_BEGUN = ""
_TIME = frozenset({"today", "now", "days_since", "age"})
_NEVER = "This never holds, whatever a case says."
_ALWAYS = "This always holds, whatever a case says."


@dataclass(frozen=True)
class Guard:
    """A condition, where it stands in the file, of which cases it is asked, and the form that is filled in for it.

    `form` None: whether its fields can be filled in by then does not hang on where the case is.
    """

    path: Path
    expression: Expression
    bounds: Bounds
    form: frozenset[str] | None = frozenset()


def warn_of_guards(space: Space, context: Context, guards: Iterator[Guard]) -> None:
    """Note the conditions that come to the same in all cases."""
    for guard in guards:
        condition = space.condition(guard.expression)
        if condition.hangs_on_case:
            _warn(space, context, guard, condition)


def _warn(space: Space, context: Context, guard: Guard, condition: Condition) -> None:
    found = _found(space, condition, guard.bounds)
    if found is True:
        context.warning(guard.path, "always-true", _ALWAYS, "Leave it out, or ask what can be otherwise.")
    elif found is False:
        context.warning(guard.path, "never-true", _NEVER, "Say what can be true, or leave out what hangs on it.")
    else:
        _warn_of_empty(space, context, guard, condition)


def warn_of_time(process: Process, context: Context) -> None:
    """Note the automatic ways that hang on the time where nothing looks at it again: they are tried after a step."""
    for state in process.states.values():
        path = state_path(state.name)
        leaves = process.leaves_in(state.name)
        passes = any(way.when is None for way in state.automatic)
        looks = any(timer.send for leaf in leaves for one in process.around(leaf) for timer in one.timers.values())
        for index, way in enumerate(() if passes or looks else state.automatic):
            if way.when and any(word.name in _TIME and not word.member for word in words(way.when.text)):
                message = "Nothing looks at this when its time comes: it is asked after a step of the case only."
                mend = "Let a timer with send: lead on at that time, or ask it where somebody does something."
                context.warning((*path, "automatic", index, "when"), "not-looked-at", message, mend)


def warn_of_rows(process: Process, context: Context) -> None:
    """Note what is asked of the answers in a row and never holds, or always."""
    leaves = tuple(leaf.name for leaf in process.leaves())
    for series in process.series.values():
        fields = {name: one for name, one in process.fields.items() if rows.read(name) is None}
        row = replace(process, fields={**fields, **series.fields}, language=series.language, series={})
        for name, field in series.fields.items():
            bounds = Bounds(leaves, frozenset({name}))
            guards = _guard((*field_path(rows.written(series.name, name)), "check"), field.check, bounds, None)
            warn_of_guards(Space(row), context, guards)


def _found(space: Space, condition: Condition, bounds: Bounds) -> bool | None:
    """True where it holds in all cases, False where in none."""
    cases = space.cases(condition, bounds)
    held = {condition.ask(case) is True for case in cases or ()}
    return held.pop() if len(held) == 1 else None


def _warn_of_empty(space: Space, context: Context, guard: Guard, condition: Condition) -> None:
    """What hangs on fields that nothing can have filled in by then."""
    if guard.form is None:
        return
    states = [state for state in guard.bounds.states if state in space.reached]
    before = guard.form.union({space.process.area}, *(space.fillable[state] for state in states))
    empty = sorted(condition.cuts.keys() - before)
    # Of a field that nothing fills at all is told where it is declared.
    is_reached = bool(states) or guard.bounds.states == (_NOT_BEGUN,)
    if not (is_reached and empty and set(empty) <= filled_somewhere(space)):
        return
    if _found(space, condition, replace(guard.bounds, fillable=before)) is False:
        message = f"This never holds here: nothing can have filled in {' and '.join(empty)} before."
        mend, forms = "Ask for it in a form on the way here, or in this one.", _forms_with(space.process, empty)
        also = next(((path, "here it is filled in") for path in forms), None)
        context.warning(guard.path, "never-true", message, mend, also=also)


def _forms_with(process: Process, names: list[str]) -> Iterator[Path]:
    """Where forms of events ask for one of some fields."""
    for scope, event in process.every_event():
        yield from ((*event_path(scope, event.name), "form", name) for name in names if name in event.form)


def filled_somewhere(space: Space) -> frozenset[str]:
    """The fields that anything fills in, in any state that can be reached."""
    return frozenset[str]().union(*(space.fillable[state] for state in space.reached))


def guards_of(process: Process) -> Iterator[Guard]:
    """Every condition of a process that lets something happen."""
    leaves = tuple(leaf.name for leaf in process.leaves())
    for name, field in process.fields.items():
        bounds, path = Bounds((_NOT_BEGUN, *leaves)), field_path(name)
        yield from _guard((*path, "when"), field.when, bounds, None)
        # Of a row: its words are those of the row, and it is looked at with them.
        if rows.read(name) is None:
            filled = replace(bounds, filled=frozenset({name}))
            yield from _guard((*path, "check"), field.check, filled, None)
    for scope, event in process.every_event():
        yield from _of_event(event, event_path(scope, event.name), bounds_of_event(process, event, scope))
    for state in process.states.values():
        path = state_path(state.name)
        bounds = Bounds(tuple(process.leaves_in(state.name)))
        yield from _of_ways(state.automatic, (*path, "automatic"), bounds, frozenset())
        # Asked while the case is still where it comes from, or is not begun.
        yield from _of_raised(state.raises, Bounds((_NOT_BEGUN, *leaves)), None)
        for timer in state.timers.values():
            yield from _guard((*path, "timers", timer.name, "when"), timer.when, bounds, frozenset())
            yield from _of_raised((*timer.raises, *timer.refused_raises), bounds, frozenset())
    yield from _of_opening(process.opening)


def _of_opening(opening: Opening) -> Iterator[Guard]:
    bounds = Bounds((_NOT_BEGUN,), frozenset(name for name, required in opening.form.items() if required))
    for index, need in enumerate(opening.needs):
        yield from _guard(("open", "needs", index, "check"), need.check, bounds, frozenset(opening.form))


def _of_event(event: Event, path: Path, bounds: Bounds) -> Iterator[Guard]:
    form = frozenset(event.form)
    for index, need in enumerate(event.needs):
        yield from _guard((*path, "needs", index, "check"), need.check, bounds, form)
    yield from _of_ways(event.ways, (*path, "alternatives"), bounds, form)


def _of_ways(ways: tuple[Way, ...], path: Path, bounds: Bounds, form: frozenset[str]) -> Iterator[Guard]:
    for index, way in enumerate(ways):
        yield from _guard((*path, index, "when"), way.when, bounds, form)
        # What an event raises on each of its ways is written once, and told once.
        yield from _of_raised(way.raises, bounds, None)
        for place, need in enumerate(way.needs):
            yield from _guard((*path, index, "needs", place, "check"), need.check, bounds, form)


def _of_raised(raised: Iterable[Raising], bounds: Bounds, form: frozenset[str] | None) -> Iterator[Guard]:
    for one in raised:
        yield from _guard(one.path, one.when, bounds, form)


def _guard(path: Path, expression: Expression | None, bounds: Bounds, form: frozenset[str] | None) -> Iterator[Guard]:
    if expression is not None:
        yield Guard(path, expression, bounds, form)
