"""Links: a case is linked with another one, which is searched for by its name or number, and not any more."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.case.refusal import Code, Refusal
from engine.process.links import LinkKind
from engine.service.cases.linked import Linked
from engine.source import name
from engine.source.number import number_in
from engine.web.cases.case import CaseNumber, EntryNumber, see
from engine.web.forms.choosers import Find, narrowed, offered
from engine.web.forms.forms import Question
from engine.web.page import go, show
from engine.web.told import tell
from engine.web.visitor import CaseVisiting, NotFound, SentBy, Visitor

router = APIRouter()
Name = Annotated[str, Path(pattern=name.PART, max_length=name.LONGEST)]
HINT = "It is kept with the case, and goes with the link."


def _kind(visitor: Visitor, number: int, link: str) -> LinkKind:
    """A link that the visitor may make of a case.

    Raises:
        NotFound: there is none, or it is not theirs to make.
    """
    found = (one for one in visitor.engine.linking.kinds(number, visitor.actor) if one.name == link)
    kind = next(found, None)
    if kind is None:
        raise NotFound
    return kind


def _question(kind: LinkKind, value: str = "", error: str = "") -> Question:
    return Question("case", kind.title, "select", required=True, value=value, error=error)


def _found(visitor: Visitor, number: int, link: str) -> Find:
    """How those are found that the case may be linked with."""

    def find(search: str, most: int) -> list[tuple[str, str]]:
        found = visitor.engine.linking.linkable(number, link, search, visitor.actor)[:most]
        return [(str(one.case), f"{one.label} (case {one.case}, {one.state_title})") for one in found]

    return find


def _page(
    request: Request,
    visitor: Visitor,
    number: int,
    kind: LinkKind,
    status: int = 200,
    value: str = "",
    error: str = "",
    general: str = "",
) -> Response:
    seen, find = see(visitor, number, "link"), _found(visitor, number, kind.name)
    asked = offered(_question(kind, value, error), find)
    if error and asked.type == "text" and number_in(value) is None:
        asked = narrowed(asked, find)
    # Not a list of nothing: there is no case that it could be.
    values: dict[str, Any] = {"question": asked, "none": asked.type == "select" and not asked.choices}
    return show(
        request, "link.html", status, seen=seen, kind=kind, general=general, key=secrets.token_urlsafe(16), **values
    )


@router.get("/cases/{number}/link/{link}")
def ask_to_link(request: Request, visitor: CaseVisiting, number: CaseNumber, link: Name) -> Response:
    """Which case it is to be linked with."""
    return _page(request, visitor, number, _kind(visitor, number, link))


@router.post("/cases/{number}/link/{link}")
def link(request: Request, visitor: CaseVisiting, number: CaseNumber, link: Name, posted: SentBy) -> Response:
    """Link both cases; sent twice it is once."""
    kind, value = _kind(visitor, number, link), posted.text("case", 200).strip()
    other = number_in(value.removeprefix("case").strip())
    if other is None or not 0 < other < 2**31:
        return _page(request, visitor, number, kind, 422, value, "Choose which case it is.")
    result = visitor.engine.link(number, link, other, visitor.actor, idempotency_key=posted.text("key", 60) or None)
    if isinstance(result, Refusal):
        error = result.fields.get("case", "")
        status = 422 if result.code is Code.FORM else 409
        return _page(request, visitor, number, kind, status, value, error, "" if error else result.message)
    return go(f"/cases/{number}?did=linked#links")


def _standing(visitor: Visitor, number: int, entry: int) -> Linked | None:
    found = visitor.engine.linked(number, visitor.actor)
    return next((one for one in found if one.entry == entry and one.removable), None)


def _reason(value: str = "", error: str = "") -> Question:
    title = "Why is it removed?"
    return Question("reason", title, "long_text", required=True, hint=HINT, value=value, error=error)


def _removal(
    request: Request, visitor: Visitor, number: int, entry: int, status: int = 200, reason: str = "", error: str = ""
) -> Response:
    seen, standing = see(visitor, number, "link"), _standing(visitor, number, entry)
    if standing is None:
        gone = "The link is not there any more, or you may not remove it. Nothing was changed."
        status = 409 if request.method == "POST" else 404
        return tell(request, status, "Not linked any more", gone, href=f"/cases/{number}", link="Go to the case")
    asked = _reason(reason, error)
    values = {"standing": standing, "question": asked, "key": secrets.token_urlsafe(16)}
    return show(request, "unlink.html", status, seen=seen, **values)


@router.get("/cases/{number}/links/{entry}/remove")
def ask_to_unlink(request: Request, visitor: CaseVisiting, number: CaseNumber, entry: EntryNumber) -> Response:
    """Why a link is removed."""
    return _removal(request, visitor, number, entry)


@router.post("/cases/{number}/links/{entry}/remove")
def unlink(request: Request, visitor: CaseVisiting, number: CaseNumber, entry: EntryNumber, posted: SentBy) -> Response:
    """Remove a link on both sides."""
    reason, key = posted.text("reason"), posted.text("key", 60)
    result = visitor.engine.unlink(number, entry, reason, visitor.actor, idempotency_key=key or None)
    if isinstance(result, Refusal):
        error = result.fields.get("reason", "" if "entry" in result.fields else result.message)
        return _removal(request, visitor, number, entry, 422, reason, error)
    return go(f"/cases/{number}?did=unlinked#links")
