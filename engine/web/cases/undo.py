"""Undo: what was done last in a case is taken back by whoever may, with a reason; what that changes is shown once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response

from engine.calendars.ending import roughly
from engine.case.refusal import Code, Refusal
from engine.service.cases.undo import NothingToUndo, Outlook, Undoable
from engine.web.cases.case import CaseNumber, EntryNumber, see
from engine.web.cases.confirmations import standing
from engine.web.forms.forms import Question
from engine.web.page import ask_once, day, go, show
from engine.web.visitor import CaseVisiting, SentBy, Visitor

router = APIRouter()
# No name in a process has a hyphen: this one is no field.
BOXES = "why-taken-back"


def _reason(value: str = "", error: str = "") -> Question:
    hint = "It is kept with the case. What was done stays in the history, too."
    return Question(
        "reason", "Why is it taken back?", "long_text", required=True, hint=hint, value=value, error=error, boxes=BOXES
    )


def _undoable(visitor: Visitor, number: int, entry: int) -> Undoable:
    """What may be taken back; it is not there for whom may take back nothing, or something else.

    Raises:
        NothingToUndo: what was done last is something else, or not theirs to take back.
    """
    found = visitor.engine.undos.undoable(number, visitor.actor)
    if found is None or found.entry != entry:
        raise NothingToUndo("What was done last in this case is something else now, or cannot be taken back.")
    return found


def _page(
    request: Request,
    visitor: Visitor,
    number: int,
    entry: int,
    status: int = 200,
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    step = _undoable(visitor, number, entry).step
    fault = refusal.fields.get("reason", "") if refusal is not None else ""
    values: dict[str, Any] = {"step": step, "reason": _reason(reason, fault)}
    general = "" if refusal is None or fault else refusal.message
    return show(request, "undo.html", status, seen=see(visitor, number, "undo"), general=general, **values)


@router.get("/cases/{number}/undo/{entry}")
def ask_to_undo(request: Request, visitor: CaseVisiting, number: CaseNumber, entry: EntryNumber) -> Response:
    """What was done last, and why it is to be taken back."""
    return _page(request, visitor, number, entry)


@router.post("/cases/{number}/undo/{entry}")
def undo(request: Request, visitor: CaseVisiting, number: CaseNumber, entry: EntryNumber, posted: SentBy) -> Response:
    """Show once what the case comes to, then take the step back; sent twice it is once."""
    undos, by, reason = visitor.engine.undos, visitor.actor, posted.text(BOXES)
    if posted.text("step", 10) != "done":
        outlook = undos.outlook(number, entry, reason, by)
        if isinstance(outlook, Refusal):
            return _refused(request, visitor, number, entry, outlook, reason)
        return _check(request, visitor, number, entry, outlook, reason)
    result = visitor.engine.undo(number, reason, by, entry=entry)
    if isinstance(result, Refusal) and not undos.was_done(number, entry, by):
        return _refused(request, visitor, number, entry, result, reason)
    return go(f"/cases/{number}?did=undone")


def _refused(request: Request, visitor: Visitor, number: int, entry: int, refusal: Refusal, reason: str) -> Response:
    status = 422 if refusal.code is Code.FORM else 409
    return _page(request, visitor, number, entry, status, refusal, reason)


def _check(request: Request, visitor: Visitor, number: int, entry: int, outlook: Outlook, reason: str) -> Response:
    step, path = _undoable(visitor, number, entry).step, f"/cases/{number}/undo/{entry}"
    return ask_once(
        request,
        f"Take back “{step.what}”?",
        *_told(outlook),
        f"Reason: {reason}",
        "Both stay in the history of the case. Whoever was told of it is told that it was taken back.",
        submit="Take it back",
        action=path,
        back=path,
        values=[("step", "done"), (BOXES, reason)],
    )


def _told(outlook: Outlook) -> Iterator[str]:
    """What is different then, in sentences."""
    yield f"Afterwards: {standing(outlook.case)}"
    for said, titles in (
        ("To do then", [one.title for one in outlook.raised]),
        ("No longer to do", [one.title for one in outlook.dropped]),
        ("Place taken again", list(outlook.taken)),
        ("Place given back", list(outlook.given_back)),
        (
            "Comes up by itself",
            [f"{one.title} on {roughly(day(one.due), is_rough=one.roughly)}" for one in outlook.dates if one.title],
        ),
    ):
        if titles:
            yield f"{said}: {'; '.join(titles)}"
