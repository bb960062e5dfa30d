"""Passkeys: adding and removing one's own. Without script no browser makes one, and none is offered."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Request, Response

from engine.running.beside import PASSWORDS, beside
from engine.service.people.ceremonies import MOST, BadPasskey
from engine.service.people.passkeys import Ask, Passkey
from engine.source.number import MOST_COUNTED
from engine.web.forms.forms import Question
from engine.web.page import go, local_path, show
from engine.web.people.challenges import asked_for, keep, kept, party_of_site
from engine.web.people.profile import Wanted, wanted_in
from engine.web.people.proofs import proof, proven
from engine.web.visitor import NotFound, SentBy, Visiting, Visitor, Whole

router = APIRouter()
_log = structlog.get_logger("casework.sign_in")
Number = Annotated[Whole, Path(ge=1, le=MOST_COUNTED)]


def _new(
    request: Request, visitor: Visitor, wanted: str, status: int = 200, name: str = "", wrong: str = ""
) -> Response:
    hint = "What you will know it by, such as: laptop at work."
    asked = Question("name", "Name", "text", required=True, hint=hint, value=name)
    values = {"questions": [asked], "problem": wrong, "wanted": wanted, "proof": proof(visitor)}
    return show(request, "passkey_new.html", status, **values)


@router.get("/profile/passkeys")
def ask_to_add(request: Request, visitor: Visiting, wanted: Wanted = "") -> Response:
    """How to add a passkey; `next` is where to go on afterwards."""
    party_of_site(request)
    has_account = visitor.engine.accounts.has_account(visitor.person.login)
    return _new(request, visitor, wanted and local_path(wanted)) if has_account else go("/profile")


@router.post("/profile/passkeys/challenge")
def challenge(request: Request, visitor: Visiting, _: SentBy) -> Response:
    """What the browser is asked, where somebody proves by a passkey who they are."""
    return asked_for(request, Ask.AGAIN, visitor.person.login)


@router.post("/profile/passkeys")
@beside(PASSWORDS)
def begin(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Ask the browser to make a passkey, once it is proven who asks."""
    party, name = party_of_site(request), posted.text("name", 1000)
    try:
        asked = visitor.engine.passkeys.begin(visitor.person.login, name, party)
    except BadPasskey as bad:
        return _new(request, visitor, wanted_in(posted), 422, name, str(bad))
    if why := proven(request, visitor, posted):
        return _new(request, visitor, wanted_in(posted), 422, name, why)
    return keep(request, show(request, "passkey_make.html", options=asked.options, wanted=wanted_in(posted)), asked)


@router.post("/profile/passkeys/made")
def add(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Keep the passkey that the browser has made; recovery codes with the first second factor are shown only now."""
    login, said = visitor.person.login, posted.text("credential", MOST)
    try:
        _, codes = visitor.engine.passkeys.add(login, said, kept(request), party_of_site(request), by=visitor.actor)
    except BadPasskey as bad:
        return _new(request, visitor, wanted_in(posted), 422, wrong=str(bad))
    _log.info("passkey added", login=login)
    if not codes:
        return go("/profile?done=passkey")
    return show(request, "recovery_codes.html", codes=codes, wanted=wanted_in(posted))


def _found(visitor: Visitor, number: int) -> Passkey | None:
    known = visitor.engine.passkeys.of(visitor.person.login)
    return next((one for one in known if one.number == number), None)


def _to_remove(request: Request, visitor: Visitor, passkey: Passkey, status: int = 200, wrong: str = "") -> Response:
    accounts, login = visitor.engine.accounts, visitor.person.login
    has_code, is_last = accounts.second_factor(login)[0], len(visitor.engine.passkeys.of(login)) == 1
    values = {"passkey": passkey, "is_last": is_last and not has_code, "problem": wrong}
    return show(request, "passkey_remove.html", status, **values, proof=proof(visitor))


@router.get("/profile/passkeys/{number}/remove")
def ask_to_remove(request: Request, visitor: Visiting, number: Number) -> Response:
    """Ask once before a passkey is removed."""
    passkey = _found(visitor, number)
    if passkey is None:
        raise NotFound
    return _to_remove(request, visitor, passkey)


@router.post("/profile/passkeys/{number}/remove")
@beside(PASSWORDS)
def remove(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
    """Remove a passkey, once it is proven who asks; one that is gone already is gone."""
    passkey = _found(visitor, number)
    if passkey:
        if why := proven(request, visitor, posted):
            return _to_remove(request, visitor, passkey, 422, why)
        visitor.engine.passkeys.remove(visitor.person.login, number, by=visitor.actor)
        _log.info("passkey removed", login=visitor.person.login)
    return go("/profile?done=removed")
