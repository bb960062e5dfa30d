"""Routes of links: the cases that a case is linked with, linking it and removing a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from engine.api.asking import Engined, Expected, Key, Reader, Text, Whole, Writer
from engine.api.cases import CaseNumber, told
from engine.api.problem import responses
from engine.service import Case, as_data
from engine.service.cases.linked import Linked

router = APIRouter(prefix="/cases", tags=["cases"])
Entry = Annotated[Whole, Path(ge=1, le=2**31 - 1, description="The number of the entry that made the link.")]


@dataclass
class Linking:
    """The name of a link of the process, and the number of the other case."""

    link: Text
    case: Annotated[Whole, Field(ge=1, le=2**31 - 1)]


@dataclass
class Removal:
    """Why a link is removed."""

    reason: Text


@router.get("/{number}/links", response_model=list[Linked], responses=responses(404))
def see_links(engine: Engined, reader: Reader, number: CaseNumber) -> Any:
    """The cases that a case is linked with, as far as you may see them."""
    return as_data(engine.linked(number, reader))


@router.post("/{number}/links", response_model=Case, responses=responses(404, 409, 412))
def link(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    linking: Linking,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Link a case with another one that you may see."""
    said = (linking.link, linking.case)
    return told(engine, engine.link(number, *said, writer, expected_version=expected, idempotency_key=key), response)


@router.post("/{number}/links/{entry}/removal", response_model=Case, responses=responses(404, 409, 412))
def unlink(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    entry: Entry,
    removal: Removal,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Remove a link from both cases."""
    result = engine.unlink(number, entry, removal.reason, writer, expected_version=expected, idempotency_key=key)
    return told(engine, result, response)
