"""Booking: the page on which several cases are put on the agenda of one meeting."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request, Response

from engine.service import UnknownCase
from engine.service.meetings.meeting import Meeting
from engine.source.number import number_in
from engine.web.meetings.meetings import Number, led
from engine.web.page import go, show
from engine.web.visitor import NotFound, SentBy, Visiting, Visitor, form_key

router = APIRouter()
# One request books them all, and has to be answered before the browser gives up.
MOST_AT_ONCE = 100
NONE_CHOSEN = "Choose one or more cases first."
TOO_MANY = f"Choose at most {MOST_AT_ONCE} cases at once. Nothing was booked."
NOT_THERE = "There is no such case, or it is not for you."


@router.get("/meetings/{number}/book")
def ask_for_cases(request: Request, visitor: Visiting, number: Number) -> Response:
    """The cases that may be put on the agenda."""
    return _list(request, visitor, _bookable(visitor, number))


def _bookable(visitor: Visitor, number: int) -> Meeting:
    """A meeting whose dates the visitor keeps, and on which cases are booked by an event."""
    found = led(visitor, number)
    if not found.kind.booked_by or found.held:
        raise NotFound
    return found


def _list(
    request: Request,
    visitor: Visitor,
    found: Meeting,
    status: int = 200,
    problems: tuple[str, ...] = (),
    chosen: frozenset[int] = frozenset(),
) -> Response:
    values = {"cases": visitor.engine.candidates.of(found, visitor.actor), "chosen": chosen, "problems": problems}
    return show(request, "meeting_book.html", status, meeting=found, key=secrets.token_urlsafe(16), **values)


@router.post("/meetings/{number}/book")
def book(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
    """Put those that were chosen on the agenda; what cannot be is told of each, and stays where it was."""
    found, sent = _bookable(visitor, number), posted.text("key", 60)
    chosen = [one for text in posted.texts("case") if (one := number_in(text)) is not None]
    if not chosen or len(chosen) > MOST_AT_ONCE:
        return _list(request, visitor, found, 422, (TOO_MANY if chosen else NONE_CHOSEN,), frozenset(chosen))
    told = [(case, _booked(visitor, found, case, sent)) for case in dict.fromkeys(chosen)]
    left = [(case, why) for case, why in told if why]
    if not left:
        return go(f"/meetings/{number}?done=booked")
    problems = tuple(f"Case {case}: {why}" for case, why in left)
    now = visitor.engine.meetings.meeting(number, visitor.actor)
    return _list(request, visitor, now, 409, problems, frozenset(case for case, _ in left))


def _booked(visitor: Visitor, meeting: Meeting, case: int, sent: str) -> str:
    """Why a case could not be booked; empty where it stands on the agenda now."""
    key = form_key(visitor, f"{sent}:{case}") if sent else None
    try:
        refusal = visitor.engine.candidates.book(meeting, case, visitor.actor, key)
    except UnknownCase:
        return NOT_THERE
    return "" if refusal is None else refusal.message
