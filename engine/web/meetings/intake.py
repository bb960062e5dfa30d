"""Intake: the page on which one meeting is let take more cases, or longer, than its process says."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from engine.service.meetings.meeting import Meeting
from engine.service.meetings.meetings import BadMeeting
from engine.source.moment import NotAMoment, day_written
from engine.source.number import number_in
from engine.source.words import counted, said_weekday
from engine.web.forms.forms import Question, date_in
from engine.web.meetings.meetings import Number, led
from engine.web.page import go, show
from engine.web.visitor import SentBy, Visiting

router = APIRouter()
NO_NUMBER = "Write a number from 1 to 1,000, or leave it empty."
NO_DAY = "Give a day, such as 27 3 2027, or leave it empty."


@router.get("/meetings/{number}/intake")
def ask_for_intake(request: Request, visitor: Visiting, number: Number) -> Response:
    """Where it is said what one meeting takes."""
    found = led(visitor, number)
    return _form(request, found, _questions(found, str(found.most or ""), str(found.closes or "")))


@router.post("/meetings/{number}/intake")
def allow(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
    """Let one meeting take so many cases, and so long."""
    found = led(visitor, number)
    typed, written = posted.text("most").strip(), date_in(posted, "closes")
    asked, most, closes = _questions(found, typed, written), number_in(typed) if typed else None, None
    if typed and not most:
        asked[0].error = NO_NUMBER
    try:
        closes = day_written(written) if written else None
    except NotAMoment:
        asked[1].error = NO_DAY
    if any(one.error for one in asked):
        return _form(request, found, asked, 422)
    try:
        visitor.engine.intakes.allow(number, most, closes, visitor.actor, posted.number("version"))
    except BadMeeting as bad:
        return _form(request, found, asked, 422, str(bad))
    return go(f"/meetings/{number}?done=intake")


def _questions(found: Meeting, most: str, closes: str) -> list[Question]:
    kind, day = found.kind, found.closes_by_itself
    many = f"Empty: {counted(kind.most, 'case')}." if kind.most else "Empty: any number."
    until = f"Empty: until the end of {said_weekday(day)}." if day else "Empty: it never closes."
    return [
        Question("most", "How many cases it takes", "integer", required=False, hint=many, value=most),
        Question("closes", "Last day on which cases are booked", "date", required=False, hint=until, value=closes),
    ]


def _form(request: Request, found: Meeting, asked: list[Question], status: int = 200, problem: str = "") -> Response:
    return show(request, "meeting_intake.html", status, meeting=found, questions=asked, problem=problem)
