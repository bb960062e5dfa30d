"""Diagram: a process drawn as Mermaid, DOT or SVG text. Values in, text out.

States that hold others become frames; an event that may happen anywhere is one arrow from a node of
its own, and a full house one arrow to where cases wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from engine.authoring.drawing import draw, draw_beside
from engine.process.definition import ANYWHERE, Process, State
from engine.process.paths import AUTOMATIC, Path, paths_of

START = "*begins"
EVERYWHERE = "*anywhere"
_TITLES = {START: "A case begins", EVERYWHERE: "From anywhere"}


@dataclass(frozen=True)
class Arrow:
    """A way from one state to another; `labels` are the events that take it.

    `back`: it leads to wherever the case was in the target, which rested.
    """

    source: str
    target: str
    labels: tuple[str, ...]
    back: bool = False


def arrows(process: Process) -> list[Arrow]:
    """Every way between states, those between the same two states as one."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for source, target, label, back in _ways(process):
        labels = found.setdefault((source, target, back), [])
        if label and label not in labels:
            labels.append(label)
    return [Arrow(source, target, tuple(labels), back) for (source, target, back), labels in found.items()]


def _ways(process: Process) -> Iterator[tuple[str, str, str, bool]]:
    paths = paths_of(process)
    for name in process.initial:
        yield START, process.leaf(name), "", False
    for state in process.states.values():
        for event in state.events.values():
            yield from _targets(state.name, paths.written_in(state.name, event.name), event.title)
        yield from _targets(state.name, paths.written_in(state.name, AUTOMATIC), "by itself")
    for event in process.events.values():
        yield from _targets(EVERYWHERE, paths.written_in(ANYWHERE, event.name), event.title)


def _targets(source: str, paths: Iterable[Path], label: str) -> Iterator[tuple[str, str, str, bool]]:
    """Where an event leads that is written in `source`, from whichever state inside."""
    for path in paths:
        if path.to:
            yield source, path.back or path.to, label, bool(path.back)
        for waiting in path.waits.values():
            # To wait on where it waits already is no way.
            if waiting.to != source:
                yield source, waiting.to, f"{label}, no place free", False


