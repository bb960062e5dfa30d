"""Journal: what administrators did, to be read by them and by auditors. No form here changes it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from engine.service.keeping.journal import Kind
from engine.source import name
from engine.web.page import query, show
from engine.web.visitor import Visiting

router = APIRouter()
PAGE = 50
Person = Annotated[str, Query(max_length=name.LONGEST)]
Of = Annotated[str, Query(max_length=20)]
After = Annotated[str, Query(max_length=8000)]


@router.get("/journal")
def journal(request: Request, visitor: Visiting, kind: Of = "", person: Person = "", after: After = "") -> Response:
    """A page of the journal, the latest first; of one kind, or of one person, by what stands in the address."""
    # Whoever may not read it is told by the room that there is no such page.
    known = kind if kind in set(Kind) else ""
    found = visitor.engine.journal(visitor.actor, kind=known, person=person.strip(), limit=PAGE, after=after)
    onward = {"kind": known, "person": person, "after": found.next}
    next_href = f"/journal?{query(onward)}" if found.next else ""
    values: dict[str, Any] = {
        "acts": found.items,
        "next_href": next_href,
        "kinds": list(Kind),
        "kind": known,
        "person": person,
    }
    return show(request, "journal.html", **values)
