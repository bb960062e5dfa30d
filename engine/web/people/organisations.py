"""Organisations: whose people see their own cases, and the area they lie in; kept by administrators."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from engine.service import BadPerson
from engine.service.people.people import ChangedPerson
from engine.web.forms.forms import Question
from engine.web.page import go, show
from engine.web.visitor import Administrating, SentBy, Visitor, Whole

router = APIRouter()


def _areas(visitor: Visitor) -> list[tuple[str, str]]:
    """The areas that the processes know."""
    found: dict[str, str] = {}
    for process in visitor.processes:
        if process.area:
            found |= process.fields[process.area].choices
    return list(found.items())


def _questions(visitor: Visitor, name: str = "", area: str = "", error: str = "") -> list[Question]:
    areas = _areas(visitor)
    return [
        Question("name", "Name", "text", required=True, value=name, error=error),
        Question("area", "Area", "choice" if areas else "text", required=False, choices=areas, value=area),
    ]


@router.get("/organisations")
def organisations(request: Request, visitor: Administrating, kept: Whole = 0) -> Response:
    """All organisations, and the form of a new one."""
    return _list(request, visitor, _questions(visitor), done="The organisation is kept." if kept else "")


def _list(
    request: Request,
    visitor: Visitor,
    questions: list[Question],
    status: int = 200,
    done: str = "",
    problem: str = "",
    typed: tuple[str, str] = ("", ""),
) -> Response:
    """The page; `typed`: the organisation whose area was not kept, and what was chosen for it."""
    people: dict[str, int] = {}
    for one in visitor.engine.people.everybody():
        if one.organisation and one.active:
            people[one.organisation] = people.get(one.organisation, 0) + 1
    values: dict[str, Any] = {"areas": dict(_areas(visitor)), "people": people, "questions": questions, "done": done}
    values |= {"problem": problem, "typed": dict([typed])}
    return show(request, "organisations.html", status, organisations=visitor.engine.people.organisations(), **values)


@router.post("/organisations")
def keep(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Keep a new organisation, or give one another area."""
    name, area, known = posted.text("name"), posted.text("area"), posted.text("known")
    try:
        if known:
            visitor.engine.people.change_organisation(known, area, posted.number("version"))
        else:
            visitor.engine.people.add_organisation(name, area)
    except ChangedPerson as bad:
        now = next(one.area for one in visitor.engine.people.organisations() if one.name == known)
        # Somebody else chose the same: then it is as it was asked for.
        if now != area:
            kept = dict(_areas(visitor)).get(now, now) or "none"
            problem = f"{bad} The area that is kept now is {kept}; what you chose stands in its row."
            return _list(request, visitor, _questions(visitor), 409, problem=problem, typed=(known, area))
    except BadPerson as bad:
        if known:
            return _list(request, visitor, _questions(visitor), 422, problem=str(bad), typed=(known, area))
        return _list(request, visitor, _questions(visitor, name, area, str(bad)), 422)
    return go("/organisations?kept=1")
