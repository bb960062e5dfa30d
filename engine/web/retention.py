"""Retention: what was kept long enough, looked at and decided by those whom the process names; and certificates."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request, Response

from engine.case.refusal import Code, Refusal
from engine.service.keeping.retention import LISTS, Decided
from engine.web.forms.forms import Question
from engine.web.page import ask_once, go, query, show
from engine.web.visitor import NotFound, SentBy, Visiting, Visitor, Whole

router = APIRouter()
CaseNumber = Annotated[Whole, Path(ge=1, le=2**31 - 1)]
After = Annotated[str, Query(max_length=8000)]
Which = Annotated[str, Query(alias="list", max_length=20)]
PAGE = 50
TITLES = {"due": "Due", "held": "Held back", "asked": "Asked for", "erased": "Erased"}
NONE = {
    "due": "No case was kept long enough yet.",
    "held": "No case is held back.",
    "asked": "No erasure waits to be confirmed.",
    "erased": "No case was erased yet.",
}
# What the buttons of the form say, and what is said once it was done.
DECIDE = {
    "held": "Hold back",
    "released": "Release",
    "asked": "Ask for erasure",
    "withdrawn": "Withdraw",
}
DONE = {
    "held": "The case is held back from erasure until it is released.",
    "released": "The case is not held back any more.",
    "asked": "Its erasure was asked for. Another person confirms it.",
    "withdrawn": "Its erasure is not asked for any more.",
}
FOR_EVER = (
    "What people typed, documents, notes, reasons and the words to search by are erased for ever.",
    "Nobody can bring them back, neither here nor by a later backup. What stays for figures, the outcome and a "
    "certificate remain.",
)


def _sees_to_it(visitor: Visitor) -> Visitor:
    if not visitor.retains:
        raise NotFound
    return visitor


@router.get("/retention")
def retention(request: Request, visitor: Visiting, which: Which = "due", after: After = "") -> Response:
    """One of the lists of what is kept, page by page."""
    which = which if which in LISTS else "due"
    found = _sees_to_it(visitor).engine.retained(which, visitor.actor, limit=PAGE, after=after)
    onward = f"/retention?{query({'list': which, 'after': found.next})}" if found.next else ""
    return show(
        request, "retention.html", items=found.items, which=which, titles=TITLES, empty=NONE[which], next_href=onward
    )


@router.get("/retention/{case}")
def standing(
    request: Request, visitor: Visiting, case: CaseNumber, did: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """How it stands with one case, and what can be decided."""
    return _standing(request, visitor, case, done=DONE.get(did, ""))


def _standing(
    request: Request,
    visitor: Visitor,
    case: int,
    status: int = 200,
    refusal: Refusal | None = None,
    reason: str = "",
    done: str = "",
) -> Response:
    found = _sees_to_it(visitor).engine.standing(case, visitor.actor)
    error = "" if refusal is None else refusal.fields.get("reason", "")
    problem = refusal.message if refusal is not None and not error else ""
    hint = "It is kept with the case, and erased with it."
    asked = Question("reason", "Reason", "long_text", required=True, hint=hint, value=reason, error=error)
    decide = {what: text for what, text in DECIDE.items() if what in found.decisions}
    return show(
        request,
        "retention_case.html",
        status,
        found=found,
        question=asked,
        problem=problem,
        done=done,
        decide=decide,
    )


@router.post("/retention/{case}")
def decide(request: Request, visitor: Visiting, case: CaseNumber, posted: SentBy) -> Response:
    """Hold a case back, release it, ask for its erasure or withdraw that, if it is still as it was shown."""
    what, reason = posted.text("what", 20), posted.text("reason")
    if what not in DECIDE:
        raise NotFound
    version = posted.number("version") or 0
    engine = _sees_to_it(visitor).engine
    result = engine.retain(case, cast("Decided", what), reason, visitor.actor, expected_version=version)
    if isinstance(result, Refusal):
        request.state.typed = None  # the form holds what was typed, and the version that it is made of now
        return _standing(request, visitor, case, _status(result), result, reason)
    return go(f"/retention/{case}?did={what}")


def _status(refusal: Refusal) -> int:
    return 422 if refusal.code is Code.FORM else 409


@router.get("/retention/{case}/erase")
def ask_to_erase(request: Request, visitor: Visiting, case: CaseNumber) -> Response:
    """Ask once whether a case is to be erased for ever."""
    found = _sees_to_it(visitor).engine.standing(case, visitor.actor)
    if "erased" not in found.decisions:
        return _standing(request, visitor, case, 409, Refusal(Code.REQUIREMENT, found.stops))
    kept = found.retained
    asked = f"{kept.process}, {kept.outcome}. {kept.by} asked for it: {found.reason}"
    return ask_once(
        request,
        f"Erase case {case} for ever?",
        asked,
        *FOR_EVER,
        submit="Erase for ever",
        action=f"/retention/{case}/erase",
        back=f"/retention/{case}",
        values=[("version", str(found.version))],
    )


@router.post("/retention/{case}/erase")
def erase(request: Request, visitor: Visiting, case: CaseNumber, posted: SentBy) -> Response:
    """Confirm the erasure that somebody else asked for, if the case is still as it was shown."""
    version = posted.number("version") or 0
    result = _sees_to_it(visitor).engine.erase(case, visitor.actor, expected_version=version)
    if isinstance(result, Refusal):
        return _standing(request, visitor, case, 409, result)
    return go(f"/retention/{case}/certificate?new=1")


@router.get("/retention/{case}/certificate")
def certificate(request: Request, visitor: Visiting, case: CaseNumber, new: Whole = 0) -> Response:
    """What remains of the erasure of a case, to be printed; for everybody who sees its history."""
    found = visitor.engine.certificate(case, visitor.actor)
    return show(request, "retention_certificate.html", found=found, done=f"Case {case} was erased." if new else "")
