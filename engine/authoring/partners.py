"""Partners: the cases with which those of a suggestion are linked: one that goes on, and one for each end. Pure.

They are found by a short walk of the process that a link leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.authoring.couple import Spot, another, timed
from engine.case.links import kept_near
from engine.process.definition import Process
from engine.process.links import LinkKind
from engine.process.logic.guards import guards_of

PARTNER = "linked"
"""How the other case is called."""
MOST_STEPS = 400
"""So many steps are tried for the ends of one process."""
# The number of the other case is another one when the scenario is run: nothing asks for it.
_NUMBER = 0


@dataclass(frozen=True)
class Other:
    """A process that links lead to; `file` is how a scenario names it, empty for the tested one itself."""

    process: Process
    file: str = ""


@dataclass(frozen=True)
class Partner:
    """A case to be linked with, and the process that it follows."""

    other: Other
    spot: Spot

    @property
    def outcome(self) -> str:
        """How it has ended; empty where it goes on."""
        return self.spot.case.outcome

    def kept(self, process: Process, kind: LinkKind) -> Mapping[str, Any]:
        """What a case of `process` keeps of the link with it."""
        return kept_near(process, kind, _NUMBER, self.outcome)

    def beside(self, scenario: Mapping[str, Any]) -> dict[str, Any]:
        """The scenario with this case in it, whose steps come in the order of time."""
        own = another(self.other.process, self.spot.scenario)
        start = {**own["start"], **({"process": self.other.file} if self.other.file else {})}
        steps = [{"case": PARTNER, **step} for step in own.get("steps", ())]
        both = sorted([*timed(steps), *timed(scenario.get("steps", ()))], key=lambda one: one[0])
        return {**scenario, "others": {PARTNER: start}, "steps": [step for _, step in both]}


def links_asked(process: Process) -> list[str]:
    """The links about which conditions of a process ask, and that somebody makes by hand."""
    expressions = [guard.expression for guard in guards_of(process)] + [rule.check for rule in process.rules]
    expressions += [way.when for way in process.every_way() if way.when]
    asked = frozenset[str]().union(*(one.links for one in expressions))
    return sorted(name for name in asked if name in process.links and process.links[name].by != frozenset())


def partners_of(other: Other, spots: Iterator[tuple[Spot, set[str]]]) -> list[Partner]:
    """The first case of a process that goes on, and the first for each of its ends, of those that a walk comes to."""
    found: dict[str, Spot] = {}
    for spot, _ in spots:
        if not {"others", "capacity"} & spot.scenario.keys():
            found.setdefault(spot.case.outcome, spot)
        if found.keys() >= {"", *other.process.outcomes}:
            break
    return [Partner(other, found[outcome]) for outcome in sorted(found)]
