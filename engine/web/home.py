"""Home: what waits for whoever has signed in, and what moved since they were here before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from engine.service.finding import CasesWanted, Finder, TasksWanted
from engine.web.page import show
from engine.web.visitor import Visiting, Visitor

router = APIRouter()
MANY = 100
FEW = 10
WEEK = timedelta(days=7)


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
        return show(request, "home_without_cases.html")
    engine, actor, roles = visitor.engine, visitor.actor, visitor.person.roles
    now = engine.clock.now()
    with engine.finder() as finder:
        overdue = finder.tasks(TasksWanted(roles=roles, overdue=True), actor, FEW, "")
        week = finder.tasks(TasksWanted(roles=roles, due_from=now, due_before=now + WEEK), actor, FEW, "")
        wanted = CasesWanted(moved_after=visitor.session.visit, sort="-since")
        moved = finder.cases(wanted, actor, FEW, "")
        counts = _counts(finder, visitor)
    drafts = engine.desk.drafts(actor)
    named = [(one.case, one.label) for one in (*overdue.items, *week.items)]
    visitor.note_named([*named, *((one.id, one.label) for one in moved.items)], "first page")
    return show(
        request,
        "home.html",
        counts=counts,
        visit=visitor.session.visit,
        overdue=overdue.items,
        week=week.items,
        moved=moved.items,
        drafts=drafts,
    )


def _counts(finder: Finder, visitor: Visitor) -> list[Count]:
    actor, roles, now = visitor.actor, visitor.person.roles, visitor.engine.clock.now()
    most = MANY + 1
    late = finder.count_tasks(TasksWanted(roles=roles, overdue=True), actor, most)
    week = finder.count_tasks(TasksWanted(roles=roles, due_from=now, due_before=now + WEEK), actor, most)
    mine = finder.count_tasks(TasksWanted(person=visitor.person.login), actor, most)
    return [
        Count("tasks are overdue", late, "/tasks?show=overdue", late > 0),
        Count("tasks are due within a week", week, "/tasks?show=week"),
        Count("tasks are given to me", mine, "/tasks?show=mine"),
        Count("cases are open", finder.count_cases(CasesWanted(open_only=True), actor, most), "/cases?status=open"),
    ]
