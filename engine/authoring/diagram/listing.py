"""Listing: what a diagram says, told line by line: for who sees no picture, and where none can be drawn. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from engine.authoring.diagram.chart import PLAIN, Arrow, Chart, Remark, Shown, chart_of
from engine.authoring.diagram.drawing import FAMILY
from engine.process.definition import Process

BACK = ", to where the case was there"
LINKED = ", a linked case"
TOO_MUCH = "This process has too many ways between its states to be drawn in time. Here they are, one by one."


@dataclass(frozen=True)
class Row:
    """A state, or one event of a way between states, and what stands by it. `to` is empty for a state itself."""

    title: str
    to: str
    event: str
    said: tuple[str, ...]


def table(chart: Chart) -> list[Row]:
    """All that a diagram shows: each state that says something, with the ways that lead away from it behind it."""
    leaving: dict[str, list[Arrow]] = {}
    for arrow in chart.arrows:
        leaving.setdefault(arrow.source, []).append(arrow)
    found = []
    for node in chart.nodes:
        found += [Row(node.title, "", "", _texts(node.remarks))] if node.remarks else []
        for arrow in leaving.get(node.name, ()):
            to = f"{chart.titles[arrow.target]}{_how(arrow)}"
            events = arrow.labels or ("",)
            found += [Row(node.title, to, event, _texts(arrow.remarks.get(event, ()))) for event in events]
    return found


def _texts(remarks: Iterable[Remark]) -> tuple[str, ...]:
    return tuple(remark.text for remark in remarks)


def told(chart: Chart) -> list[str]:
    """The states of which something is said, and every way, each on a line of its own."""
    states = [f"{node.title}: {_said(node.remarks)}" for node in chart.nodes if node.remarks]
    return [*states, *(way(chart, arrow) for arrow in chart.arrows)]


def way(chart: Chart, arrow: Arrow) -> str:
    """One arrow, with everything that is said of it."""
    labels = "; ".join(
        label + (f" [{said}]" if (said := _said(arrow.remarks[label])) else "") for label in arrow.labels
    )
    return f"{chart.titles[arrow.source]} → {chart.titles[arrow.target]}{_how(arrow)}" + (
        f" ({labels})" if labels else ""
    )


def _how(arrow: Arrow) -> str:
    return BACK if arrow.back else LINKED if arrow.linked else ""


def _said(remarks: Iterable[Remark]) -> str:
    return "; ".join(remark.text for remark in remarks)


def listing(process: Process, shown: Shown = PLAIN) -> str:
    """The same as a picture, for what takes too long to be drawn."""
    lines = [TOO_MUCH, "", *told(chart_of(process, shown))]
    rows = "".join(f'<text x="10" y="{20 + 18 * row}">{escape(line)}</text>' for row, line in enumerate(lines))
    width, height = 20 + 8 * max(map(len, lines)), 30 + 18 * len(lines)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'{head} font-family="{FAMILY}" font-size="14">{rows}</svg>'
