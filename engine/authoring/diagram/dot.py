"""DOT: a chart as a graph for Graphviz. Pure."""

from __future__ import annotations

from engine.authoring.diagram import counts
from engine.authoring.diagram.chart import PLAIN, TITLES, Arrow, Chart, Node, Shown, chart_of
from engine.case.caseload import Caseload
from engine.process.definition import Process


def dot(process: Process, shown: Shown = PLAIN, caseload: Caseload | None = None) -> str:
    """A DOT graph, for Graphviz; where cases are shown, with the numbers of a caseload."""
    chart = chart_of(process, shown)
    # compound: else an arrow could not end at a frame.
    lines = [f"digraph {_quoted(process.name)} {{", "  rankdir=LR; compound=true;"]
    lines += ['  node [shape=box, style=rounded, fontname="Helvetica"]; edge [fontname="Helvetica", fontsize=10];']
    lines += [line for node in chart.nodes if not node.parent for line in _node(chart, node, "  ")]
    lines += [_arrow(process, arrow) for arrow in chart.arrows]
    apart = counts.elsewhere(caseload) if caseload else ""
    lines += [f"  {_quoted('*elsewhere')} [label={_quoted(apart)}, shape=plaintext];"] if apart else []
    text = "\n".join([*lines, "}"]) + "\n"
    return counts.in_text(text, process, caseload) if caseload else text


def _node(chart: Chart, node: Node, indent: str) -> list[str]:
    label = _quoted("\n".join([node.title, *(remark.text for remark in node.remarks)]))
    if not node.is_frame:
        shape = (
            ", shape=plaintext"
            if node.name in TITLES
            else ", style=dashed"
            if node.linked
            else ", peripheries=2"
            if node.final
            else ""
        )
        return [f"{indent}{_quoted(node.name)} [label={label}{shape}];"]
    inside = [line for one in chart.nodes if one.parent == node.name for line in _node(chart, one, indent + "  ")]
    return [
        f"{indent}subgraph {_quoted('cluster_' + node.name)} {{",
        f"{indent}  label={label};",
        *inside,
        indent + "}",
    ]


def _arrow(process: Process, arrow: Arrow) -> str:
    said = [
        line for label in arrow.labels for line in (label, *(remark.text for remark in arrow.remarks.get(label, ())))
    ]
    options = [f"label={_quoted(chr(10).join(said))}"] if said else []
    source = arrow.source
    if source in process.states and process.states[source].children:
        # Graphviz draws arrows between nodes only: from one inside, cut off at the edge of the frame.
        options.append(f"ltail={_quoted('cluster_' + source)}")
        source = process.leaf(source)
    target = arrow.target if arrow.linked else process.leaf(arrow.target)
    if target != arrow.target:
        options.append(f"lhead={_quoted('cluster_' + arrow.target)}")
    options += ["style=dashed"] if arrow.back or arrow.linked else []
    return f"  {_quoted(source)} -> {_quoted(target)}" + (f" [{', '.join(options)}];" if options else ";")


def _quoted(text: str) -> str:
    # The backslash first: those that are put before the other signs must not be doubled again.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
