"""Differences: what changed of lines that were stated before: the old line is taken out, and the new one put in. Pure.

What was stated never changes. What is due now instead stands in what is stated next, so that all of it together is what
is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.case.charges.lines import Line


@dataclass(frozen=True, order=True)
class Change:
    """A line that is taken out of what was stated, or put in."""

    line: Line
    is_out: bool

    @property
    def due(self) -> int:
        """By how much it changes what is due, in smaller units."""
        return -self.line.due if self.is_out else self.line.due


def changes(stated: Iterable[Line], due: Iterable[Line]) -> tuple[Change, ...]:
    """What makes of lines that were stated those that are due now, in the order of their lines, old before new."""
    before, now = {_meaning(one): one for one in stated}, {_meaning(one): one for one in due}
    out = [Change(one, is_out=True) for meaning, one in before.items() if meaning not in now]
    put = [Change(one, is_out=False) for meaning, one in now.items() if meaning not in before]
    return tuple(sorted([*out, *put], key=lambda one: (one.line.key[:3], not one.is_out, one.line)))


def standing(stated: Iterable[Line], later: Iterable[Iterable[Change]]) -> tuple[Line, ...]:
    """What stands of lines that were stated, after the changes that were stated since, in order."""
    found = {_meaning(one): one for one in stated}
    for changed in later:
        for change in changed:
            found.pop(_meaning(change.line), None)
            found |= {} if change.is_out else {_meaning(change.line): change.line}
    return tuple(sorted(found.values()))


def _meaning(line: Line) -> tuple[object, ...]:
    """What a line says. On which days its first and last one lie makes no difference to anybody."""
    return (line.key, line.count, line.divisor, line.due)
