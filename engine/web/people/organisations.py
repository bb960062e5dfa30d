"""Organisations: whose people see their own cases, their area, and where they take part; kept by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from engine.service import BadPerson, Organisation
from engine.service.people.faults import ChangedPerson
from engine.service.people.people import LONGEST_NAME
from engine.web.forms.forms import Question
from engine.web.page import go, query, show
from engine.web.visitor import Administrating, SentBy, Visitor, Whole

router = APIRouter()
# Organisations on one page, each with a form of its own.
PAGE = 100
# Organisations that no process offers that are named at the top.
NAMED = 20


def _areas(visitor: Visitor) -> list[tuple[str, str]]:
    """The areas that the processes know."""
    found: dict[str, str] = {}
    for process in visitor.processes:
        if process.area:
            found |= process.fields[process.area].choices
    return list(found.items())


def _chosen(visitor: Visitor) -> list[tuple[str, str]]:
    """The processes to choose from; none where there is no choice."""
    return [(one.name, one.title) for one in visitor.processes] if len(visitor.processes) > 1 else []


def _questions(
    visitor: Visitor, name: str = "", area: str = "", processes: Sequence[str] = (), error: str = ""
) -> list[Question]:
    areas, several = _areas(visitor), _chosen(visitor)
    hint = "Its name is offered there. Without one: in the only process that knows its area."
    asked = Question(
        "processes", "Processes", "choices", required=False, choices=several, value=list(processes), hint=hint
    )
    return [
        Question("name", "Name", "text", required=True, value=name, error=error),
        Question("area", "Area", "choice" if areas else "text", required=False, choices=areas, value=area),
        *([asked] if several else []),
    ]


@router.get("/organisations")
def organisations(
    request: Request,
    visitor: Administrating,
    kept: Whole = 0,
    search: Annotated[str, Query(max_length=LONGEST_NAME)] = "",
    after: Annotated[str, Query(max_length=8000)] = "",
) -> Response:
    """A page of organisations, of all or of those that a search finds, and the form of a new one."""
    done = "The organisation is kept." if kept else ""
    return _list(request, visitor, _questions(visitor), done=done, search=search, after=after)


def _list(
    request: Request,
    visitor: Visitor,
    questions: list[Question],
    status: int = 200,
    done: str = "",
    search: str = "",
    after: str = "",
    **more: Any,
) -> Response:
    page = visitor.engine.directory.organisations(search=search, limit=PAGE, after=after)
    values: dict[str, Any] = {"questions": questions, "done": done, "search": search, "after": after}
    values |= {"next_href": f"/organisations?{_place(search, page.next)}" if page.next else ""}
    return _show(request, visitor, page.items, status, **values, **more)


def _show(request: Request, visitor: Visitor, found: Sequence[Organisation], status: int, **values: Any) -> Response:
    people = visitor.engine.directory.active_in(one.name for one in found)
    values |= {"areas": dict(_areas(visitor)), "processes": _chosen(visitor)}
    # Told only where there is a choice.
    if values["processes"]:
        nowhere = visitor.engine.unoffered(NAMED + 1)
        values |= {"nowhere": nowhere[:NAMED], "others": len(nowhere) > NAMED}
        partnerships = visitor.engine.partnerships(one.name for one in found)
        values["untold"] = [name for name, of in partnerships.items() if not of]
    return show(request, "organisations.html", status, organisations=found, people=people, **values)


def _place(search: str, after: str, kept: str = "") -> str:
    return query({"kept": kept, "search": search, "after": after})


@router.post("/organisations")
def keep(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Keep a new organisation, or give one another area and other processes."""
    name, area, known = posted.text("name"), posted.text("area"), posted.text("known")
    chosen = sorted(posted.texts("processes"))
    try:
        if known:
            visitor.engine.people.change_organisation(
                known, area, posted.number("version"), chosen if _chosen(visitor) else None, by=visitor.actor
            )
        else:
            visitor.engine.people.add_organisation(name, area, chosen, by=visitor.actor)
    except ChangedPerson as bad:
        now = visitor.engine.directory.organisation(known)
        # Somebody else chose the same: then it is as it was asked for.
        if now.area != area or (_chosen(visitor) and list(now.processes) != chosen):
            problem = f"{bad} {_kept(visitor, now)}; what you chose stands in its row."
            return _again(request, visitor, 409, problem, known, (area, chosen))
    except BadPerson as bad:
        if known:
            return _again(request, visitor, 422, str(bad), known, (area, chosen))
        return _list(request, visitor, _questions(visitor, name, area, chosen, str(bad)), 422)
    return go(f"/organisations?{_place(posted.text('search'), posted.text('after', 8000), '1')}")


def _kept(visitor: Visitor, now: Organisation) -> str:
    """What somebody else kept, as the second editor is told it."""
    area = dict(_areas(visitor)).get(now.area, now.area) or "none"
    titles = [title for name, title in _chosen(visitor) if name in now.processes]
    processes = f", its processes {', '.join(titles) or 'none'}" if _chosen(visitor) else ""
    return f"The area that is kept now is {area}{processes}"


def _again(
    request: Request, visitor: Visitor, status: int, problem: str, known: str, typed: tuple[str, list[str]]
) -> Response:
    """The row of the organisation whose change was not kept, alone, with the area and the processes chosen for it."""
    try:
        found = [visitor.engine.directory.organisation(known)]
    except BadPerson:
        return _list(request, visitor, _questions(visitor), status, problem=problem)
    values: dict[str, Any] = {"questions": _questions(visitor), "problem": problem, "typed": {known: typed}}
    return _show(request, visitor, found, status, alone=True, **values)
