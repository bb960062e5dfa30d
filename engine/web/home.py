"""Home: what waits for whoever has signed in, and what moved since they were here before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from engine.service.lists.finder import CasesWanted, Finder
from engine.service.people.beginning import FirstStep
from engine.source.words import noun
from engine.web.cases.tasks import wanted
from engine.web.page import show
from engine.web.visitor import Visiting, Visitor

router = APIRouter()
# The database stops counting there: for those who see thousands, a number on the first page would cost as much as
# reading all of them.
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
    engine, actor = visitor.engine, visitor.actor
    # Also of who sees no case any more: what they began is theirs to discard.
    drafts, begun = engine.desk.draft_page(actor, FEW)
    yours: dict[str, Any] = {"drafts": drafts.items, "more_drafts": begun - len(drafts.items)}
    if not visitor.sees_cases:
        troubles = _troubles(visitor)
        return show(request, "home_without_cases.html", steps=_steps(visitor), troubles=troubles, **yours)
    with engine.finder("first page") as finder:
        overdue = finder.tasks(wanted(visitor, "overdue"), actor, FEW, "")
        week = finder.tasks(wanted(visitor, "week"), actor, FEW, "")
        moved = finder.cases(CasesWanted(moved_after=visitor.session.visit, sort="-since"), actor, FEW, "")
        counts = _counts(finder, visitor)
    return show(
        request,
        "home.html",
        counts=counts,
        visit=visitor.session.visit,
        overdue=overdue.items,
        week=week.items,
        moved=moved.items,
        **yours,
        steps=_steps(visitor),
        troubles=_troubles(visitor),
    )


def _steps(visitor: Visitor) -> list[FirstStep]:
    """What is left to do before the first case, for who can do it."""
    return visitor.engine.first_steps() if visitor.administers else []


def _troubles(visitor: Visitor) -> list[tuple[str, str, str]]:
    """What is to be mended, for who keeps the house: a sentence, and the page where that is done."""
    if not visitor.administers:
        return []
    paused, folder = visitor.engine.outbox.paused(), visitor.engine.documents.trouble()
    said = "This site was restored from a backup, and nothing is sent until somebody has looked at what waits."
    return [
        *([(said, "/outbox", "Look at the outbox")] if paused else []),
        *([(folder.said, "", "")] if folder else []),
        *((one.said, "/processes", "Publish its next years") for one in visitor.engine.endings.now()),
    ]


def _counts(finder: Finder, visitor: Visitor) -> list[Count]:
    most = MANY + 1

    def tasks(text: str, what: str) -> Count:
        count = finder.count_tasks(wanted(visitor, what), visitor.actor, most)
        said = noun(count, f"task is {text}", f"tasks are {text}")
        return Count(said, count, f"/tasks?show={what}", late=what in ("overdue", "stranded") and count > 0)

    retained = [_due_for_erasure(visitor)] if visitor.retains else []
    open_cases = finder.count_cases(CasesWanted(open_only=True), visitor.actor, most)
    stranded = tasks("stranded: given to people who can do them no more", "stranded")
    return [
        *([stranded] if stranded.count else []),
        tasks("overdue", "overdue"),
        tasks("due within a week", "week"),
        tasks("given to me", "mine"),
        Count(noun(open_cases, "case is open", "cases are open"), open_cases, "/cases?status=open"),
        *retained,
    ]


def _due_for_erasure(visitor: Visitor) -> Count:
    count = visitor.engine.retention.count_due(visitor.actor, MANY + 1)
    return Count(noun(count, "case is due for erasure", "cases are due for erasure"), count, "/retention")
