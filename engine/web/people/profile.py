"""Profile: one's own account: password, authenticator, recovery codes, calendar address, signing out everywhere.

Passkeys are listed here; web/people/passkeys.py adds and removes them.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from typing import Annotated

import pyotp
import segno
import structlog
from fastapi import APIRouter, Query, Request, Response

from engine.running.beside import PASSWORDS, beside
from engine.service.people.ceremonies import MOST
from engine.service.people.faults import BadPassword, HasSecondFactor
from engine.service.people.passkeys import Passkey
from engine.service.people.sessions import OpenSession, handle_of
from engine.web.forms.forms import Question
from engine.web.page import address_of, go, local_path, show
from engine.web.people.people import titles_of
from engine.web.people.proofs import WRONG, by_passkey, confirmed, proof, proven
from engine.web.people.signing import enter
from engine.web.visitor import NotFound, Posted, SentBy, Visiting, Visitor

router = APIRouter()
LONGEST_PATH = 8000
Wanted = Annotated[str, Query(alias="next", max_length=LONGEST_PATH)]
_log = structlog.get_logger("casework.sign_in")


def wanted_in(posted: Posted) -> str:
    """Where a form leads afterwards; empty where that is the profile."""
    wanted = posted.text("next", LONGEST_PATH)
    return wanted and local_path(wanted)


def _passwords(errors: dict[str, str] | None = None) -> list[Question]:
    wrong = errors or {}
    return [
        Question("current", "Password now", "password", required=True, error=wrong.get("current", "")),
        Question(
            "new",
            "New password",
            "password",
            required=True,
            hint="At least 12 characters. Three random words make a good one.",
            error=wrong.get("new", ""),
        ),
    ]


def _page(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    done: str = "",
    questions: list[Question] | None = None,
    address: str = "",
    problem: str = "",
) -> Response:
    accounts, login = visitor.engine.accounts, visitor.person.login
    has_code, codes_left = accounts.second_factor(login)
    titles = titles_of(visitor)
    return show(
        request,
        "profile.html",
        status,
        person=visitor.person,
        roles=", ".join(titles.get(one, one) for one in sorted(visitor.person.roles)),
        has_account=accounts.has_account(login),
        has_code=has_code,
        codes_left=codes_left,
        passkeys=[_dated(visitor, one) for one in visitor.engine.passkeys.of(login)],
        has_feed=accounts.has_feed(login),
        sessions=[_local(visitor, one) for one in accounts.sessions(login)],
        this=handle_of(visitor.session),
        questions=questions or _passwords(),
        done=done,
        address=address,
        problem=problem,
    )


def _local(visitor: Visitor, session: OpenSession) -> OpenSession:
    return replace(session, begun=session.begun.astimezone(visitor.zone), seen=session.seen.astimezone(visitor.zone))


def _dated(visitor: Visitor, passkey: Passkey) -> Passkey:
    used = passkey.used.astimezone(visitor.zone) if passkey.used else None
    return replace(passkey, added=passkey.added.astimezone(visitor.zone), used=used)


@router.get("/profile")
def profile(request: Request, visitor: Visiting, done: str = "") -> Response:
    """One's own account."""
    said = {
        "password": "Your password was changed.",
        "code": "No code is asked for any more.",
        "session": "You are signed out there.",
        "passkey": "The passkey was added.",
        "removed": "The passkey is removed.",
    }
    return _page(request, visitor, done=said.get(done, ""))


