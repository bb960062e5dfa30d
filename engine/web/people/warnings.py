"""Warnings: what whoever has signed in was told, and that they have read it."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from engine.service.people.warnings import Told
from engine.web.page import go, show
from engine.web.visitor import Before, SentBy, Visiting, Visitor

router = APIRouter()


@router.get("/warnings")
def warnings(request: Request, visitor: Visiting, before: Before = 0) -> Response:
    """Everything that they were told, the latest first."""
    found = visitor.engine.warnings.told(visitor.actor, before)
    return show(request, "warnings.html", told=[_local(visitor, one) for one in found.items], earlier=found.next)


@router.post("/warnings/read")
def mark_read(visitor: Visiting, posted: SentBy) -> Response:
    """Keep that they have read something; sent twice it is once."""
    visitor.engine.warnings.mark_read(posted.number("warning") or 0, visitor.actor)
    return go("/warnings")


def _local(visitor: Visitor, told: Told) -> Told:
    """The same with its time on the wall clock of whoever reads it."""
    return replace(told, at=told.at.astimezone(visitor.zone))
