"""Sessions: ending one's own, there or everywhere, once the password shows who asks.

Whoever sits at an open session of somebody else does not put them out of theirs.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response

from engine.running.beside import PASSWORDS, beside
from engine.web.page import go, show
from engine.web.people.proofs import knows_password
from engine.web.people.signing import leave
from engine.web.visitor import Posted, SentBy, Visiting, Visitor

router = APIRouter()
_log = structlog.get_logger("casework.sign_in")
_END, _END_ALL = "/profile/sessions/end", "/sign-out-everywhere"


def _asked(request: Request, visitor: Visitor, posted: Posted, title: str, action: str) -> Response | None:
    """A page that asks for the password, until it was right; None where it need not be asked for any more."""
    # A button on another page brings none along: then nothing was wrong yet.
    is_first = not posted.texts("current") and visitor.engine.accounts.has_account(visitor.person.login)
    why = "" if is_first else knows_password(request, visitor, posted)
    if not is_first and not why:
        return None
    told = {"title": title, "action": action, "submit": title.rstrip("?"), "problem": why, "is_warning": True}
    hidden, proof = [("session", one) for one in posted.texts("session")], {"code": "", "passkey": False}
    return show(request, "prove.html", 422 if why else 200, **told, values=hidden, proof=proof)


@router.post(_END)
@beside(PASSWORDS)
def end_session(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Sign out somewhere else."""
    if page := _asked(request, visitor, posted, "Sign out there?", _END):
        return page
    visitor.engine.accounts.end_session(visitor.person.login, posted.text("session", 40))
    return go("/profile?done=session")


@router.post(_END_ALL)
@beside(PASSWORDS)
def sign_out_everywhere(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """End every session of this person."""
    if page := _asked(request, visitor, posted, "Sign out everywhere?", _END_ALL):
        return page
    visitor.engine.accounts.sign_out_everywhere(visitor.person.login)
    _log.info("signed out everywhere", login=visitor.person.login)
    return leave(request, "/signed-out")