@router.post("/profile/password")
@beside(PASSWORDS)
def change_password(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Choose another password. Every other session ends."""
    accounts, login = visitor.engine.accounts, visitor.person.login
    current = posted.text("current", 1000)
    if why := confirmed(request, visitor, lambda: accounts.confirmed(login, current), "This is not your password."):
        return _page(request, visitor, 422, questions=_passwords({"current": why}))
    try:
        accounts.set_password(login, posted.text("new", 1000), by=visitor.actor)
    except BadPassword as bad:
        return _page(request, visitor, 422, questions=_passwords({"new": str(bad)}))
    # Every session has ended with the old password, this one too.
    key = accounts.sign_in_as(login)
    _log.info("password changed", login=login)
    return enter(request, key, "/profile?done=password") if key else go("/sign-in")


def _code_page(
    request: Request, visitor: Visitor, secret: str, wanted: str, status: int = 200, error: str = "", problem: str = ""
) -> Response:
    address = pyotp.TOTP(secret).provisioning_uri(name=visitor.person.login, issuer_name="casework")
    picture = io.BytesIO()
    segno.make(address).save(picture, kind="svg", scale=5, border=2)
    asked = Question("code", "Code", "text", required=True, hint="The six digits that it shows.", error=error)
    drawn = "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
    values = {"secret": secret, "picture": drawn, "question": asked, "wanted": wanted, "problem": problem}
    return show(request, "second_factor.html", status, **values, proof=proof(visitor))


@router.get("/profile/code")
def ask_for_code(request: Request, visitor: Visiting, wanted: Wanted = "") -> Response:
    """How to begin with an authenticator; `next` is where to go on afterwards."""
    if not visitor.engine.accounts.has_account(visitor.person.login):
        return go("/profile")
    return _code_page(request, visitor, pyotp.random_base32(), wanted and local_path(wanted))


@router.post("/profile/code")
@beside(PASSWORDS)
def begin_with_code(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Ask for codes from now on, once one was right; the recovery codes are shown only now."""
    secret, wanted = posted.text("secret", 64), wanted_in(posted)
    # It comes back with the form: nothing is kept of it before a code shows that an authenticator has it.
    if not re.fullmatch("[A-Z2-7]{32}", secret):
        return go("/profile/code")
    accounts, login = visitor.engine.accounts, visitor.person.login
    try:
        if not accounts.second_factor(login)[0] and (why := proven(request, visitor, posted)):
            return _code_page(request, visitor, secret, wanted, 422, problem=why)
        codes = accounts.add_second_factor(login, secret, posted.text("code", 20), by=visitor.actor)
    except HasSecondFactor as has:
        return go(wanted) if wanted else _page(request, visitor, 409, problem=str(has))
    if codes is None:
        return _code_page(request, visitor, secret, wanted, 422, "This code is not right. Wait for the next one.")
    _log.info("second factor begun", login=login)
    return show(request, "recovery_codes.html", codes=codes, wanted=wanted)


def _to_stop(request: Request, visitor: Visitor, status: int = 200, problem: str = "") -> Response:
    is_last = not visitor.engine.passkeys.of(visitor.person.login)
    alone = "Only the password is asked for then, and your recovery codes are void."
    texts = [
        f"{alone if is_last else 'A passkey will do then.'} The administrators are told.",
        "To change to another telephone, stop here and begin with the new one.",
    ]
    buttons = {"submit": "Stop asking for codes", "with_passkey": "Stop asking for codes, with a passkey"}
    values = {"title": "Ask for codes no more?", "texts": texts, "action": "/profile/code/stop", **buttons}
    return show(request, "prove.html", status, **values, is_warning=True, problem=problem, proof=proof(visitor))


@router.get("/profile/code/stop")
def ask_to_stop_codes(request: Request, visitor: Visiting) -> Response:
    """Ask once before codes are asked for no more."""
    if not visitor.engine.accounts.second_factor(visitor.person.login)[0]:
        raise NotFound
    return _to_stop(request, visitor)


@router.post("/profile/code/stop")
@beside(PASSWORDS)
def stop_codes(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Ask for codes no more, or for those of another authenticator afterwards: for the password, and a code or a
    passkey.
    """
    accounts, login, current = visitor.engine.accounts, visitor.person.login, posted.text("current", 1000)

    def fits() -> bool:
        if not accounts.confirmed(login, current):
            return False
        if posted.text("credential", MOST):
            is_right = by_passkey(request, visitor, posted)
            return is_right and accounts.drop_second_factor(login, None, by=visitor.actor)
        return accounts.drop_second_factor(login, posted.text("confirm", 40), by=visitor.actor)

    if not accounts.second_factor(login)[0]:
        return go("/profile?done=code")
    if why := confirmed(request, visitor, fits, WRONG):
        return _to_stop(request, visitor, 422, why)
    _log.info("second factor dropped", login=visitor.person.login)
    return go("/profile?done=code")


def _to_renew(request: Request, visitor: Visitor, status: int = 200, problem: str = "") -> Response:
    texts = ["You are given new ones, which are shown only once. Those that you have let nobody in any more."]
    buttons = {"submit": "Make new codes", "with_passkey": "Make new codes, with a passkey"}
    values = {"title": "Make new recovery codes?", "texts": texts, "action": "/profile/recovery", **buttons}
    return show(request, "prove.html", status, **values, problem=problem, proof=proof(visitor))


@router.get("/profile/recovery")
def ask_for_recovery(request: Request, visitor: Visiting) -> Response:
    """Ask once before the recovery codes are others."""
    if not visitor.engine.accounts.has_factor(visitor.person.login):
        raise NotFound
    return _to_renew(request, visitor)


@router.post("/profile/recovery")
@beside(PASSWORDS)
def renew_recovery(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Make new recovery codes, which are shown only now."""
    accounts, login = visitor.engine.accounts, visitor.person.login
    if not accounts.has_factor(login):
        return go("/profile")
    if why := proven(request, visitor, posted):
        return _to_renew(request, visitor, 422, why)
    codes = accounts.renew_recovery(login, by=visitor.actor)
    _log.info("recovery codes renewed", login=login)
    return show(request, "recovery_codes.html", codes=codes, wanted="") if codes else go("/profile")


@router.post("/profile/calendar")
def calendar(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Make a new calendar address, or let there be none."""
    accounts, login = visitor.engine.accounts, visitor.person.login
    if posted.text("stop", 5):
        accounts.drop_feed(login)
        return _page(request, visitor, done="The address leads nowhere now.")
    address = address_of(request, f"/calendar/{accounts.new_feed(login)}.ics")
    return _page(request, visitor, done="This is your new calendar address. It is shown only now.", address=address)
