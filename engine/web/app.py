"""The application: the routes of the pages, and what they share."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
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
from engine.service.desk.drafts import UnknownDraft
from engine.service.meetings.meetings import UnknownMeeting
from engine.service.people.attempts import Throttle
from engine.service.people.ceremonies import party_of
from engine.source.fault import Invalid, TooBig, Unavailable, Unknown
from engine.web import home, journal, outbox, processes, registers, retention
from engine.web.bundle import Bundle
from engine.web.cases import (
    board,
    case,
    caseload,
    corrections,
    documents,
    drafts,
    events,
    exports,
    links,
    places,
    tasks,
    undo,
)
from engine.web.faults import Elsewhere, Forged, LacksFactor, NotSignedIn, OtherHat, Outdated, Retired, TooLong
from engine.web.forms import late
from engine.web.guard import Guard, tell, turned_away
from engine.web.meetings import booking, dates, feed, intake, meetings
from engine.web.page import go
from engine.web.people import deputies, handovers, organisations, passkeys, people, profile, sessions, signing, warnings
from engine.web.people.provider import Provider
from engine.web.told import tell as told
from engine.web.told import typed_by_hand
from engine.web.visitor import Visitor, addressed

NOT_THERE = "nothing there for them"
# In this order they are searched: what is asked for most comes first.
ROOMS = (
    case,
    home,
    caseload,
    exports,
    events,
    tasks,
    corrections,
    undo,
    links,
    board,
    drafts,
    signing,
    documents,
    dates,
    feed,
    meetings,
    booking,
    intake,
    places,
    processes,
    people,
    handovers,
    deputies,
    organisations,
    outbox,
    registers,
    retention,
    journal,
    profile,
    sessions,
    passkeys,
    warnings,
)


def _pages() -> APIRouter:
    router = APIRouter(dependencies=[Depends(addressed)])
    for room in ROOMS:
        router.include_router(room.router, default_response_class=HTMLResponse)
    return router


# What FastAPI works out of each route takes a quarter of a second, and is the same for every site: once for all.
PAGES = _pages()


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
    site = FastAPI(title="casework", openapi_url=None, docs_url=None, redoc_url=None)
    site.state.engine, site.state.secure, site.state.address = engine, secure, address.rstrip("/")
    site.state.party = party_of(address)
    site.state.provider = provider
    site.state.throttle = throttle or Throttle()
    site.router.routes.extend(PAGES.routes)
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
    site.add_exception_handler(LacksFactor, late.ask_for_factor)
    site.add_exception_handler(Outdated, late.show_again)
    site.add_exception_handler(Elsewhere, _elsewhere)
    site.add_exception_handler(Forged, _forged)
    site.add_exception_handler(Retired, deputies.retired)
    site.add_exception_handler(OtherHat, deputies.other_hat)
    # An address that cannot be is answered like one that is not there: which of both it is tells nothing.
    for kind in (Unknown, RequestValidationError, 404):
        site.add_exception_handler(kind, _not_found)
    site.add_exception_handler(UnknownDraft, _noted(drafts.gone))
    site.add_exception_handler(UnknownMeeting, _noted(meetings.gone))
    site.add_exception_handler(Invalid, _invalid)
    site.add_exception_handler(Unavailable, _unavailable)
    site.add_exception_handler(Turned, _turned)
    site.add_exception_handler(TooLong, _too_long)
    site.add_exception_handler(HTTPException, _http)


def _elsewhere(request: Request, error: Exception) -> Response:
    assert isinstance(error, Elsewhere)
    if typed_by_hand(request):
        texts = (error.said, "Nothing of what you typed was kept.")
        return told(request, 409, "This cannot be done here any more", *texts, href=error.path, link="Go on")
    return go(error.path)


def _note(what: str, request: Request) -> None:
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor:
        note_refused(what, request.scope, visitor.person.login, origin_of(request))


def _noted(answer: Callable[[Request, Exception], Response]) -> Callable[[Request, Exception], Response]:
    """An answer to who asks for what is not there, or not for them: that they did is logged first."""

    def answered(request: Request, error: Exception) -> Response:
        _note(NOT_THERE, request)
        return answer(request, error)

    return answered


async def _not_found(request: Request, _: Exception) -> Response:
    """Whoever may know nothing of a page is told nothing of it; of a form that they sent, what they typed into it."""
    _note(NOT_THERE, request)
    is_form = await late.is_their_form(request)
    return await run_in_threadpool(_not_there, request, is_form=is_form)


def _not_there(request: Request, *, is_form: bool) -> Response:
    if not is_form:
        said = "There is no such page, or it is not for you. If you typed the address, check it."
        return told(request, 404, "Page not found", said)
    # The same whether there is, was or never was such a thing: who may not see it learns nothing of it.
    texts = [
        "What this form was for is not there, or is not for you any more.",
        "Your roles may have changed since you opened it, or what it was about has. Nothing was done.",
    ]
    texts += ["What you typed is not kept: copy what you still need."] if typed_by_hand(request) else []
    return told(request, 404, "This could not be done", *texts)


def _forged(request: Request, _: Exception) -> Response:
    _note("form refused", request)
    said = "The form is too old, or it was not sent from a page of this site. Nothing was done. Go back and try again."
    return told(request, 403, "This could not be accepted", said)


def _invalid(request: Request, error: Exception) -> Response:
    status = 413 if isinstance(error, TooBig) else 422
    return told(request, status, "This could not be accepted", str(error), "Nothing was done. Go back and try again.")


def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    response = told(request, 503, "This is not possible now", error.said)
    response.headers["retry-after"] = str(error.seconds)
    return response


def _turned(_: Request, error: Exception) -> Response:
    assert isinstance(error, Turned)
    return turned_away(error)


def _too_long(request: Request, error: Exception) -> Response:
    return told(request, 422, "This text is too long", str(error), "Go back and make it shorter.")


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        said = "This address is not asked in this way."
        return unknown_method(request, lambda: told(request, status, "This is not possible", said))
    return told(request, status, "This is not possible", "The request is not one that this site knows.")
