"""Board: open cases in columns by state, with how long they have been there; and on a diagram, how many are where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from engine.authoring.diagram.chart import Shown
from engine.authoring.diagram.links import titles_for
from engine.process.definition import Process
from engine.running.beside import DRAWINGS, beside
from engine.service import Case
from engine.web.page import show
from engine.web.processes import caseload_values, drawn
from engine.web.visitor import CaseVisiting, NotFound, Visitor

router = APIRouter()
# As many as a screen shows; the lane says how many there are in all, and leads to them.
IN_LANE = 20


@dataclass(frozen=True)
class Lane:
    """The cases in one state, the longest there at the top. `count`: how many there are in all."""

    name: str
    title: str
    count: int
    cases: list[Case]


@router.get("/board")
def board(request: Request, visitor: CaseVisiting, process: str = "") -> Response:
    """The board of a process."""
    known, chosen = _chosen(visitor, process)
    if chosen is None:
        return show(request, "board.html", processes=[], process=None, lanes=[])
    with visitor.engine.finder("board") as finder:
        found = finder.lanes(chosen, visitor.actor, IN_LANE)
    lanes = [Lane(state, title, *found.get(state, (0, []))) for state, title in _states(chosen, found)]
    return show(request, "board.html", processes=known, process=chosen, lanes=lanes)


@router.get("/board/diagram")
def diagram(request: Request, visitor: CaseVisiting, process: str = "") -> Response:
    """The diagram of a process with how many cases are where."""
    known, chosen = _chosen(visitor, process)
    values = caseload_values(visitor, chosen) if chosen else {}
    return show(request, "board_diagram.html", processes=known, process=chosen, **values)


@router.get("/board/diagram.svg")
@beside(DRAWINGS)
def picture(visitor: CaseVisiting, process: str = "") -> Response:
    """The same as a picture."""
    _, chosen = _chosen(visitor, process)
    if chosen is None:
        raise NotFound
    return drawn(visitor, chosen, Shown(cases=True, titles=titles_for(chosen, visitor.takes_part)))


def _chosen(visitor: Visitor, process: str) -> tuple[list[Process], Process | None]:
    """The processes in which somebody takes part, and the one that is asked for, or the first."""
    known = {one.name: one for one in visitor.takes_part}
    if process and process not in known:
        raise NotFound
    return list(known.values()), known[process] if process else next(iter(known.values()), None)


def _states(process: Process, found: Iterable[str]) -> list[tuple[str, str]]:
    """The states that have a lane: those of the version in force, and those in which cases of others still are."""
    states = {one.name: one.title for one in process.leaves() if not one.final}
    return [*states.items(), *((name, _readable(name)) for name in sorted(set(found) - states.keys()))]


def _readable(name: str) -> str:
    return f"{name.rpartition('.')[2].replace('_', ' ').capitalize()} (earlier version)"
