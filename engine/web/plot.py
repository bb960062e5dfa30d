"""Plots: a field of numbers through the days of its rows, as a small line for the eye. The table has them all.

Numbers in, places in a drawing out. All lines of a page have one size, so that they are compared as they are seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.service.cases.rows import Curve
from engine.source.words import said_day

WIDTH, HEIGHT = 240, 80
EDGE = 6  # so that a mark at the rim is drawn whole


@dataclass(frozen=True)
class Mark:
    """A value in the drawing, `x` to the right and `y` downwards, and what it says."""

    x: float
    y: float
    said: str


@dataclass(frozen=True)
class Plot:
    """A line through the values of one field. `told` says in words how it goes, for who sees no drawing."""

    title: str
    marks: tuple[Mark, ...]
    told: str

    @property
    def line(self) -> str:
        """The line, as SVG writes it."""
        return " ".join(f"{mark.x},{mark.y}" for mark in self.marks)


def plot(curve: Curve) -> Plot:
    """Draw a field: from its least value at the bottom to its greatest at the top, days to the right."""
    points = curve.points
    days = [point.day.toordinal() for point in points]
    values = [point.value for point in points]
    least, most = min(points, key=lambda one: one.value), max(points, key=lambda one: one.value)
    marks = tuple(
        Mark(
            _place(day, days[0], days[-1], WIDTH),
            HEIGHT - _place(point.value, min(values), max(values), HEIGHT),
            f"{said_day(point.day)}: {point.said}",
        )
        for point, day in zip(points, days, strict=True)
    )
    first, last = points[0], points[-1]
    told = f"{first.said} on {said_day(first.day)}, {last.said} on {said_day(last.day)}"
    between = f"; between {least.said} and {most.said}" if len(points) > 2 else ""
    return Plot(curve.title, marks, f"{told}{between}.")


def _place(value: float, least: float, most: float, room: int) -> float:
    """Where a value lies between the least and the most; in the middle where there is nothing between them."""
    share = (value - least) / (most - least) if most > least else 0.5
    return round(EDGE + share * (room - 2 * EDGE), 1)


__all__ = ["Mark", "Plot", "plot"]