def mermaid(process: Process) -> str:
    """A Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    direction LR"]
    for state in process.states.values():
        if not state.parent:
            lines += _mermaid_state(process, state, "    ")
    used = {end for arrow in arrows(process) for end in (arrow.source, arrow.target)}
    if EVERYWHERE in used:
        lines.append(f'    state "{_TITLES[EVERYWHERE]}" as anywhere')
    for arrow in arrows(process):
        # Mermaid has no dashed arrows between states: it is said instead.
        said = " / ".join(arrow.labels) + (" (back)" if arrow.back else "")
        label = f": {_mermaid_text(said)}" if said else ""
        lines.append(f"    {_mermaid_id(arrow.source)} --> {_mermaid_id(arrow.target)}{label}")
    lines += [f"    {_mermaid_id(state.name)} --> [*]" for state in process.leaves() if state.final]
    return "\n".join(lines) + "\n"


def _mermaid_state(process: Process, state: State, indent: str) -> list[str]:
    head = f'{indent}state "{_mermaid_text(state.title)}" as {_mermaid_id(state.name)}'
    if not state.children:
        return [head]
    inside = [
        line for name in state.children for line in _mermaid_state(process, process.states[name], indent + "    ")
    ]
    return [head + " {", *inside, indent + "}"]


def _mermaid_id(name: str) -> str:
    # Mermaid takes no dots in ids.
    return {START: "[*]", EVERYWHERE: "anywhere"}.get(name, name.replace(".", "__"))


# These would end the text of a label; Mermaid has codes for them.
_MERMAID = str.maketrans({"#": "#35;", '"': "#quot;", ":": "#58;", ";": "#59;", "{": "#123;", "}": "#125;"})


def _mermaid_text(text: str) -> str:
    return " ".join(text.translate(_MERMAID).split())


def dot(process: Process) -> str:
    """A DOT graph, for Graphviz."""
    # compound: else an arrow could not end at a frame.
    lines = [f"digraph {_quoted(process.name)} {{", "  rankdir=LR; compound=true;"]
    lines += ['  node [shape=box, style=rounded, fontname="Helvetica"]; edge [fontname="Helvetica", fontsize=10];']
    for state in process.states.values():
        if not state.parent:
            lines += _dot_state(process, state, "  ")
    lines += [f"  {_quoted(name)} [label={_quoted(title)}, shape=plaintext];" for name, title in _nodes(process)]
    lines += [_dot_arrow(process, arrow) for arrow in arrows(process)]
    return "\n".join([*lines, "}"]) + "\n"


def _nodes(process: Process) -> list[tuple[str, str]]:
    used = {arrow.source for arrow in arrows(process)}
    return [(name, title) for name, title in _TITLES.items() if name in used]


def _dot_state(process: Process, state: State, indent: str) -> list[str]:
    if not state.children:
        shape = ", peripheries=2" if state.final else ""
        return [f"{indent}{_quoted(state.name)} [label={_quoted(state.title)}{shape}];"]
    inside = [line for name in state.children for line in _dot_state(process, process.states[name], indent + "  ")]
    head = f"{indent}subgraph {_quoted('cluster_' + state.name)} {{"
    return [head, f"{indent}  label={_quoted(state.title)};", *inside, indent + "}"]


def _dot_arrow(process: Process, arrow: Arrow) -> str:
    options = [f"label={_quoted(chr(10).join(arrow.labels))}"] if arrow.labels else []
    source = arrow.source
    if source in process.states and process.states[source].children:
        # Graphviz draws arrows between nodes only: from one inside, cut off at the edge of the frame.
        options.append(f"ltail={_quoted('cluster_' + source)}")
        source = process.leaf(source)
    target = process.leaf(arrow.target)
    if target != arrow.target:
        options.append(f"lhead={_quoted('cluster_' + arrow.target)}")
    options += ["style=dashed"] if arrow.back else []
    return f"  {_quoted(source)} -> {_quoted(target)}" + (f" [{', '.join(options)}];" if options else ";")


def _quoted(text: str) -> str:
    # The backslash first: those that are put before the other signs must not be doubled again.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def svg(process: Process, seconds: float | None = None, work: float | None = None) -> str:
    """A drawing, laid out here: no program of the system is needed. With `seconds`, in a process of its own.

    `work` is how many seconds that process may calculate, on however busy a machine.

    Raises:
        NotDrawn: it was not drawn in so many seconds, or at all.
    """
    import graphlay

    graph = graphlay.Graph()
    frames: dict[str, int] = {}
    for name, title in _nodes(process):
        graph.node(name, width=_width(title), height=32, shape="ellipse", label=title)
    for state in process.states.values():
        around: dict[str, Any] = {"parent": frames[state.parent]} if state.parent else {}
        width = _width(state.title) + (12 if state.final else 0)
        frames[state.name] = graph.node(state.name, width=width, height=44, label=state.title, **around)
    drawn = arrows(process)
    for arrow in drawn:
        graph.edge(arrow.source, arrow.target, label_size=_label_size(arrow))
    ends = [False] * len(_nodes(process)) + [state.final for state in process.states.values()]
    asked, dashed = graph.to_dict(), [arrow.back for arrow in drawn]
    # In a process of its own where somebody waits for it: only that can be stopped half-way.
    if seconds is None:
        drawing, anchors = draw(asked, ends, dashed)
    else:
        drawing, anchors = draw_beside(asked, ends, seconds, work, dashed)
    return _with_labels(drawing, anchors, drawn)


def listing(process: Process) -> str:
    """The states and where their events lead, line by line, as a picture: for what takes too long to be drawn."""
    titles = _TITLES | {state.name: state.title for state in process.states.values()}
    lines = ["This process has too many ways between its states to be drawn in time. Here they are, one by one.", ""]
    for arrow in arrows(process):
        labels = f" ({', '.join(arrow.labels)})" if arrow.labels else ""
        back = ", to where the case was there" if arrow.back else ""
        lines.append(f"{titles[arrow.source]} → {titles[arrow.target]}{back}{labels}")
    rows = "".join(f'<text x="10" y="{20 + 18 * row}">{escape(line)}</text>' for row, line in enumerate(lines))
    width, height = 20 + 8 * max(map(len, lines)), 30 + 18 * len(lines)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'{head} font-family="Arial, Helvetica, sans-serif" font-size="14">{rows}</svg>'


def _with_labels(drawing: str, anchors: list[Any], drawn: list[Arrow]) -> str:
    """The names of events, each at the place that the layout kept free for it."""
    texts = []
    for anchor, arrow in zip(anchors, drawn, strict=True):
        if not anchor:
            continue
        top = anchor["y"] - 13 * (len(arrow.labels) - 1) / 2
        for line, label in enumerate(arrow.labels):
            place = f'x="{anchor["x"]:.1f}" y="{top + 13 * line:.1f}"'
            texts.append(f"<text {place} {_LETTERS}>{escape(label)}</text>")
    head, end, tail = drawing.rpartition("</svg>")
    return head + "".join(texts) + end + tail


# A white edge around the letters, drawn beneath them: a label must be read where arrows cross it.
_LETTERS = (
    'font-family="Arial, Helvetica, sans-serif" font-size="11" fill="#1d2533" text-anchor="middle" '
    'dy="0.35em" stroke="#ffffff" stroke-width="3" paint-order="stroke"'
)


# Fonts are the reader's and cannot be measured here: these are widths that their letters do not go beyond on average.
def _width(title: str) -> int:
    return max(90, 8 * len(title) + 24)


def _label_size(arrow: Arrow) -> list[int]:
    return [int(6.2 * max((len(label) for label in arrow.labels), default=0)), 14 * len(arrow.labels)]


FORMATS: dict[str, Callable[[Process], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}
