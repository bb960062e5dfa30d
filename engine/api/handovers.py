"""Routes of handovers: the open tasks of somebody, handing them on, and what somebody took over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from engine.api.asking import Day, Engined, Reader, Text, Whole, Writer
from engine.api.cases import After, Limit
from engine.api.house import Administrating, administering
from engine.api.problem import Refused, problem, responses
from engine.case.command import Actor
from engine.service import as_data
from engine.service.people.faults import BadPerson
from engine.service.people.handovers import Handover
from engine.service.people.summaries import Summary
from engine.source import name

router = APIRouter(tags=["tasks"])
# As many are left out by name at once; whoever wants to keep more hands on the others in turn.
MOST_LEFT_OUT = 1000
Login = Annotated[str, Path(max_length=name.LONGEST, description="The login of a person.")]


def _giving(writer: Writer) -> Actor:
    return administering(writer)


Giving = Annotated[Actor, Depends(_giving)]


@dataclass
class LeftOut:
    """A task that stays with whom it is with."""

    case: Annotated[Whole, Field(ge=1, le=2**31 - 1)]
    task: Text


@dataclass
class HandingOn:
    """To whom tasks go, by login; empty: back to their roles."""

    to: Text = ""
    without: Annotated[list[LeftOut], Field(max_length=MOST_LEFT_OUT)] = field(default_factory=list)


@router.get("/people/{login}/tasks", response_model=Summary, responses=responses(404))
def held(engine: Engined, by: Administrating, login: Login, limit: Limit = 50, after: After = "") -> Any:
    """A page of the cases in which somebody has open tasks: what would be handed on. For administrators; `unseen`
    counts the tasks in cases that are not for you.
    """
    return as_data(engine.summaries.held(engine.people.person(login).login, by, limit, after))


# Without a key: asked again it finds nothing that is left to hand on.
@router.post("/people/{login}/handover", response_model=Handover, responses=responses(404))
def hand_on(engine: Engined, by: Giving, login: Login, handing: HandingOn) -> Any:
    """Hand all open tasks of a person on, but for those that are left out. What could not be is told, and stays. For
    administrators.
    """
    person, without = engine.people.person(login).login, [(one.case, one.task) for one in handing.without]
    try:
        to = engine.people.person(handing.to).login if handing.to else None
        return as_data(engine.hand_on(person, to, by, without=without))
    except BadPerson as bad:
        raise Refused(problem(422, "form", str(bad), fields={"to": str(bad)})) from None


@router.get("/tasks/handed-over", response_model=Summary, responses=responses())
def taken_over(
    engine: Engined,
    reader: Reader,
    person: Annotated[str, Query(max_length=name.LONGEST)] = "",
    was_with: Annotated[str, Query(max_length=name.LONGEST)] = "",
    since: Day | None = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of the cases in which somebody (you, if left out) has open tasks that were with somebody else before, each
    in short, as you may see them. `was_with`: only what was with this person; `since`: given on this day or later.
    """
    return as_data(engine.summaries.taken_over(person or reader.stands_for, reader, was_with, since, limit, after))
