"""Caseload: the list of cases: searched, filtered, sorted, with chosen columns, and kept as views.

Filters, order and columns stand in the address. What is searched for does not, for it may be a name: a search is
posted, and so are its further pages and its exports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response

from engine.case.refusal import Refusal
from engine.service import Case, UnknownProcess, UnknownState
from engine.service.lists.finder import CasesWanted
from engine.web.page import go, query, show
from engine.web.visitor import CaseVisiting, Posted, SentBy, Visitor

router = APIRouter()
PAGE = 25
LONGEST_SEARCH = 200
SORTS = {
    "-id": "Newest first",
    "id": "Oldest first",
    "label": "Name",
    "organisation": "Organisation",
    "next_due": "Next task due",
    "since": "Longest in their state",
    "-since": "Latest move",
}
STATUSES = {"open": "Open", "ended": "Ended", "": "All"}


def _due(case: Case) -> datetime | None:
    return case.next_task.date if case.next_task else None


COLUMNS: dict[str, tuple[str, Callable[[Case], Any]]] = {
    "number": ("Number", lambda case: case.id),
    "name": ("Name", lambda case: case.label),
    "state": ("State", lambda case: case.outcome or case.state_title),
    "owner": ("Waits for", lambda case: case.owner_title),
    "organisation": ("Organisation", lambda case: case.organisation or ""),
    "opened": ("Opened", lambda case: case.opened),
    "since": ("In state since", lambda case: case.since),
    "due": ("Next task due", _due),
    "tasks": ("Open tasks", lambda case: ", ".join(task.title for task in case.tasks)),
}
USUAL = ["number", "name", "state", "organisation", "since", "due"]


@dataclass(frozen=True)
class Look:
    """How somebody looks at the caseload: everything of it but the search stands in the address."""

    process: str = ""
    state: str = ""
    organisation: str = ""
    owner: str = ""
    status: str = "open"
    overdue: bool = False
    moved: bool = False
    sort: str = "-id"
    columns: tuple[str, ...] = ()
    after: str = ""
    search: str = ""

    @property
    def shown(self) -> list[str]:
        """The columns that are shown, in their usual order."""
        chosen = [name for name in COLUMNS if name in self.columns]
        return chosen or USUAL

    @property
    def values(self) -> dict[str, Any]:
        """The same as it stands in an address."""
        return {
            "process": self.process,
            "state": self.state,
            "organisation": self.organisation,
            "owner": self.owner,
            "status": {"open": "", "": "all"}.get(self.status, self.status),
            "overdue": "yes" if self.overdue else "",
            "moved": "yes" if self.moved else "",
            "sort": self.sort if self.sort != "-id" else "",
            "show": list(self.columns),
        }

    def wanted(self, visitor: Visitor) -> CasesWanted:
        """The cases that are asked for."""
        return CasesWanted(
            process=self.process,
            state=self.state,
            owner=self.owner,
            organisation=self.organisation or None,
            overdue=self.overdue,
            open_only=self.status == "open",
            ended_only=self.status == "ended",
            search=self.search,
            sort=self.sort,
            moved_after=visitor.session.visit if self.moved else None,
        )


Text = Annotated[str, Query(max_length=200)]


def look_of(
    process: Text = "",
    state: Text = "",
    organisation: Text = "",
    owner: Text = "",
    status: Text = "open",
    overdue: Text = "",
    moved: Text = "",
    sort: Text = "-id",
    show: Annotated[list[str] | None, Query(max_length=20)] = None,
    after: Annotated[str, Query(max_length=8000)] = "",
) -> Look:
    """The look that an address asks for; what it cannot be is as if it were not said."""
    known = tuple(name for name in show or () if name in COLUMNS)
    how = (sort if sort in SORTS else "-id", known, after)
    return Look(
        process,
        state,
        organisation,
        owner,
        "" if status == "all" else status if status in STATUSES else "open",
        bool(overdue),
        bool(moved),
        *how,
    )


def looking(request: Request) -> Look:
    return _look(request.query_params.items(), request.query_params.getlist("show"))


def _look(given: Iterable[tuple[str, str]], columns: list[str]) -> Look:
    known = {name: value for name, value in given if name in _NAMES}
    return look_of(**known, show=columns)


def posted_look(posted: Posted) -> Look:
    """The look that a posted search asks for."""
    without = posted.text("without", 20)
    given = [(name, posted.text(name)) for name in _NAMES if name != without and posted.text(name)]
    search = "" if without == "search" else posted.text("search", LONGEST_SEARCH).strip()
    return replace(_look(given, posted.texts("show")), search=search)


_NAMES = ("process", "state", "organisation", "owner", "status", "overdue", "moved", "sort", "after")


@router.get("/cases")
def caseload(request: Request, visitor: CaseVisiting) -> Response:
    """A page of the caseload."""
    return _list(request, visitor, looking(request))


@router.post("/cases")
def search(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """The cases that a search finds. Where nothing is searched for, the filters go into the address."""
    look = posted_look(posted)
    if not look.search:
        found = query(look.values)
        return go(f"/cases?{found}" if found else "/cases")
    return _list(request, visitor, look, leads=bool(posted.text("led", 5)))


def _found(look: Look, cases: tuple[Case, ...], *, more: bool) -> Case | None:
    """The one case that a search means: that of this number, or the only one that there is."""
    by_number = next((one for one in cases if str(one.id) == look.search), None)
    return by_number or (cases[0] if len(cases) == 1 and not more and not look.after else None)


def _list(
    request: Request,
    visitor: Visitor,
    look: Look,
    status: int = 200,
    problem: str = "",
    view_title: str = "",
    *,
    leads: bool = False,
) -> Response:
    engine, states, unknown = visitor.engine, states_of(visitor), ""
    items: tuple[Case, ...] = ()
    following = ""
    try:
        with engine.finder("list of cases") as finder:
            page = finder.cases(look.wanted(visitor), visitor.actor, PAGE, look.after)
        items, following = page.items, page.next
        if leads and (found := _found(look, items, more=bool(following))):
            return go(f"/cases/{found.id}")
    except (UnknownProcess, UnknownState) as error:
        unknown = str(error.args[0])
    return show(
        request,
        "caseload.html",
        status,
        look=look,
        chosen=_chosen(visitor, look, states),
        cases=items,
        columns=[(name, *COLUMNS[name]) for name in look.shown],
        all_columns=[(name, title) for name, (title, _) in COLUMNS.items()],
        sorts=list(SORTS.items()),
        statuses=[(name or "all", title) for name, title in STATUSES.items()],
        states=states,
        next_href=f"/cases?{query(look.values, after=following)}" if following and not look.search else "",
        following=following,
        here=query(look.values),
        views=engine.desk.views(visitor.actor),
        problem=problem or unknown,
        view_title=view_title,
    )


def _chosen(visitor: Visitor, look: Look, states: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The filters that are at work, in words, each with the name by which it is taken away."""
    titles = {one.name: one.title for one in visitor.takes_part}
    roles = {name: role.title for one in visitor.takes_part for name, role in one.roles.items()}
    said = {
        "search": look.search and f"Found by: {look.search}",
        "process": titles.get(look.process, look.process),
        "state": dict(states).get(look.state, look.state),
        "owner": look.owner and f"Waits for: {roles.get(look.owner, look.owner)}",
        "organisation": look.organisation,
        "status": "" if look.status == "open" else f"Status: {STATUSES[look.status]}",
        "overdue": "Overdue only" if look.overdue else "",
        "moved": "Moved since your last visit" if look.moved else "",
    }
    return [(name, text) for name, text in said.items() if text]


def states_of(visitor: Visitor) -> list[tuple[str, str]]:
    """Every state that a case can be in, for filters."""
    found: dict[str, str] = {}
    for process in visitor.takes_part:
        for state in process.states.values():
            found.setdefault(state.name, state.title)
    return list(found.items())


@router.post("/cases/views")
def save_view(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """Keep how the list is looked at now."""
    here, title = posted.text("query", 2000), posted.text("title")
    refusal = visitor.engine.desk.save_view(title, here, visitor.actor)
    if isinstance(refusal, Refusal):
        looked = parse_qsl(here)
        look = _look(looked, [value for name, value in looked if name == "show"])
        return _list(request, visitor, look, 422, refusal.message, title)
    return go(f"/cases?{here}")


@router.post("/cases/views/remove")
def remove_view(visitor: CaseVisiting, posted: SentBy) -> Response:
    """Forget a view."""
    number = posted.number("view")
    if number is not None:
        visitor.engine.desk.remove_view(number, visitor.actor)
    return go("/cases")
