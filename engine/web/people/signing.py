"""Signing in and out: passwords, codes, invitations, and the sign-in of an organisation (OpenID Connect)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from engine.running.beside import PASSWORDS, beside
from engine.service import Engine
from engine.service.people.attempts import Try
from engine.service.people.ceremonies import MOST
from engine.service.people.faults import BadPassword
from engine.service.people.passkeys import Ask
from engine.service.people.sessions import ABSOLUTE, Session, Stage
from engine.web.forms.forms import Question
from engine.web.page import address_of, go, local_path, show
from engine.web.people.challenges import asked_for, used
from engine.web.people.provider import Provider, SignInFailed
from engine.web.people.tries import HOW_CODE, is_refused, is_right, waits
from engine.web.visitor import AnyPosted, Engined, NotFound, SentBy, Visiting, cookie_name, session_of

router = APIRouter()
_log = structlog.get_logger("casework.sign_in")
Secret = Annotated[str, Path(max_length=100)]
WRONG = "The user name or the password is not right."
PASSKEY = "/sign-in/passkey"
WRONG_PASSKEY = "This passkey is not right here, or it took too long. Try again, or use your password."
RECOVERY = "One of your recovery codes, where you do not have your passkey, or this browser knows none."


def enter(request: Request, key: str, to: str) -> RedirectResponse:
    """Send the browser on with a new session."""
    response = go(to)
    secure = request.app.state.secure
    # Lax: browsers send it with no form of another site, but with a link from there. A strict one would be missing on
    # the page that follows the sign-in of an organisation, for which they came from elsewhere.
    response.set_cookie(
        cookie_name(request), key, max_age=int(ABSOLUTE.total_seconds()), httponly=True, samesite="lax", secure=secure
    )
    return response


def leave(request: Request, to: str) -> RedirectResponse:
    """Send the browser on without a session."""
    response = go(to)
    response.delete_cookie(cookie_name(request), httponly=True, samesite="lax", secure=request.app.state.secure)
    # Nor does a page stay to which the browser could go back.
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def _ask(
    request: Request,
    status: int,
    heading: str,
    questions: list[Question],
    action: str,
    submit: str,
    *,
    texts: Sequence[str] = (),
    general: str = "",
    wanted: str = "/",
    provider: str = "",
    passkey: Mapping[str, str] | None = None,
) -> Response:
    """A page with a short form, for those who are not signed in yet."""
    return show(
        request,
        "sign_in.html",
        status,
        heading=heading,
        questions=questions,
        action=action,
        submit=submit,
        texts=texts,
        general=general,
        next=local_path(wanted),
        provider=provider,
        passkey=passkey,
    )


def _form(request: Request, status: int = 200, login: str = "", general: str = "", wanted: str = "/") -> Response:
    provider: Provider | None = request.app.state.provider
    first = not request.app.state.engine.beginning.anybody_comes_in(at_organisation=provider is not None)
    texts = (
        ["Nobody can sign in yet. Open the address in the file that the service named when it was started."]
        if first
        else []
    )
    questions = [
        Question("login", "User name", "text", required=True, value=login),
        Question("password", "Password", "password", required=True),
    ]
    title = provider.title if provider else ""
    return _ask(
        request,
        status,
        "Sign in",
        questions,
        "/sign-in",
        "Sign in",
        texts=texts,
        general=general,
        wanted=wanted,
        provider=title,
        passkey={"action": PASSKEY, "at": f"{PASSKEY}/challenge", "text": "Sign in with a passkey"},
    )


@router.get("/sign-in")
def ask_to_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002  what everybody calls it
    """The page on which people sign in."""
    session = session_of(request)
    if session and session.stage is Stage.SIGNED_IN:
        return go(local_path(next))
    return _form(request, wanted=next)


@router.post("/sign-in")
@beside(PASSWORDS)
def sign_in(request: Request, engine: Engined, posted: AnyPosted) -> Response:
    """Check name and password. What is wrong is not told."""
    login, wanted = posted.text("login", 100), local_path(posted.text("next", 2000))
    if why := waits(request, Try.PASSWORD, login):
        return _form(request, 429, login, why, wanted)
    key = engine.accounts.sign_in(login, posted.text("password", 1000))
    if key is None:
        is_refused(request, Try.PASSWORD, login)
        return _form(request, 403, login, WRONG, wanted)
    is_right(request, Try.PASSWORD, login)
    _end_other(request, engine)
    session = engine.accounts.session(key)
    needs_code = session is not None and session.stage is Stage.CODE
    _log.info("password right, code asked for" if needs_code else "signed in", login=login)
    return enter(request, key, f"/sign-in/code?next={quote(wanted)}" if needs_code else wanted)


def _end_other(request: Request, engine: Engined) -> None:
    """A session that the browser came with ends: nobody can have planted it for later."""
    before = request.cookies.get(cookie_name(request))
    if before:
        engine.accounts.sign_out(before)


def _code_form(
    request: Request, engine: Engine, session: Session, wanted: str, status: int = 200, error: str = ""
) -> Response:
    asked, login = Question("code", "Code", "text", required=True, error=error), session.person.login
    has_code, has_passkey = engine.accounts.second_factor(login)[0], bool(engine.passkeys.of(login))
    asked.hint = HOW_CODE if has_code else RECOVERY
    passkey = {"action": "/sign-in/code", "at": "/sign-in/code/challenge", "text": "Use a passkey"}
    # It comes first where it is what they have; a recovery code is for when it is not at hand.
    passkey |= {} if has_code else {"first": "yes"}
    return _ask(
        request,
        status,
        "Enter your code" if has_code else "Use your passkey",
        [asked],
        "/sign-in/code",
        "Go on",
        wanted=wanted,
        passkey=passkey if has_passkey else None,
    )


def _half_way(request: Request) -> Session | None:
    session = session_of(request)
    return session if session and session.stage is Stage.CODE else None


@router.get("/sign-in/code")
def ask_for_code(request: Request, engine: Engined, next: str = "/") -> Response:  # noqa: A002
    """The page that asks for the second factor."""
    session = _half_way(request)
    return _code_form(request, engine, session, next) if session else _begin_again(next)


@router.post("/sign-in/code/challenge")
def ask_for_second_passkey(request: Request, _: AnyPosted) -> Response:
    """What the browser is asked where a passkey is the second factor."""
    session = _half_way(request)
    if session is None:
        raise NotFound
    return asked_for(request, Ask.CODE, session.person.login)


def _begin_again(wanted: str) -> Response:
    """A sign-in that was left for too long begins again, and leads to the same page: a typed form may wait there."""
    return go(f"/sign-in?next={quote(local_path(wanted))}")


@router.post("/sign-in/code")
def give_code(request: Request, engine: Engined, posted: AnyPosted) -> Response:
    """Check the second factor."""
    session, wanted = _half_way(request), local_path(posted.text("next", 2000))
    if session is None:
        return _begin_again(wanted)
    login, said = session.person.login, posted.text("credential", MOST)
    if why := waits(request, Try.CODE, login):
        return _code_form(request, engine, session, wanted, 429, why)
    if said:
        key = engine.accounts.give_passkey(used(request, Ask.CODE, said, login), session)
    else:
        key = engine.accounts.give_code(session, posted.text("code", 40))
    if key is None:
        is_refused(request, Try.CODE, login)
        wrong = "This passkey is not right, or it took too long." if said else "This code is not right."
        return _code_form(request, engine, session, wanted, 403, wrong)
    is_right(request, Try.CODE, login)
    _log.info("signed in", login=login, by="passkey" if said else "code")
    return enter(request, key, wanted)


@router.post(f"{PASSKEY}/challenge")
def ask_for_passkey(request: Request, _: AnyPosted) -> Response:
    """What the browser is asked where a passkey is all that is asked for."""
    return asked_for(request, Ask.ALONE)


@router.post(PASSKEY)
def sign_in_by_passkey(request: Request, engine: Engined, posted: AnyPosted) -> Response:
    """Let in whose passkey was used, where its device made sure that it was them."""
    wanted = local_path(posted.text("next", 2000))
    # Whose it would be is not known before it is looked at.
    if why := waits(request, Try.PASSKEY, ""):
        return _form(request, 429, general=why, wanted=wanted)
    found = used(request, Ask.ALONE, posted.text("credential", MOST))
    key = engine.accounts.give_passkey(found)
    if key is None:
        is_refused(request, Try.PASSKEY, found.login)
        return _form(request, 403, general=WRONG_PASSKEY, wanted=wanted)
    is_right(request, Try.PASSKEY, "")
    _end_other(request, engine)
    _log.info("signed in", login=found.login, by="passkey")
    return enter(request, key, wanted)


@router.post("/sign-out")
def sign_out(request: Request, engine: Engined, visitor: Visiting, _: SentBy) -> Response:
    """End this session."""
    engine.accounts.sign_out(visitor.session.key)
    _log.info("signed out", login=visitor.person.login)
    return leave(request, "/signed-out")


@router.get("/signed-out")
def signed_out(request: Request) -> Response:
    """The page after signing out."""
    texts = ["You have signed out. On a computer that others use, close the browser as well."]
    return show(request, "told.html", title="You are signed out", texts=texts, href="/sign-in", link="Sign in again")


def _invited(request: Request, login: str, secret: str, status: int = 200, error: str = "") -> Response:
    asked = [Question("password", "New password", "password", required=True, error=error)]
    asked[0].hint = "At least 12 characters. Three random words make a good one."
    texts, action = [f"Your user name is {login}."], f"/invitation/{secret}"
    return _ask(request, status, "Choose a password", asked, action, "Keep it and sign in", texts=texts)


def _no_invitation(request: Request) -> Response:
    texts = ["It was used before, or it has expired. Ask your administrator for a new one."]
    title = "This invitation holds no more"
    return show(request, "told.html", 404, title=title, texts=texts, href="/sign-in", link="Sign in")


@router.get("/invitation/{secret}")
def see_invitation(request: Request, engine: Engined, secret: Secret) -> Response:
    """The page on which somebody who was invited chooses a password."""
    login = engine.accounts.invited(secret)
    return _invited(request, login, secret) if login else _no_invitation(request)


@router.post("/invitation/{secret}")
@beside(PASSWORDS)
def accept_invitation(request: Request, engine: Engined, secret: Secret, posted: AnyPosted) -> Response:
    """Keep the password that was chosen, and sign in."""
    login = engine.accounts.invited(secret)
    if login is None:
        return _no_invitation(request)
    try:
        accepted = engine.accounts.accept(secret, posted.text("password", 1000))
    except BadPassword as bad:
        return _invited(request, login, secret, 422, str(bad))
    # Somebody else may have used it in the meantime.
    if accepted is None:
        return _no_invitation(request)
    _log.info("password chosen by invitation", login=login)
    key = engine.accounts.sign_in_as(accepted)
    return enter(request, key, "/") if key else _no_invitation(request)


# The sign-in of an organisation


def _state_name(request: Request) -> str:
    return f"{cookie_name(request)}-sign-in"


@router.post("/sign-in/organisation")
def begin_at_provider(request: Request, engine: Engined, posted: AnyPosted) -> Response:
    """Send the browser to the organisation's own sign-in."""
    provider: Provider | None = request.app.state.provider
    wanted = local_path(posted.text("next", 2000))
    if provider is None:
        return go("/sign-in")
    try:
        address, remembered = provider.begin(address_of(request, "/sign-in/back"), wanted)
    except SignInFailed:
        general = "The sign-in of your organisation cannot be reached. Try again later."
        return _form(request, 503, general=general, wanted=wanted)
    response = go(address)
    # What would be too long for a browser to keep leads to the first page.
    kept = engine.errands.send(remembered) or engine.errands.send({**remembered, "next": "/"})
    # Lax: the way back is a link from the site of the provider, and a strict one would stay away.
    response.set_cookie(
        _state_name(request), kept, max_age=600, httponly=True, samesite="lax", secure=request.app.state.secure
    )
    return response


@router.get("/sign-in/back")
def come_back(request: Request, engine: Engined) -> Response:
    """The organisation's sign-in sends the browser back."""
    provider: Provider | None = request.app.state.provider
    remembered = engine.errands.back(request.cookies.get(_state_name(request), ""))
    if provider is None or remembered is None:
        return _form(request, 403, general="This took too long, or was begun elsewhere. Try again.")
    wanted = remembered["next"]
    try:
        email = provider.finish(str(request.url), remembered)
    except SignInFailed as failed:
        _log.warning("sign-in at the provider failed", why=str(failed))
        return _form(request, 403, general="Your organisation's sign-in did not work. Try again.", wanted=wanted)
    login = engine.accounts.person_with_email(email)
    key = engine.accounts.sign_in_as(login) if login else None
    if key is None:
        general = "You are not known here yet. Ask your administrator to add you."
        return _form(request, 403, general=general, wanted=wanted)
    _end_other(request, engine)
    _log.info("signed in", login=login, by="organisation")
    response = enter(request, key, wanted)
    response.delete_cookie(_state_name(request), httponly=True, samesite="lax", secure=request.app.state.secure)
    return response
