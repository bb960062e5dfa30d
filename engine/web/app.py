"""The application: the routes of the pages, and what they share."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from engine.running.doors import Doors, Turned
from engine.running.headers import hosts_of, is_secure
from engine.running.logs import note_refused
from engine.running.methods import Heads, unknown_method
from engine.running.proxies import origin_of
from engine.service import Engine
from engine.service.people.attempts import Throttle
from engine.source.fault import Invalid, TooBig, Unavailable, Unknown
from engine.web import home, journal, outbox, processes, retention
from engine.web.bundle import Bundle
from engine.web.cases import board, case, caseload, corrections, documents, drafts, events, places, tasks
from engine.web.forms import late
from engine.web.guard import Guard, tell, turned_away
from engine.web.meetings import dates, feed, meetings
from engine.web.page import go, show
from engine.web.people import handovers, organisations, people, profile, signing, warnings
from engine.web.people.provider import Provider
from engine.web.visitor import Elsewhere, Forged, NotSignedIn, Outdated, TooLong, Visitor, addressed

# In this order they are searched: what is asked for most comes first.
ROOMS = (
    case,
    home,
    caseload,
    events,
    tasks,
    corrections,
    board,
    drafts,
    signing,
    documents,
    dates,
    feed,
    meetings,
    places,
    processes,
    people,
    handovers,
    organisations,
    outbox,
    retention,
    journal,
    profile,
    warnings,
)


def create_site(
    engine: Engine,
    *,
    address: str = "http://127.0.0.1:8000",
    provider: Provider | None = None,
    throttle: Throttle | None = None,
) -> FastAPI:
    """The pages of an engine, reached at `address`. Where that is https, cookies are sent by it only."""
    engine.accounts.get_ready()
    secure = is_secure(address)
    # No description: of pages it would tell those outside which addresses there are, and no program asks them.
    site = FastAPI(title="casework", openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(addressed)])
    site.state.engine, site.state.secure, site.state.address = engine, secure, address.rstrip("/")
    site.state.provider = provider
    site.state.throttle = throttle or Throttle()
    for room in ROOMS:
        site.include_router(room.router, default_response_class=HTMLResponse)
    site.mount("/static", Bundle(), name="static")
    _add_handlers(site)
    site.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts_of(address), www_redirect=False)
    # What is added last is asked first: Guard gives its headers also to those whom the doors turn away.
    site.add_middleware(Doors, tell=tell)
    site.add_middleware(Guard, secure=secure)
    site.add_middleware(Heads)
    return site


def _add_handlers(site: FastAPI) -> None:
    site.add_exception_handler(NotSignedIn, late.ask_to_sign_in)
    site.add_exception_handler(Outdated, late.show_again)
    site.add_exception_handler(Elsewhere, _elsewhere)
    site.add_exception_handler(Forged, _forged)
    # An address that cannot be is answered like one that is not there: which of both it is tells nothing.
    for kind in (Unknown, RequestValidationError):
        site.add_exception_handler(kind, _not_found)
    site.add_exception_handler(Invalid, _invalid)
    site.add_exception_handler(Unavailable, _unavailable)
    site.add_exception_handler(Turned, _turned)
    site.add_exception_handler(TooLong, _too_long)
    site.add_exception_handler(HTTPException, _http)


def _elsewhere(_: Request, error: Exception) -> Response:
    assert isinstance(error, Elsewhere)
    return go(error.path)


def _told(request: Request, status: int, title: str, *texts: str) -> Response:
    values: dict[str, Any] = {"title": title, "texts": texts, "href": "/", "link": "Go to the first page"}
    return show(request, "told.html", status, **values)


def _note(what: str, request: Request) -> None:
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor:
        note_refused(what, request.scope, visitor.person.login, origin_of(request))


def _not_found(request: Request, _: Exception) -> Response:
    _note("nothing there for them", request)
    said = "There is no such page, or it is not for you. If you typed the address, check it."
    return _told(request, 404, "Page not found", said)


def _forged(request: Request, _: Exception) -> Response:
    _note("form refused", request)
    said = "The form is too old, or it was not sent from a page of this site. Nothing was done. Go back and try again."
    return _told(request, 403, "This could not be accepted", said)


def _invalid(request: Request, error: Exception) -> Response:
    status = 413 if isinstance(error, TooBig) else 422
    return _told(request, status, "This could not be accepted", str(error), "Nothing was done. Go back and try again.")


def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    response = _told(request, 503, "This is not possible now", error.said)
    response.headers["retry-after"] = str(error.seconds)
    return response


def _turned(_: Request, error: Exception) -> Response:
    assert isinstance(error, Turned)
    return turned_away(error)


def _too_long(request: Request, error: Exception) -> Response:
    return _told(request, 422, "This text is too long", str(error), "Go back and make it shorter.")


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _not_found(request, error)
    if status == 405:
        said = "This address is not asked in this way."
        return unknown_method(request, lambda: _told(request, status, "This is not possible", said))
    return _told(request, status, "This is not possible", "The request is not one that this site knows.")
