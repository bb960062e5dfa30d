"""Mermaid: a chart as the text of a Mermaid state diagram, for documents that draw it themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.authoring.diagram import counts
from engine.authoring.diagram.chart import PLAIN, Arrow, Chart, Node, Remark, Shown, chart_of
from engine.authoring.diagram.ways import EVERYWHERE, START
from engine.case.caseload import Caseload
from engine.process.definition import Process

_IDS = {START: "[*]", EVERYWHERE: "anywhere"}


def mermaid(process: Process, shown: Shown = PLAIN, caseload: Caseload | None = None) -> str:
    """A Mermaid state diagram; where cases are shown, with the numbers of a caseload."""
    chart = chart_of(process, shown)
    lines = ["stateDiagram-v2", "    direction LR"]
    for node in chart.nodes:
        if not node.parent and node.name != START:
            lines += _state(chart, node, "    ")
    lines += [_arrow(arrow) for arrow in chart.arrows]
    lines += [f"    {_id(state.name)} --> [*]" for state in process.leaves() if state.final]
    if caseload is None:
        return "\n".join(lines) + "\n"
    apart = counts.elsewhere(caseload)
    # No state is written with a capital letter.
    lines += [f'    state "{_text(apart)}" as Elsewhere'] if apart else []
    return counts.in_text("\n".join(lines) + "\n", process, caseload)


def _state(chart: Chart, node: Node, indent: str) -> list[str]:
    head = f'{indent}state "{_text(_said(node.title, node.remarks))}" as {_id(node.name)}'
    if not node.is_frame:
        return [head]
    inside = [line for one in chart.nodes if one.parent == node.name for line in _state(chart, one, indent + "    ")]
    return [head + " {", *inside, indent + "}"]


def _arrow(arrow: Arrow) -> str:
    # Mermaid has no dashed arrows between states: it is said instead.
    labels = (_said(label, arrow.remarks.get(label, ())) for label in arrow.labels)
    said = " / ".join(labels) + (" (back)" if arrow.back else " (linked)" if arrow.linked else "")
    return f"    {_id(arrow.source)} --> {_id(arrow.target)}" + (f": {_text(said)}" if said else "")


def _said(title: str, remarks: Iterable[Remark]) -> str:
    """On one line: not every program that draws Mermaid breaks them."""
    said = "; ".join(remark.text for remark in remarks)
    return f"{title} [{said}]" if said else title


def _id(name: str) -> str:
    # Mermaid takes no dots in ids.
    return _IDS.get(name, name.replace(".", "__").replace("*of ", "Of_").replace("-", "_"))


# These would end the text of a label; Mermaid has codes for them.
_CODES = str.maketrans({"#": "#35;", '"': "#quot;", ":": "#58;", ";": "#59;", "{": "#123;", "}": "#125;"})


def _text(text: str) -> str:
    return " ".join(text.translate(_CODES).split())
