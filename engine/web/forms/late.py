"""Late: a form that was sent after its session had ended, or before its person had the second factor that they need,
is kept, and waits for them. One whose matter is gone for them is given back.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Mount

from engine.case.answers.text import can_be_kept
from engine.running.doors import FORM
from engine.source.address import parts_of
from engine.source.number import number_in
from engine.web.faults import Forged, LacksFactor, NotSignedIn, Outdated
from engine.web.forms.texts import texts_of
from engine.web.page import local_path
from engine.web.visitor import BEGIN_FACTOR, MOST_FIELDS, SECRETS, TYPED, Posted, Visitor, check_origin, engine_of


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Send who is not signed in to where they can. A form that came too late is kept, and waits for them."""
    assert isinstance(error, NotSignedIn)
    path = error.path
    if request.method == "POST":
        path = await _late(request)
    return RedirectResponse("/sign-in" if path == "/" else f"/sign-in?next={quote(path)}", 303)


async def ask_for_factor(request: Request, error: Exception) -> Response:
    """Lead who lacks a second factor to where they set one up. A form that they sent meanwhile is kept as well."""
    assert isinstance(error, LacksFactor)
    # A page is found again from the first one; with one on which something typed waits, that would be lost.
    page = error.path if TYPED in request.query_params else "/"
    path = await _late(request, error.login) if request.method == "POST" else page
    return RedirectResponse(BEGIN_FACTOR if path == "/" else f"{BEGIN_FACTOR}?next={quote(path)}", 303)


async def _late(request: Request, of: str = "") -> str:
    """Where to go after signing in: back to the form, if the token in it shows for whom it was made, and for nobody
    else than `of` where that is known.
    """
    page = _page_of(request)
    try:
        check_origin(request)
    except Forged:
        return "/"
    posted = await _read(request)
    if posted is None or not can_be_kept([one for pair in posted.fields for one in pair]):
        return page
    login = await _made_for(request, posted.token)
    return await _kept(request, page, login, posted) if login and of in ("", login) else page


async def is_their_form(request: Request) -> bool:
    """Whether what came to nothing is a form that its sender was shown. What they typed into it stands in the answer:
    who has lost a role since they opened it is turned away before it was read.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if request.method != "POST" or visitor is None:
        return False
    if getattr(request.state, "posted", None) is None:
        try:
            check_origin(request)
        except Forged:
            return False
        posted = await _read(request)
        if posted is None or await _made_for(request, posted.token) != visitor.person.login:
            return False
        request.state.posted = posted
    return True


async def _made_for(request: Request, token: str) -> str | None:
    return await run_in_threadpool(engine_of(request).desk.made_for, token)


async def _read(request: Request) -> Posted | None:
    """What was typed, without files; None where that is more than can be kept, or was not made by a page of ours."""
    if request.headers.get("content-type", "").lstrip().lower().startswith("multipart/"):

        async def is_ours(token: str) -> bool:
            return await _made_for(request, token) is not None

        fields = await texts_of(request, is_ours)
        return None if fields is None else Posted(FormData(fields))
    told = number_in(request.headers.get("content-length", ""))
    if told is None or told > FORM.most:
        return None
    async with request.form(max_fields=MOST_FIELDS, max_part_size=FORM.most) as sent:
        return Posted(sent)


async def show_again(request: Request, error: Exception) -> Response:
    """A form that was made in an earlier session of the same person: shown again, with what was typed."""
    assert isinstance(error, Outdated)
    login = request.state.visitor.person.login
    return RedirectResponse(await _kept(request, _page_of(request), login, error.posted), 303)


async def _kept(request: Request, page: str, login: str, posted: Posted) -> str:
    if request.url.path.startswith(SECRETS):
        return page
    desk = engine_of(request).desk
    name = await run_in_threadpool(desk.keep_form, login, request.url.path, posted.fields, late=True)
    return f"{page}{'&' if '?' in page else '?'}{urlencode({TYPED: name})}" if name else page


def _page_of(request: Request) -> str:
    """The page on which a form stood: the one that browsers name, or one at its own address or above it."""
    came = parts_of(request.headers.get("referer", ""))
    is_ours = came is not None and came.netloc == request.url.netloc
    named = [f"{came.path}?{came.query}" if came.query else came.path] if came is not None and is_ours else []
    parts = request.url.path.strip("/").split("/")
    above = ["/" + "/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((local_path(one) for one in [*named, *above] if _is_page(request, one.partition("?")[0])), "/")


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    # A folder of files answers to every path below it.
    routes = [one for one in request.app.router.routes if not isinstance(one, Mount)]
    return any(one.matches(scope)[0] is Match.FULL for one in routes)
