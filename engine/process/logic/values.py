"""Values: which values the fields of a case can have, as far as some conditions tell them apart. Pure.

Of the numbers between two that are compared with, one stands for all; so do texts that no condition names.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.process import flow
from engine.process.definition import Field, Process, Way
from engine.process.language.expressions import Expression, View
from engine.process.logic.conditions import OTHER, STATE, Condition, Values, constant, read_condition
from engine.process.paths import AUTOMATIC, paths_of
from engine.source.sign import composed

MOST = 4096
"""So many cases are looked at for one question; of what would need more nothing is said."""
_SOME_DAY = datetime(2024, 1, 8, 9, tzinfo=UTC)
# Stand for values that no condition names.
SOME, ANOTHER = "\x00some", "\x00another"


@dataclass(frozen=True)
class Bounds:
    """What is known of the cases that something is asked of: where they are (empty: not begun), which fields cannot be
    empty, and which may be filled in (None: any).
    """

    states: tuple[str, ...]
    filled: frozenset[str] = frozenset()
    fillable: frozenset[str] | None = None


class Space:
    """The cases that a process can have."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._read: dict[str, Condition] = {}
        # Limits and choices are those of answers: what is worked out may lie outside of them.
        self._worked_out = {
            name for name, value in process.every_set() if constant(value.text) is None and value.text != "null"
        }

    def condition(self, expression: Expression) -> Condition:
        """An expression, to be asked of cases."""
        if expression.text not in self._read:
            self._read[expression.text] = read_condition(expression.text, self.process.language.fields)
        return self._read[expression.text]

    def cases(self, asked: Condition, bounds: Bounds) -> list[Values] | None:
        """All cases that differ in what is asked; None where they are too many. Those with empty fields come last."""
        sides: dict[str, list[Any]] = {}
        for name, cuts in sorted(asked.cuts.items()):
            sides[name] = self._side(name, cuts, bounds)
        sides |= {name: [True, False] for name in sorted(asked.documents)}
        sides |= {name: self._of_other(name, bounds) for name in sorted(asked.others)}
        if asked.asks_state:
            sides[STATE] = list(bounds.states)
        if math.prod(len(side) for side in sides.values()) > MOST:
            return None
        return [dict(zip(sides, values, strict=True)) for values in itertools.product(*sides.values())]

    def _of_other(self, name: str, bounds: Bounds) -> list[bool | None]:
        """What is true of what no field tells. Where nothing has begun there are no rows, and nobody acted."""
        # Nowhere at all is an event that each state inside writes again.
        if any(bounds.states) or not bounds.states:
            return [True, False, None]
        found = self.process.language.check(name.removeprefix(OTHER), "BOOL")
        of_case = not isinstance(found, list) and (found.did or found.questions) and not found.names - self._series
        if isinstance(found, list) or not of_case or (found.changes_by_itself and not found.questions):
            return [True, False, None]
        return [self.process.language.truth(found, View({}, "", (), {}, _SOME_DAY))]

    @functools.cached_property
    def _series(self) -> frozenset[str]:
        return frozenset(self.process.series)

    def _side(self, name: str, cuts: Iterable[Any], bounds: Bounds) -> list[Any]:
        may_be_filled = bounds.fillable is None or name in bounds.fillable or name in bounds.filled
        values = list(self._values(self.process.fields[name], set(cuts))) if may_be_filled else []
        return values + ([] if name in bounds.filled else [None])

    def _values(self, field: Field, cuts: set[Any]) -> Iterator[Any]:
        is_free = field.name in self._worked_out
        if field.type == "yes_no":
            yield from (True, False)
        elif field.type == "choice":
            yield from dict.fromkeys(map(composed, field.choices))
            yield from [ANOTHER] if is_free else []
        elif field.type in {"integer", "number"}:
            limits = (None, None) if is_free else (field.min, field.max)
            yield from (_whole if field.type == "integer" else _decimal)(cuts, *limits)
        else:
            yield from sorted(cuts)
            yield SOME

    @functools.cached_property
    def fillable(self) -> dict[str, frozenset[str]]:
        """By state at rest the fields that something may have filled in once a case is there."""
        process = self.process
        everywhere = {process.area} | {name for one in process.meetings.values() for name in (one.link, one.present)}
        everywhere |= {*process.begun_with, *self.set_without_way}
        found: dict[str, set[str]] = {leaf.name: set() for leaf in process.leaves()}
        waiting = [process.leaf(name) for name in process.initial]
        for leaf in waiting:
            found[leaf] |= everywhere | process.opening.form.keys()
        while waiting:
            leaf = waiting.pop()
            for name in (*process.events_in(leaf), AUTOMATIC):
                event = process.event(leaf, name) if name else None
                for path in paths_of(process).on(leaf, name):
                    after = found[leaf] | (event.form.keys() if event else set()) | _written(path.way)
                    for target in path.targets or {leaf}:
                        if not after <= found[target]:
                            found[target] |= after
                            waiting.append(target)
        return {leaf: frozenset(names) for leaf, names in found.items()}

    @functools.cached_property
    def set_without_way(self) -> set[str]:
        """The fields that are set where a case begins, or by the states that it comes to."""
        states = self.process.states.values()
        return {name for assign in (self.process.opening.assign, *(one.assign for one in states)) for name, _ in assign}

    @functools.cached_property
    def reached(self) -> set[str]:
        """The states at rest that a case can come to."""
        process = self.process
        return flow.closure(flow.graph(process), [process.leaf(name) for name in process.initial])


def _written(way: Way) -> set[str]:
    return {name for name, value in way.assign if value.text != "null"}


def _within(limits: tuple[float | None, float | None]) -> Callable[[float], bool]:
    least, most = limits
    return lambda value: (least is None or value >= least) and (most is None or value <= most)


def _whole(cuts: set[int], least: float | None, most: float | None) -> list[int]:
    ends = [*([math.ceil(least)] if least is not None else []), *([math.floor(most)] if most is not None else [])]
    near = {cut + step for cut in cuts for step in (-1, 0, 1)} | set(ends)
    return sorted(filter(_within((least, most)), near or {0}))


def _decimal(cuts: set[float], least: float | None, most: float | None) -> list[float]:
    marks = sorted({*map(float, cuts), *(float(one) for one in (least, most) if one is not None)})
    between = [(one + other) / 2 for one, other in itertools.pairwise(marks)]
    beyond = [marks[0] - 1, marks[-1] + 1] if marks else [0.0]
    return sorted(filter(_within((least, most)), {*marks, *between, *beyond}))
