"""Corrections: a wrong value of a case is made right by whoever may; both stand on the page, and it is asked once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.case.answers.wording import text_of
from engine.case.refusal import Code, Refusal
from engine.process.rows import read as cell_of
from engine.service.cases.corrections import Standing
from engine.source import name
from engine.web.cases.case import CaseNumber, see
from engine.web.forms.choosers import with_records
from engine.web.forms.forms import Question, carried, question, read
from engine.web.page import ask_once, go, show
from engine.web.visitor import CaseVisiting, SentBy, Visitor, Whole

router = APIRouter()
# A field, or a value of a row: visit.home, and of a second row of one form visit.2.home.
CELL = r"^[a-z][a-z0-9_]*(\.([0-9]{1,3}\.)?[a-z][a-z0-9_]*)?$"
Name = Annotated[str, Path(pattern=CELL, max_length=3 * name.LONGEST)]
HINT = "It is kept with the case, and goes with it."


def _reason(value: str = "", error: str = "") -> Question:
    # No name in a process has a hyphen: this one is no field.
    title, boxes = "Why is it wrong?", "why-corrected"
    return Question("reason", title, "long_text", required=True, hint=HINT, value=value, error=error, boxes=boxes)


def _page(
    request: Request,
    visitor: Visitor,
    number: int,
    standing: Standing,
    status: int = 200,
    refusal: Refusal | None = None,
    answers: tuple[Any, str] = (None, ""),
) -> Response:
    seen = see(visitor, number, "correction")
    faults = refusal.fields if refusal is not None else {}
    asked = question(standing.field, required=True, value=answers[0])
    with_records(visitor.engine, seen.process, [asked], seen.case.data)
    asked.error, reason = faults.get(standing.field.name, ""), _reason(answers[1], faults.get("reason", ""))
    is_told = bool(asked.error or reason.error)
    general = "" if refusal is None or is_told else refusal.message
    values: dict[str, Any] = {"standing": standing, "question": asked, "reason": reason, "general": general}
    return show(request, "correct.html", status, seen=seen, **values)


@router.get("/cases/{number}/correct/{field}")
def ask_to_correct(
    request: Request, visitor: CaseVisiting, number: CaseNumber, field: Name, entry: Whole = 0
) -> Response:
    """What stands in a field, or in the row that came with an `entry`, and what is right."""
    return _page(request, visitor, number, visitor.engine.corrections.standing(number, field, visitor.actor, entry))


@router.post("/cases/{number}/correct/{field}")
def correct(request: Request, visitor: CaseVisiting, number: CaseNumber, field: Name, posted: SentBy) -> Response:
    """Show both values once, then put the right one in the place of the wrong one; sent twice it is once."""
    corrections, by = visitor.engine.corrections, visitor.actor
    entry = posted.number("entry") or 0
    standing = corrections.standing(number, field, by, entry)
    asked, reason = question(standing.field, required=True), posted.text("why-corrected")
    value = read([asked], posted)[field]
    is_looked_over = posted.text("step", 10) == "done"
    result = (
        visitor.engine.correct(number, entry, field, value, reason, by)
        if is_looked_over
        else corrections.check(number, entry, field, value, reason, by)
    )
    if isinstance(result, Refusal) and is_looked_over and corrections.was_done(number, entry, field, value, by):
        result = None
    if isinstance(result, Refusal):
        status = 422 if result.code is Code.FORM else 409
        return _page(request, visitor, number, standing, status, result, (value, reason))
    return (
        go(f"/cases/{number}?did=corrected")
        if is_looked_over
        else _check(request, visitor, number, standing, value, reason)
    )


def _check(request: Request, visitor: Visitor, number: int, standing: Standing, value: Any, reason: str) -> Response:
    known, path = standing.field, f"/cases/{number}/correct/{standing.field.name}"
    back = f"{path}?entry={standing.entry}" if cell_of(known.name) else path
    asked = question(known, required=True)
    names = visitor.engine.corrections.names_of(known, value)
    texts = (f"Until now: {standing.text}", f"From now on: {text_of(known, value, names)}", f"Reason: {reason}")
    return ask_once(
        request,
        f"Correct {known.title}?",
        *texts,
        "Both stay in the history of the case. What hangs on this value follows the right one.",
        submit="Correct it",
        action=path,
        back=back,
        values=[("step", "done"), ("entry", str(standing.entry)), ("why-corrected", reason), *carried(asked, value)],
    )
