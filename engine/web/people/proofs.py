"""Proofs: that somebody who is signed in is who they are: by their password, and the second factor where they have one.

Whoever sits at an open session of somebody else changes nothing there by which one comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request

from engine.service.people.attempts import Try
from engine.service.people.ceremonies import MOST
from engine.service.people.passkeys import Ask
from engine.web.people.challenges import used
from engine.web.people.tries import HOW_CODE, is_refused, is_right, waits
from engine.web.visitor import Posted, Visitor

WRONG = "The password, the code or the passkey is not right."
WRONG_PASSWORD = "This is not your password."  # noqa: S105  a sentence


def confirmed(request: Request, visitor: Visitor, check: Callable[[], bool], wrong: str) -> str:
    """Why somebody is not taken for who is signed in, in words; empty where they are.

    Counted too: who sits at somebody else's open session must not guess the password there.
    """
    login = visitor.person.login
    if why := waits(request, Try.AGAIN, login):
        return why
    if not check():
        is_refused(request, Try.AGAIN, login)
        return wrong
    is_right(request, Try.AGAIN, login)
    return ""


def proven(request: Request, visitor: Visitor, posted: Posted) -> str:
    """The same by the password, and by a code or a passkey where they have a second factor."""
    accounts, login = visitor.engine.accounts, visitor.person.login
    has_factor = accounts.has_factor(login)

    def fits() -> bool:
        right = accounts.confirmed(login, posted.text("current", 1000))
        return right and (not has_factor or _shows(request, visitor, posted))

    return confirmed(request, visitor, fits, WRONG if has_factor else WRONG_PASSWORD)


def knows_password(request: Request, visitor: Visitor, posted: Posted) -> str:
    """The same by the password alone, for what lets nobody in; who has none here is asked for nothing."""
    accounts, login = visitor.engine.accounts, visitor.person.login
    if not accounts.has_account(login):
        return ""
    return confirmed(request, visitor, lambda: accounts.confirmed(login, posted.text("current", 1000)), WRONG_PASSWORD)


def by_passkey(request: Request, visitor: Visitor, posted: Posted) -> bool:
    """Whether they have just used a passkey of theirs, as they were asked to."""
    login, said = visitor.person.login, posted.text("credential", MOST)
    return bool(said) and used(request, Ask.AGAIN, said, login).is_right


def proof(visitor: Visitor) -> dict[str, Any]:
    """What a form asks for besides the password so that somebody proves who they are: as far as they have it.

    `code` is what it says of the code; empty where there is none to be given.
    """
    login = visitor.person.login
    has_code, codes_left = visitor.engine.accounts.second_factor(login)
    told = "One of your recovery codes." if codes_left else ""
    told = HOW_CODE if has_code else told
    return {"code": told, "passkey": bool(visitor.engine.passkeys.of(login))}


def _shows(request: Request, visitor: Visitor, posted: Posted) -> bool:
    if posted.text("credential", MOST):
        return by_passkey(request, visitor, posted)
    return visitor.engine.accounts.use_code(visitor.person.login, posted.text("confirm", 40))
