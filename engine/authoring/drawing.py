"""Drawing: boxes and arrows laid out and drawn. It knows nothing of processes, and of this program.

It runs as a program of its own as well, which reads what is to be drawn from standard input: laying out many boxes
takes seconds in which nothing else of the same process would get on, and only a process can be stopped half-way.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

OPTIONS: dict[str, Any] = {
    "direction": "leftright",
    "labels": {"reservation": "always"},
    "spacing": {"node_gap": 26.0},
}
# The finest layout takes a time that grows fast with the arrows. What costs most is the search for the fewest arrows
# that lead back: 40 s for 400 boxes with four arrows each to anywhere. Following the flow, and with boxes put in order
# once, the same takes a second and a half, those of 400 boxes near by a tenth of one, and a picture more room.
MANY_ARROWS = 120
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
    "tuning": {"coords": {"simplex_max_nodes": 1}},
}


class NotDrawn(Exception):
    """It was not drawn. `for_good`: it took more work than is spent on a picture, however idle the machine is."""

    def __init__(self, *, for_good: bool = False) -> None:
        super().__init__()
        self.for_good = for_good


def draw(graph: dict[str, Any], ends: list[bool], dashed: Sequence[bool] = ()) -> tuple[str, list[Any]]:
    """The drawing as SVG, and where each arrow has room for its label. `ends`: which boxes are drawn heavier; `dashed`:
    which arrows are.
    """
    import graphlay

    options = OPTIONS | (_FASTER if len(graph["edges"]) > MANY_ARROWS else {})
    layout = graphlay.layout(graph, preset="process_map", options=options)
    drawing = graphlay.render_scene(_scene(layout, ends, dashed))
    return str(drawing), [edge["label_anchor"] for edge in layout.edges]


def draw_beside(
    graph: dict[str, Any],
    ends: list[bool],
    seconds: float,
    work: float | None = None,
    dashed: Sequence[bool] = (),
) -> tuple[str, list[Any]]:
    """The same in a process of its own, which is stopped after so many seconds.

    `work` is how many seconds it may calculate, where a busy machine does not count: what is drawn does not hang on it.

    Raises:
        NotDrawn: it was stopped, or failed.
    """
    asked = json.dumps({"graph": graph, "ends": ends, "dashed": dashed})
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
    drawing, anchors = json.loads(done.stdout)
    return drawing, anchors


def _work_at_most(seconds: float) -> None:
    # Where there is no such clock (Windows), only the time is limited.
    if seconds and hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _scene(layout: Any, ends: list[bool], dashed: Sequence[bool]) -> dict[str, Any]:
    """The plain drawing, with ends drawn heavier and some arrows dashed. Nodes are known by where they lie: frames come
    first.
    """
    scene: dict[str, Any] = layout.sketch_scene()
    final = {_corner(node) for node, is_end in zip(layout.nodes, ends, strict=True) if is_end}
    for node in scene["nodes"]:
        if (round(node["rect"]["x"]), round(node["rect"]["y"])) in final:
            node["stroke"]["width"], node["fill"] = 3.2, "#eef1f5"
    for edge, is_dashed in zip(scene["edges"], dashed, strict=False):
        edge["stroke"]["dash"] = "6 4" if is_dashed else None
    return scene


def _corner(node: Any) -> tuple[int, int]:
    center, size = node["center"], node["size"]
    return round(center["x"] - size["width"] / 2), round(center["y"] - size["height"] / 2)


if __name__ == "__main__":
    _work_at_most(float(sys.argv[1]))
    json.dump(draw(**json.load(sys.stdin)), sys.stdout)
