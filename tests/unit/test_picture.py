"""Picture: every label lies in its own arrow, and no label, state or other arrow lies upon it, however many there are.

What is measured is the drawing itself: the boxes, and the lines bend by bend.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

import pytest

from engine.authoring.diagram.chart import PLAIN, TITLES, Shown, chart_of
from engine.authoring.diagram.picture import WIDEST, svg
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.service.processes.texts import process_of_text
from tests.unit.test_chart import CROOKED

SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


@dataclass
class Box:
    """A box of a drawing; `name` is that of the arrow whose label it is, empty for a state."""

    left: float
    top: float
    width: float
    height: float
    name: str = ""

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        across = self.left < other.left + other.width and other.left < self.left + self.width
        return across and self.top < other.top + other.height and other.top < self.top + self.height

    def is_crossed(self, start: Point, end: Point) -> bool:
        """Whether a straight line, level or upright, leads through the inside."""
        (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
        across = left < self.left + self.width - 0.5 and right > self.left + 0.5
        return across and top < self.top + self.height - 0.5 and bottom > self.top + 0.5

    def distance(self, point: Point) -> float:
        """How far a point lies outside of it."""
        across = max(self.left - point[0], 0, point[0] - self.left - self.width)
        return max(across, self.top - point[1], point[1] - self.top - self.height)


@dataclass
class Drawn:
    """What was found in a drawing."""

    states: list[Box] = field(default_factory=list)
    labels: list[Box] = field(default_factory=list)
    arrows: list[tuple[str, list[Point]]] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What lies upon something else, or away from its own."""
        boxes = sorted(self.states + self.labels, key=lambda box: box.top)
        found = []
        for count, box in enumerate(boxes):
            below = itertools.takewhile(lambda one, end=box.top + box.height: one.top < end, boxes[count + 1 :])
            found += [f"{box} on {one}" for one in below if box.overlaps(one)]
        for name, points in self.arrows:
            (left, top), (right, bottom) = _corners(points)
            near = (box for box in boxes if box.top < bottom and box.top + box.height > top and box.name != name)
            others = [box for box in near if box.left < right and box.left + box.width > left]
            steps = list(itertools.pairwise(points))
            found += [f"{name} through {box}" for box in others for step in steps if box.is_crossed(*step)]
        for label in self.labels:
            own = [points for name, points in self.arrows if name == label.name]
            ends = [min(label.distance(points[0]), label.distance(points[-1])) for points in own]
            found += [f"{label} has {len(own)} lines"] if len(own) != 2 else []
            found += [f"{label} away from its arrow"] if max(ends) > 10 else []  # an arrowhead is so long
        return found


def _corners(points: list[Point]) -> tuple[Point, Point]:
    across, down = [one[0] for one in points], [one[1] for one in points]
    return (min(across), min(down)), (max(across), max(down))


def measured(drawing: str) -> Drawn:
    """The boxes and lines of a drawing."""
    found = Drawn()
    for group in ElementTree.fromstring(drawing).iter(f"{SVG}g"):
        looks = group.get("class", "").split()
        if not looks or looks[0] in {"frame", "oval"}:
            continue
        rect, path = group.find(f"{SVG}rect"), group.find(f"{SVG}path")
        if rect is not None:
            box = Box(*(float(rect.get(name, "")) for name in ("x", "y", "width", "height")), *looks[1:])
            (found.labels if looks[0] == "label" else found.states).append(box)
        elif path is not None:
            found.arrows.append((looks[0], _points(path.get("d", ""))))
    return found


def _points(path: str) -> list[Point]:
    """The ends and bends of a line: the middle of each rounded bend, and the end of each hop over another line."""
    found: list[Point] = []
    for kind, said in re.findall(r"([MLQA])([^MLQA]*)", path):
        numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", said)]
        found.append((numbers[0], numbers[1]) if kind == "Q" else (numbers[-2], numbers[-1]))
        if kind == "Q":
            found.append((numbers[2], numbers[3]))
    return found


