"""Routes of warnings: what the person of the token was told, and that they have read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path

from engine.api.asking import Engined, Reader, Whole, Writer
from engine.api.cases import After, Limit
from engine.api.problem import responses
from engine.service import as_data
from engine.service.people.warnings import Told

router = APIRouter(prefix="/warnings", tags=["house"])
Number = Annotated[Whole, Path(ge=1, le=2**31 - 1, description="The number of the warning.")]


@dataclass
class WarningPage:
    """Some of many warnings: `next` begins the following page, and is empty on the last one."""

    items: list[Told]
    next: str


@router.get("", response_model=WarningPage, responses=responses())
def find_warnings(engine: Engined, reader: Reader, unread: bool = False, limit: Limit = 50, after: After = "") -> Any:
    """A page of what you were told, the latest first: that somebody may see more, that a second factor is gone, that
    somebody tries to come in as you. `unread`: only what you have not read yet.
    """
    return as_data(engine.warnings.page(reader, unread=unread, limit=limit, after=after))


# Without a key: read twice is read once.
@router.post("/{number}/read", response_model=Told, responses=responses(404))
def mark_read(engine: Engined, writer: Writer, number: Number) -> Any:
    """Keep that you have read something that you were told."""
    return as_data(engine.warnings.mark_read(number, writer))
