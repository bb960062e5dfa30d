"""Picture: a chart as an SVG drawing, laid out here: no program of the system is needed.

What an event is called is a box of its own in the middle of its arrow. So the layout keeps room for it as for a state,
and no other arrow, label or state can lie upon it.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from engine.authoring.diagram import counts, letters
from engine.authoring.diagram.chart import PLAIN, TITLES, Arrow, Chart, Node, Remark, Shown, chart_of
from engine.authoring.diagram.drawing import Box, Line, Link, draw, draw_beside
from engine.authoring.diagram.listing import told
from engine.process.definition import Process
from engine.source.words import counted

# Sizes in px: of letters, of the longest line, and of the most lines that stand by one event or state.
TITLE, LABEL, REMARK = 13.0, 12.0, 11.0
WIDEST = 190.0
MOST_LINES = 8
_INKS = {"time": "#00553e", "condition": "#5a2f8a", "pause": "#505a5f"}


def svg(process: Process, seconds: float | None = None, work: float | None = None, shown: Shown = PLAIN) -> str:
    """A drawing. With `seconds`, it is made in a process of its own.

    `work` is how many seconds that process may calculate, on however busy a machine.

    Raises:
        NotDrawn: it was not drawn in so many seconds, or at all.
    """
    chart = chart_of(process, shown)
    boxes, links = parts(chart)
    # In a process of its own where somebody waits for it: only that can be stopped half-way.
    drawing = draw(boxes, links) if seconds is None else draw_beside(boxes, links, seconds, work)
    return _told(drawing, chart)


def parts(chart: Chart) -> tuple[list[Box], list[Link]]:
    """The boxes and the lines between them. A label is a box to which a line leads, and from which one goes on."""
    places: dict[str, int] = {}
    boxes: list[Box] = []
    links: list[Link] = []
    for node in chart.nodes:
        places[node.name] = len(boxes)
        boxes.append(_frame(places, node) if node.is_frame else _box(places, node))
    for node in chart.nodes:
        if node.is_frame:
            boxes.append(_heading(places, node))
            # It holds the heading above the first state inside.
            links.append(Link(len(boxes) - 1, places[node.entered], look="hidden"))
    for number, arrow in enumerate(chart.arrows):
        links += _drawn(places, boxes, number, arrow)
    return boxes, links


def _box(places: dict[str, int], node: Node) -> Box:
    lines = [*_lines(node.title, TITLE, "#1d2533", bold=True), *_remarked(node.remarks)]
    look = "oval" if node.name in TITLES else "linked" if node.linked else "end" if node.final else "state"
    return _of_lines(lines, look, places.get(node.parent), least=90)


def _frame(places: dict[str, int], node: Node) -> Box:
    return Box(100, 40, "frame", parent=places.get(node.parent))


def _heading(places: dict[str, int], node: Node) -> Box:
    lines = [*_lines(node.title, TITLE, "#505a5f", bold=True), *_remarked(node.remarks)]
    return _of_lines(lines, "heading", places[node.name])


def _drawn(places: dict[str, int], boxes: list[Box], number: int, arrow: Arrow) -> list[Link]:
    source, target, name = places[arrow.source], places[arrow.target], f"way-{number}"
    look = "dashed" if arrow.back or arrow.linked else "line"
    lines = [line for label in arrow.labels for line in _labelled(label, arrow.remarks[label])]
    if not lines:
        return [Link(source, target, look, name)]
    boxes.append(_of_lines(lines, "label", _shared(boxes, source, target), name=name))
    return [Link(source, len(boxes) - 1, look, name, head=False), Link(len(boxes) - 1, target, look, name)]


def _shared(boxes: list[Box], source: int, target: int) -> int | None:
    """The innermost frame around both ends."""
    around = list(_around(boxes, source))
    return next((one for one in _around(boxes, target) if one in around), None)


def _around(boxes: list[Box], box: int) -> Iterable[int]:
    parent = boxes[box].parent
    while parent is not None:
        yield parent
        parent = boxes[parent].parent


def _labelled(label: str, remarks: Iterable[Remark]) -> list[Line]:
    return [*_lines(label, LABEL, "#1d2533"), *_remarked(remarks)]


def _remarked(remarks: Iterable[Remark]) -> list[Line]:
    """What is said of a state or an event; the beginning of it where that is much."""
    lines = [line for remark in remarks for line in _said(remark)]
    if len(lines) <= MOST_LINES:
        return lines
    more = f"… and {counted(len(lines) - MOST_LINES + 1, 'line')} more"
    return [*lines[: MOST_LINES - 1], *_lines(more, REMARK, "#505a5f")]


def _said(remark: Remark) -> list[Line]:
    if remark.kind != "cases":
        return _lines(remark.text, REMARK, _INKS[remark.kind])
    # The number is filled in later: room is kept for any.
    width = round(1.08 * letters.width(counts.WIDEST, counts.SIZE), 1)
    return [Line(remark.text, width, counts.SIZE, counts.INK, bold=True)]


def _lines(text: str, size: float, ink: str, *, bold: bool = False) -> list[Line]:
    wider = 1.08 if bold else 1.0
    return [
        Line(one, round(wider * letters.width(one, size), 1), size, ink, bold)
        for one in letters.lines(text, wider * size, WIDEST)
    ]


def _of_lines(lines: list[Line], look: str, parent: int | None, *, least: float = 0, name: str = "") -> Box:
    beside, above = (7, 4) if look in {"label", "heading"} else (14, 10)
    width = max(least, 2 * beside + max(line.width for line in lines))
    return Box(round(width), round(2 * above + sum(line.height for line in lines)), look, lines, parent, name)


def _told(drawing: str, chart: Chart) -> str:
    """The drawing with a name and what it says, for who does not see it."""
    title = f"{chart.process.title}, version {chart.process.version}"
    head, end, rest = drawing.partition(">\n<defs>")
    words = f"<title>{escape(title)}</title>\n<desc>{escape('. '.join(told(chart)))}</desc>"
    return f'{head} role="img">\n{words}\n<defs>{rest}' if end else drawing
