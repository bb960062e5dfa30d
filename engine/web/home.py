"""Home: what waits for whoever has signed in, and what moved since they were here before."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from engine.service.lists.finder import CasesWanted, Finder
from engine.service.people.beginning import FirstStep
from engine.source.words import noun
from engine.web.cases.tasks import wanted
from engine.web.page import show
from engine.web.visitor import Visiting, Visitor

router = APIRouter()
# Counting costs as much as is counted: no first page pays for a crowd.
MANY = 100
FEW = 10


@dataclass(frozen=True)
class Count:
    """How many there are of something, and the list that they stand in."""

    text: str
    count: int
    href: str
    late: bool = False

    @property
    def shown(self) -> str:
        """The number as people read it."""
        return f"more than {MANY}" if self.count > MANY else str(self.count)


@router.get("/")
def home(request: Request, visitor: Visiting) -> Response:
    """The first page."""
    if not visitor.sees_cases:
        return show(request, "home_without_cases.html", steps=_steps(visitor))
    engine, actor = visitor.engine, visitor.actor
    with engine.finder("first page") as finder:
        overdue = finder.tasks(wanted(visitor, "overdue"), actor, FEW, "")
        week = finder.tasks(wanted(visitor, "week"), actor, FEW, "")
        moved = finder.cases(CasesWanted(moved_after=visitor.session.visit, sort="-since"), actor, FEW, "")
        counts = _counts(finder, visitor)
    drafts = engine.desk.drafts(actor)
    return show(
        request,
        "home.html",
        counts=counts,
        visit=visitor.session.visit,
        overdue=overdue.items,
        week=week.items,
        moved=moved.items,
        drafts=drafts[:FEW] if visitor.opens else drafts,
        more_drafts=max(0, len(drafts) - FEW) if visitor.opens else 0,
        steps=_steps(visitor),
    )


def _steps(visitor: Visitor) -> list[FirstStep]:
    """What is left to do before the first case, for who can do it."""
    return visitor.engine.first_steps() if visitor.administers else []


def _counts(finder: Finder, visitor: Visitor) -> list[Count]:
    most = MANY + 1

    def tasks(text: str, what: str) -> Count:
        count = finder.count_tasks(wanted(visitor, what), visitor.actor, most)
        said = noun(count, f"task is {text}", f"tasks are {text}")
        return Count(said, count, f"/tasks?show={what}", late=what in ("overdue", "stranded") and count > 0)

    open_cases = finder.count_cases(CasesWanted(open_only=True), visitor.actor, most)
    stranded = tasks("stranded: given to people who can do them no more", "stranded")
    return [
        *([stranded] if stranded.count else []),
        tasks("overdue", "overdue"),
        tasks("due within a week", "week"),
        tasks("given to me", "mine"),
        Count(noun(open_cases, "case is open", "cases are open"), open_cases, "/cases?status=open"),
    ]
