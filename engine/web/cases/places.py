"""Places: taken, held, free, who waits and since when; the weeks ahead as a chart, and as its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from engine.service.lists.places import WEEKS, PlaceFigures
from engine.web.page import show
from engine.web.visitor import CaseVisiting, NotFound

router = APIRouter()
WIDTH, HEIGHT, LEFT, BOTTOM = 720, 240, 40, 30


@dataclass(frozen=True)
class Bar:
    """One week of the chart, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float
    label: str
    taken: int


def bars_of(figures: PlaceFigures, today: date) -> list[Bar]:
    """The bars of the weeks ahead."""
    most = max(figures.capacity, *figures.by_week, 1)
    step = (WIDTH - LEFT) / WEEKS
    found = []
    for week, taken in enumerate(figures.by_week):
        height = (HEIGHT - BOTTOM - 10) * taken / most
        day = today + timedelta(weeks=week)
        left = LEFT + week * step + 4
        found.append(Bar(left, HEIGHT - BOTTOM - height, step - 8, height, f"{day.day} {day:%b}", taken))
    return found


def line_of(figures: PlaceFigures) -> float:
    """How high the line of all places stands."""
    most = max(figures.capacity, *figures.by_week, 1)
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 10) * figures.capacity / most


@router.get("/places")
def places(request: Request, visitor: CaseVisiting) -> Response:
    """The places of every process that the visitor oversees."""
    if not visitor.oversees:
        raise NotFound
    now = visitor.engine.clock.now()
    found = []
    for process in visitor.oversees:
        figures = visitor.engine.places.figures(process, visitor.actor)
        today = process.today(now)
        found.append((process, [(one, bars_of(one, today), line_of(one)) for one in figures]))
    return show(request, "places.html", processes=found, width=WIDTH, height=HEIGHT, left=LEFT, bottom=BOTTOM)
