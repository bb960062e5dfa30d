"""Routes of deputies: who acts for whom, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from engine.api.asking import Day, Engined, Reader, Text, Whole, Writer
from engine.api.cases import After, Limit
from engine.api.problem import Refused, problem, responses
from engine.service import as_data
from engine.service.people.deputies import BadDeputy, Deputy
from engine.source.name import LONGEST

router = APIRouter(prefix="/deputies", tags=["house"])
Number = Annotated[Whole, Path(ge=1, le=2**31 - 1, description="The number of the deputy.")]


@dataclass
class DeputyPage:
    """Some of many deputies: `next` begins the following page, and is empty on the last one."""

    items: list[Deputy]
    next: str


@dataclass
class Naming:
    """Who acts (a login) from the first day to the last, both included; for `person`, you where it is left out."""

    deputy: Text
    first: Day
    last: Day
    person: Text = ""


@router.get("", response_model=DeputyPage, responses=responses(403, 404))
def find_deputies(
    engine: Engined,
    reader: Reader,
    person: Annotated[str, Query(max_length=LONGEST)] = "",
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of who acts for you and for whom you act, the latest first. `person`: of somebody else, for
    administrators.
    """
    return as_data(engine.deputies.page(person or reader.name, reader, limit=limit, after=after))


# Without a key: said twice it is said once.
@router.post("", response_model=Deputy, responses=responses(403, 404))
def name_deputy(engine: Engined, writer: Writer, naming: Naming) -> Any:
    """Let somebody act for you, or, as an administrator, for another person. Said twice it is said once."""
    try:
        return as_data(
            engine.deputies.appoint(naming.person or writer.name, naming.deputy, naming.first, naming.last, by=writer)
        )
    except BadDeputy as bad:
        raise Refused(problem(422, "form", str(bad), fields={bad.field: str(bad)})) from None


@router.post("/{number}/end", response_model=Deputy, responses=responses(403, 404))
def end_deputy(engine: Engined, writer: Writer, number: Number) -> Any:
    """Let it end at once, or never begin. Asked twice it is done once."""
    return as_data(engine.deputies.take_back(number, by=writer))
