"""Board: open cases in columns by state, with how long they have been there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from engine.process.definition import State
from engine.service import Case
from engine.service.lists.finder import CasesWanted
from engine.web.page import show
from engine.web.visitor import CaseVisiting, NotFound

router = APIRouter()
MOST = 200
IN_LANE = 20


@dataclass(frozen=True)
class Lane:
    """The cases in one state, the longest there at the top. `more`: there are others."""

    state: State
    cases: list[Case]
    more: bool


@router.get("/board")
def board(request: Request, visitor: CaseVisiting, process: str = "") -> Response:
    """The board of a process."""
    known = {one.name: one for one in visitor.takes_part}
    if process and process not in known:
        raise NotFound
    if not known:
        return show(request, "board.html", processes=[], process=None, lanes=[])
    chosen = known[process] if process else next(iter(known.values()))
    wanted = CasesWanted(process=chosen.name, open_only=True, sort="since")
    with visitor.engine.finder("board") as finder:
        page = finder.cases(wanted, visitor.actor, MOST, "")
    by_state: dict[str, list[Case]] = {}
    for case in page.items:
        by_state.setdefault(case.state, []).append(case)
    lanes = [
        Lane(state, by_state.get(state.name, [])[:IN_LANE], len(by_state.get(state.name, [])) > IN_LANE)
        for state in chosen.leaves()
        if not state.final
    ]
    values: dict[str, Any] = {
        "processes": list(known.values()),
        "process": chosen,
        "lanes": lanes,
        "more": bool(page.next),
    }
    return show(request, "board.html", **values)
