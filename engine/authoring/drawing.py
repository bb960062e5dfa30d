"""Drawing: boxes and arrows laid out and drawn. It knows nothing of processes, and of this program.

It runs as a program of its own as well, which reads what is to be drawn from standard input: laying out many boxes
takes seconds in which nothing else of the same process would get on, and only a process can be stopped half-way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from typing import Any

OPTIONS: dict[str, Any] = {
    "direction": "leftright",
    "labels": {"reservation": "always"},
    "spacing": {"node_gap": 26.0},
}
# The finest layout takes a time that grows fast with the arrows: 25 s for 400 boxes with 3 arrows each. With these
# the same takes less than a second, and more room.
MANY_ARROWS = 120
_FASTER: dict[str, Any] = {"effort": "fast", "tuning": {"coords": {"simplex_max_nodes": 1}}}


# How long it takes hangs more on how far the arrows lead than on how many there are: those of 400 boxes with four
# each take two seconds where they lead to boxes near by (10,000), and forty where they lead anywhere (170,000).
FARTHEST = 20_000


class NotDrawn(Exception):
    """It was not drawn: there was too little time, or it is too much for one drawing."""


def reach(graph: dict[str, Any]) -> int:
    """How many boxes all arrows together lead past, where boxes stand in the order in which arrows come to them."""
    after: dict[int, list[int]] = {}
    for edge in graph["edges"]:
        after.setdefault(edge["source"], []).append(edge["target"])
    place: dict[int, int] = {}
    for first in range(len(graph["nodes"])):
        if first not in place:
            place[first] = len(place)
            queue = deque([first])
            while queue:
                for target in after.get(queue.popleft(), ()):
                    if target not in place:
                        place[target] = len(place)
                        queue.append(target)
    return sum(abs(place[edge["source"]] - place[edge["target"]]) for edge in graph["edges"])


def draw(graph: dict[str, Any], ends: list[bool]) -> tuple[str, list[Any]]:
    """The drawing as SVG, and where each arrow has room for its label. `ends`: which boxes are drawn heavier."""
    import graphlay

    options = OPTIONS | (_FASTER if len(graph["edges"]) > MANY_ARROWS else {})
    layout = graphlay.layout(graph, preset="process_map", options=options)
    drawing = graphlay.render_scene(_scene(layout, ends))
    return str(drawing), [edge["label_anchor"] for edge in layout.edges]


def draw_beside(graph: dict[str, Any], ends: list[bool], seconds: float) -> tuple[str, list[Any]]:
    """The same in a process of its own, which is stopped after so many seconds.

    Raises:
        NotDrawn: it was stopped, or failed, or is too much to be begun.
    """
    if reach(graph) > FARTHEST:
        raise NotDrawn
    asked = json.dumps({"graph": graph, "ends": ends})
    try:
        # -I: nothing of the folder that somebody works in is loaded.
        done = subprocess.run(  # noqa: S603  this very file
            [sys.executable, "-I", __file__], input=asked, capture_output=True, text=True, timeout=seconds, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise NotDrawn from None
    drawing, anchors = json.loads(done.stdout)
    return drawing, anchors


def _scene(layout: Any, ends: list[bool]) -> dict[str, Any]:
    """The plain drawing, with ends drawn heavier. Nodes are known by where they lie: frames come first."""
    scene: dict[str, Any] = layout.sketch_scene()
    final = {_corner(node) for node, is_end in zip(layout.nodes, ends, strict=True) if is_end}
    for node in scene["nodes"]:
        if (round(node["rect"]["x"]), round(node["rect"]["y"])) in final:
            node["stroke"]["width"], node["fill"] = 3.2, "#eef1f5"
    return scene


def _corner(node: Any) -> tuple[int, int]:
    center, size = node["center"], node["size"]
    return round(center["x"] - size["width"] / 2), round(center["y"] - size["height"] / 2)


if __name__ == "__main__":
    json.dump(draw(**json.load(sys.stdin)), sys.stdout)