HEAD = """process: big
version: "1"
title: Big
effective_from: 2023-01-01
timezone: Europe/London
initial: s0
roles: {clerk: {title: Clerk}}
fields: {weight: {title: Weight in kilograms, type: number}}
tasks: {look: {title: Look at what came, role: clerk, due: 1 week}}
open: {by: [clerk], form: {weight: optional}}
states:
"""


@functools.cache
def made(states: int) -> Process:
    """A process of so many states: each leads on, some back, some ahead on a condition, each fifth lies in a frame."""
    lines = [HEAD]
    for number in range(states - 1):
        inside = number % 10 > 6
        if number % 10 == 7:
            lines.append(f"  f{number}:\n    title: Frame {number}\n    states:\n")
        indent = "      " if inside else "  "
        lines.append(f"{indent}s{number}:\n{indent}  title: State {number}\n{indent}  owner: clerk\n")
        lines.append(f"{indent}  deadline: {{within: 2 weeks, raise: look}}\n{indent}  events:\n")
        for event, to in (("on", number + 1), ("ahead", number + 2 + number * 7 % 5), ("back", number * 3 // 4)):
            if (event == "ahead" and number % 3) or (event == "back" and number % 4):
                continue
            way = f"alternatives: [{{when: weight > {number}.0, to: {_name(min(to, states - 1), states)}}}]"
            lines.append(f"{indent}    {event}{number}: {{title: Go {event} from {number}, by: [clerk], {way}}}\n")
    return load_process(
        "".join([*lines, f"  s{states - 1}: {{title: End, final: true}}\n"]), "big.yaml", lambda _: None
    ).process


def _name(number: int, states: int) -> str:
    return f"f{number - number % 10 + 7}.s{number}" if number % 10 > 6 and number < states - 1 else f"s{number}"


ALL = Shown(times=True, conditions=True, cases=True)


@pytest.mark.parametrize(
    ("of", "shown"),
    [*itertools.product(["referral", "loan", 20, 100], [PLAIN, ALL]), (300, ALL)],
    ids=lambda one: "all" if one is ALL else "plain" if one is PLAIN else str(one),
)
def test_each_label_lies_in_its_own_arrow_and_nothing_else_upon_it(
    referral: Process, loan: Process, of: str | int, shown: Shown
) -> None:
    process = {"referral": referral, "loan": loan}.get(str(of)) or made(int(of))
    drawn = measured(svg(process, shown=shown))
    chart = chart_of(process, shown)
    assert len(drawn.labels) == sum(bool(arrow.labels) for arrow in chart.arrows)
    assert len(drawn.states) == sum(node.name not in TITLES for node in chart.nodes)  # of a frame its heading
    assert len(drawn.arrows) == sum(2 if arrow.labels else 1 for arrow in chart.arrows)
    assert drawn.faults() == []


def test_titles_stay_inside_the_picture_and_its_words_say_all_of_it() -> None:
    process = process_of_text(CROOKED, "crooked.yaml", None).process
    root = ElementTree.fromstring(svg(process))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Crooked, version 1"
    assert (
        root.findtext(f"{SVG}desc")
        == 'A case begins → One: "{first}"; <b> # 1. One: "{first}"; <b> # 1 → Two (Go; Run)'
    )


def test_letters_take_the_room_that_was_kept_for_them_whatever_the_font(loan: Process) -> None:
    texts = list(ElementTree.fromstring(svg(loan, shown=ALL)).iter(f"{SVG}text"))
    assert len(texts) > 40
    assert {one.get("lengthAdjust") for one in texts} == {"spacingAndGlyphs"}
    assert all(float(one.get("textLength", "0")) <= WIDEST + 12 for one in texts)


def test_much_that_is_said_of_one_event_is_cut_off_and_counted(referral: Process) -> None:
    root = ElementTree.fromstring(svg(referral, shown=ALL))
    texts = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert any(one.startswith("… and ") for one in texts)
    assert "The key stage says which place is needed." in (root.findtext(f"{SVG}desc") or "")
