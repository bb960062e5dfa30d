"""Drawing: boxes and lines laid out and drawn. It knows nothing of processes, and of this program.

It runs as a program of its own as well, which reads what is to be drawn from standard input: laying out many boxes
takes seconds in which nothing else of the same process would get on, and only a process can be stopped half-way.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

OPTIONS: dict[str, Any] = {
    "direction": "topbottom",
    "spacing": {"node_gap": 22.0, "layer_gap": 26.0, "dummy_gap": 16.0, "port_gap": 12.0, "isolated_gap": 24.0},
}
# The finest layout takes a time that grows fast with the lines. What costs most is the search for the fewest of them
# that lead back: 40 s for 400 boxes with four to anywhere each. Following the flow, and with boxes put in order once,
# it takes a second; where there are still more, also with boxes put beside each other once, which makes it wider.
MANY_LINES, TOO_MANY_LINES = 240, 1300
_FASTER: dict[str, Any] = {
    "cycles": {"strategy": "follow_flow"},
    "effort": {
        "custom": {
            "order_seeds": 1,
            "order_sweeps": 1,
            "exhaustive_layer_max": 1,
            "sifting_rounds": 0,
            "pullin_rounds": 0,
            "kick_patience": 0,
        }
    },
    "tuning": {"coords": {"simplex_max_pivots": 200}},
}
_FASTEST = _FASTER | {"tuning": {"coords": {"simplex_max_nodes": 1}}}
FAMILY = "Arial, Helvetica, sans-serif"


@dataclass(frozen=True)
class Line:
    """A line of text and how wide it is drawn, whatever letters the reader has; sizes in px."""

    text: str
    width: float
    size: float
    ink: str
    bold: bool = False

    @property
    def height(self) -> float:
        """How much room it takes, with what is left free above and below."""
        return round(self.size * 1.25, 1)


@dataclass(frozen=True)
class Box:
    """A box with lines of text, inside another one (`parent`, its place among them). `look`: what it looks like."""

    width: float
    height: float
    look: str
    lines: list[Line] = field(default_factory=list)
    parent: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Link:
    """A line from one box to another, by their places among the boxes; with a `head` it ends in an arrow."""

    source: int
    target: int
    look: str = "line"
    name: str = ""
    head: bool = True


class NotDrawn(Exception):
    """It was not drawn. `for_good`: it took more work than is spent on a picture, however idle the machine is."""

    def __init__(self, *, for_good: bool = False) -> None:
        super().__init__()
        self.for_good = for_good


def draw(boxes: list[Box], links: list[Link]) -> str:
    """The drawing as SVG. Boxes, and what belongs to them, carry their names as classes."""
    import graphlay

    graph = {"nodes": [_node(box) for box in boxes], "edges": [_edge(link) for link in links]}
    layout = graphlay.layout(graph, preset="process_map", options=_options(len(links)))
    return str(graphlay.render_scene(_scene(layout, boxes, links)))


def _options(lines: int) -> dict[str, Any]:
    return OPTIONS | (_FASTEST if lines > TOO_MANY_LINES else _FASTER if lines > MANY_LINES else {})


def _node(box: Box) -> dict[str, Any]:
    shape = "ellipse" if box.look == "oval" else "box"
    around = {} if box.parent is None else {"parent": box.parent}
    return {"size": {"width": box.width, "height": box.height}, "shape": shape, "key": "", **around}


def _edge(link: Link) -> dict[str, Any]:
    weight = 0.1 if link.look == "hidden" else 1.0
    return {"source": link.source, "target": link.target, "weight": weight}


def draw_beside(boxes: list[Box], links: list[Link], seconds: float, work: float | None = None) -> str:
    """The same in a process of its own, which is stopped after so many seconds.

    `work` is how many seconds it may calculate, where a busy machine does not count: what is drawn does not hang on it.

    Raises:
        NotDrawn: it was stopped, or failed.
    """
    asked = json.dumps({"boxes": [asdict(box) for box in boxes], "links": [asdict(link) for link in links]})
    # -I: nothing of the folder that somebody works in is loaded.
    command = [sys.executable, "-I", __file__, str(work or 0)]
    try:
        done = subprocess.run(  # noqa: S603  this very file
            command, input=asked, capture_output=True, text=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired:
        raise NotDrawn from None
    except subprocess.CalledProcessError as failed:
        raise NotDrawn(for_good=failed.returncode == -getattr(signal, "SIGPROF", 0)) from None
    return str(json.loads(done.stdout))


def _work_at_most(seconds: float) -> None:
    # Where there is no such clock (Windows), only the time is limited.
    if seconds and hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


_LOOKS: dict[str, tuple[str, str, float]] = {
    "state": ("#ffffff", "#2f3a4d", 1.6),
    "end": ("#eef1f5", "#2f3a4d", 3.2),
    "linked": ("#ffffff", "#505a5f", 1.25),
    "oval": ("#ffffff", "#2f3a4d", 1.6),
    "label": ("#ffffff", "#b1b4b6", 0.8),
    "heading": ("none", "none", 0.0),
    "frame": ("none", "#505a5f", 1.25),
}


def _scene(layout: Any, boxes: list[Box], links: list[Link]) -> dict[str, Any]:
    """The plain drawing with looks and texts. Boxes are known by where they lie: frames come first in it."""
    scene: dict[str, Any] = layout.sketch_scene()
    scene["font"]["family"] = FAMILY
    known = {_corner(node): box for node, box in zip(layout.nodes, boxes, strict=True)}
    for node in scene["nodes"]:
        _dress(node, known[round(node["rect"]["x"], 1), round(node["rect"]["y"], 1)])
    for edge, link in zip(scene["edges"], links, strict=True):
        edge["stroke"] |= {"dash": "6 4" if link.look == "dashed" else None, "width": 1.6}
        edge["attrs"]["class"] = [link.name]
        if not link.head:
            edge["marker_end"] = {"kind": "none"}
    scene["edges"] = [edge for edge, link in zip(scene["edges"], links, strict=True) if link.look != "hidden"]
    return scene


def _dress(node: dict[str, Any], box: Box) -> None:
    node["fill"], node["stroke"]["paint"], node["stroke"]["width"] = _LOOKS[box.look]
    node["attrs"]["class"] = [one for one in (box.look, box.name) if one]
    if box.look == "linked":
        node["stroke"]["dash"] = "6 4"
    if box.look == "label":
        # A line that leads past is let within a pixel of a box: it must not run along the edge of a label.
        node["rect"] |= {"x": node["rect"]["x"] + 1.5, "w": node["rect"]["w"] - 3}
    top = -sum(line.height for line in box.lines) / 2
    node["content"] = []
    for line in box.lines:
        node["content"].append(_text(line, top + line.height / 2))
        top += line.height


def _text(line: Line, middle: float) -> dict[str, Any]:
    # Fonts are the reader's: what was measured here is kept whatever they are.
    kept = [["textLength", f"{line.width:g}"], ["lengthAdjust", "spacingAndGlyphs"]]
    attrs = {"id": None, "class": [], "data": [], "style": None, "extra": kept}
    return {
        "kind": "text",
        "text": line.text,
        "dx": 0.0,
        "dy": middle,
        "size": line.size,
        "weight": 700.0 if line.bold else 400.0,
        "family": None,
        "color": line.ink,
        "anchor": "middle",
        "baseline": "central",
        "wrap": None,
        "halo": None,
        "attrs": attrs,
    }


def _corner(node: Any) -> tuple[float, float]:
    center, size = node["center"], node["size"]
    return round(center["x"] - size["width"] / 2, 1), round(center["y"] - size["height"] / 2, 1)


def _read(asked: dict[str, Any]) -> tuple[list[Box], list[Link]]:
    boxes = [Box(**(box | {"lines": [Line(**line) for line in box["lines"]]})) for box in asked["boxes"]]
    return boxes, [Link(**link) for link in asked["links"]]


if __name__ == "__main__":
    _work_at_most(float(sys.argv[1]))
    json.dump(draw(*_read(json.load(sys.stdin))), sys.stdout)
