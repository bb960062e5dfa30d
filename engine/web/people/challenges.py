"""Challenges: asking a browser for a passkey, and taking what it answers. What was asked is in a cookie, encrypted."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from engine.running.proxies import origin_of
from engine.service.people.ceremonies import RelyingParty
from engine.service.people.passkeys import Ask, Asked, Used
from engine.web.visitor import NotFound, cookie_name, engine_of

SECONDS = 600


def party_of_site(request: Request) -> RelyingParty:
    """The site that passkeys are of.

    Raises:
        NotFound: its address is one for which browsers make none.
    """
    found: RelyingParty | None = request.app.state.party
    if found is None:
        raise NotFound
    return found


def asked_for(request: Request, what: Ask, login: str = "") -> Response:
    """What the script on a page asks the browser for."""
    asked = engine_of(request).passkeys.ask(what, party_of_site(request), login)
    return keep(request, Response(asked.options, media_type="application/json"), asked)


def challenge_cookie(request: Request) -> str:
    """What the cookie is called that holds what was asked; bound to this very host as that of the session is."""
    return f"{cookie_name(request)}-passkey"


def keep(request: Request, response: Response, asked: Asked) -> Response:
    """Let the browser keep what it was asked, until it answers."""
    secure = request.app.state.secure
    name = challenge_cookie(request)
    response.set_cookie(name, asked.kept, max_age=SECONDS, httponly=True, samesite="strict", secure=secure)
    return response


def kept(request: Request) -> str:
    """What the browser has kept of it."""
    return request.cookies.get(challenge_cookie(request), "")


def used(request: Request, what: Ask, said: str, login: str = "") -> Used:
    """Whose passkey the browser has used, and whether that is believed."""
    party = party_of_site(request)
    return engine_of(request).passkeys.use(what, said, kept(request), party, login, origin_of(request))
