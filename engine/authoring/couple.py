"""Couples: two cases side by side in one scenario, and which of those that a walk comes to make one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.case.snapshot import Snapshot
from engine.process.definition import Process

HOLDER = "holder"
"""How the other case is called that gives a place back."""
_MOST_GIVERS = 3


@dataclass(frozen=True)
class Spot:
    """Where a walk has come to, at an instant (aware), and the scenario that leads there."""

    case: Snapshot
    now: datetime
    scenario: Mapping[str, Any]


@dataclass
class Queues:
    """Of each place, in the order of the walk: spots where a case waits for it, and where one just gave it back."""

    waiting: dict[str, list[Spot]] = field(default_factory=dict)
    given: dict[str, list[Spot]] = field(default_factory=dict)
    tried: Counter[str] = field(default_factory=Counter)

    def met(self, before: Spot | None, after: Spot) -> list[tuple[str, Spot, Spot]]:
        """The pairs that a new spot makes: a place, who waits for it, and who gives it back."""
        if "others" in after.scenario:
            return []
        if after.case.waiting:
            place = after.case.waiting["place"]
            self.waiting.setdefault(place, []).append(after)
            return [(place, after, giver) for giver in self.given.get(place, ())]
        lost = set(before.case.held.values()) - set(after.case.held.values()) if before else set[str]()
        return [pair for place in sorted(lost) for pair in self._given(place, after)]

    def _given(self, place: str, giver: Spot) -> list[tuple[str, Spot, Spot]]:
        known = self.given.setdefault(place, [])
        if "capacity" in giver.scenario or len(known) == _MOST_GIVERS:
            return []
        known.append(giver)
        return [(place, one, giver) for one in self.waiting.get(place, ())]


def another(process: Process, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """The same scenario with answers of its own for what only one open case may have."""
    claimed = {name for claim in process.unique for name in claim.fields}

    def own(part: dict[str, Any], key: str) -> dict[str, Any]:
        told = part.get(key, {})
        others = {name: _other(process, name, told[name]) for name in told if name in claimed}
        return {**part, key: told | others} if others else part

    steps = [own(step, "with") for step in scenario.get("steps", ())]
    return {**scenario, "start": own(scenario["start"], "data"), "steps": steps}


def _other(process: Process, name: str, value: Any) -> Any:
    """Another answer to a field; the same where there is no other."""
    field = process.fields[name]
    if field.type == "choice":
        return next((one for one in field.choices if one != value), value)
    if field.type == "date":
        return (date.fromisoformat(value) + timedelta(days=1 if field.latest is None else -1)).isoformat()
    if field.type == "integer":
        return value + 1 if field.max is None or value < field.max else value - 1
    return f"{value} 2" if field.type == "text" else value


def together(mine: Mapping[str, Any], other: Mapping[str, Any], capacity: Mapping[str, int]) -> dict[str, Any]:
    """A scenario and that of another case side by side, up to the last step of the other one, which comes last."""
    *before, last = [{"case": HOLDER, **step} for step in other["steps"]]
    # Of what happens at one moment the other case does its own first: it holds the place.
    both = sorted([*timed(before), *timed(mine.get("steps", ()))], key=lambda one: one[0])
    return {
        "start": mine["start"], "capacity": dict(capacity), "others": {HOLDER: other["start"]},
        "steps": [*(step for _, step in both), last],
    }  # fmt: skip


def timed(steps: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each step with the moment to which time has passed by then; empty: that of the start."""
    now = ""
    for step in steps:
        now = step.get("until", now)
        yield now, step
