"""Chart: what there is to draw of a process, in whatever it is drawn: nodes, arrows, what stands by them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.diagram import counts, remarks
from engine.authoring.diagram.links import linked, title_of_linked
from engine.authoring.diagram.ways import EVERYWHERE, START, Way, ways
from engine.process.definition import Process

TITLES = {START: "A case begins", EVERYWHERE: "From anywhere"}


@dataclass(frozen=True)
class Shown:
    """What is shown beside states and events: when something comes, on what it hangs; how many cases are where.

    Hashable: of what is shown is kept what was drawn. `titles`: those of other processes, whose cases are linked with.
    """

    times: bool = False
    conditions: bool = False
    cases: bool = False
    titles: tuple[tuple[str, str], ...] = ()


PLAIN = Shown()


@dataclass(frozen=True)
class Remark:
    """A line by a state or an event: its `kind` is `cases`, `time`, `condition` or `pause`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Node:
    """A state, or where cases come from. `parent`: the state around it, `entered`: the one inside where it begins.

    `linked`: a process, of which other cases are that these are linked with.
    """

    name: str
    title: str
    parent: str = ""
    entered: str = ""
    final: bool = False
    remarks: tuple[Remark, ...] = ()
    linked: bool = False

    @property
    def is_frame(self) -> bool:
        """Whether it holds others."""
        return bool(self.entered)


@dataclass(frozen=True)
class Arrow:
    """A way from one state to another; `labels` are the events that take it, `remarks` what is said of each.

    `back`: it leads to wherever the case was in the target, which rested. `linked`: no case goes there, another one is
    linked or opened.
    """

    source: str
    target: str
    labels: tuple[str, ...]
    back: bool = False
    remarks: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict, compare=False)
    linked: bool = False


@dataclass(frozen=True)
class Chart:
    """A whole process to be drawn."""

    process: Process
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]

    @property
    def titles(self) -> dict[str, str]:
        """The titles of all nodes by their names."""
        return {node.name: node.title for node in self.nodes}


def chart_of(process: Process, shown: Shown = PLAIN) -> Chart:
    """What there is to draw; states in their order, those around others before them."""
    arrows = (*_arrows(process, shown), *_links(process))
    used = {arrow.source for arrow in arrows}
    around = [Node(name, title) for name, title in TITLES.items() if name in used]
    others = [
        Node(name, title_of_linked(process, name, dict(shown.titles)), linked=True)
        for name in dict.fromkeys(arrow.target for arrow in arrows if arrow.linked)
    ]
    return Chart(process, (*around, *_states(process, shown), *others), arrows)


def _links(process: Process) -> list[Arrow]:
    return [
        Arrow(source, target, labels, remarks=dict.fromkeys(labels, ()), linked=True)
        for (source, target), labels in linked(process).items()
    ]


def _states(process: Process, shown: Shown) -> list[Node]:
    found = []
    for state in process.states.values():
        said = [Remark("cases", counts.place(state.name))] if shown.cases else []
        said += (
            [Remark("pause", f"rests meanwhile: {process.title_of('states', state.pauses)}")] if state.pauses else []
        )
        said += (
            [Remark("time", text) for text in remarks.times_of(process, state, guarded=shown.conditions)]
            if shown.times
            else []
        )
        entered = process.leaf(state.name) if state.children else ""
        found.append(Node(state.name, state.title, state.parent, entered, state.final, tuple(said)))
    return found


def _arrows(process: Process, shown: Shown) -> tuple[Arrow, ...]:
    """Every way between states, those between the same two states as one."""
    found: dict[tuple[str, str, bool], dict[str, list[Way]]] = {}
    for way in ways(process):
        labels = found.setdefault((way.source, way.target, way.back), {})
        if way.label:
            labels.setdefault(way.label, []).append(way)
    return tuple(
        Arrow(
            source, target, tuple(labels), back, {label: _remarks(process, shown, of) for label, of in labels.items()}
        )
        for (source, target, back), labels in found.items()
    )


def _remarks(process: Process, shown: Shown, of: list[Way]) -> tuple[Remark, ...]:
    times = (
        [Remark("time", text) for text in remarks.sent_by(process, of, guarded=shown.conditions)] if shown.times else []
    )
    conditions = [Remark("condition", text) for text in remarks.conditions_of(process, of)] if shown.conditions else []
    return (*times, *conditions)


def arrows(process: Process) -> list[Arrow]:
    """The arrows of a process without what may stand by them."""
    return list(_arrows(process, PLAIN))
