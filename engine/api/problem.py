"""Problem details (RFC 9457): the one form in which the API says that something was not done.

`code` is the engine's own: a refusal's, or one of the few below. Messages never repeat what was sent.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from engine.case.refusal import Code, Refusal
from engine.running.doors import Turned
from engine.running.logs import note_refused
from engine.running.methods import unknown_method
from engine.running.proxies import origin_of
from engine.source.fault import CaseworkError, Invalid, TooBig, Unavailable, Unknown

MEDIA_TYPE = "application/problem+json"
# 412 is what HTTP has for an If-Match that does not hold (RFC 9110).
_STATUS = {Code.NOT_ALLOWED: 403, Code.FORM: 422, Code.CHANGED: 412}


@dataclass
class ProblemDetails:
    """Why something was not done."""

    title: str
    status: int
    code: str
    detail: str
    missing: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    possible: list[str] = field(default_factory=list)


class Refused(CaseworkError):
    """Ends a request with a problem."""

    def __init__(self, problem: ProblemDetails, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.code)
        self.problem, self.headers = problem, headers or {}


def problem(status: int, code: str, detail: str, **more: Any) -> ProblemDetails:
    """A problem with the usual title of its status."""
    return ProblemDetails(HTTPStatus(status).phrase, status, code, detail, **more)


def of_refusal(refusal: Refusal) -> Refused:
    """A refusal of the engine. What stands in the way of the case as it is now is a conflict (409)."""
    status = _STATUS.get(refusal.code, 409)
    told = problem(status, str(refusal.code), refusal.message)
    told.missing, told.fields, told.possible = list(refusal.missing), dict(refusal.fields), list(refusal.possible)
    return Refused(told)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for the description of the API."""
    # By name and not as a model: FastAPI would describe a model as JSON, and it is sent as MEDIA_TYPE.
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        # These any route may give, for they come of what stands before it: doors, headers, limits, the database.
        for status in sorted({400, 401, 403, 413, 415, 422, 429, 503, *statuses})
    }


def answer(told: ProblemDetails, headers: dict[str, str] | None = None) -> JSONResponse:
    """The problem as a response."""
    body = {name: value for name, value in asdict(told).items() if value or name in {"status", "detail"}}
    return JSONResponse(body, told.status, headers, MEDIA_TYPE)


def turned_away(turned: Turned) -> JSONResponse:
    """The problem for those whose request is not taken."""
    code = "too_big" if turned.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "http"
    return answer(problem(turned.status_code, code, turned.detail), dict(turned.headers or {}))


async def tell(scope: Scope, receive: Receive, send: Send, turned: Turned) -> None:
    """The same, before any route was asked."""
    await turned_away(turned)(scope, receive, send)


def add_handlers(app: FastAPI) -> None:
    """Tell every error as a problem."""

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> JSONResponse:
        if error.problem.status == HTTPStatus.FORBIDDEN:
            _note("not allowed to a program", request)
        return answer(error.problem, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # Only the message: what stands beside it in an error of pydantic repeats what was sent.
        # The first step says in which part of the request it is, which its name tells as well.
        fields = {".".join(str(step) for step in one["loc"][1:]) or "body": str(one["msg"]) for one in error.errors()}
        # What is no JSON at all has no fields that could be mended.
        is_syntax = any(one["type"] == "json_invalid" for one in error.errors())
        told = problem(400 if is_syntax else 422, "form", "The request is not as it must be.")
        told.fields = fields
        return answer(told)

    @app.exception_handler(Turned)
    def turned(_: Request, error: Turned) -> JSONResponse:
        return turned_away(error)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        said = problem(error.status_code, "http", _SAID.get(error.status_code, HTTPStatus(error.status_code).phrase))
        # Starlette names in `Allow` the methods of the first route that fits, not those of all.
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return unknown_method(request, lambda: answer(said))
        return answer(said, dict(error.headers or {}))

    for family in _FAMILIES:
        app.add_exception_handler(family, _of_family)


# What FastAPI cannot read at all it refuses with 400, and says no more than that.
_SAID = {
    400: "The body of the request cannot be read. Send JSON in UTF-8, not nested deeply, with numbers of usual length."
}

# Families, not their members: what is new belongs to one of them.
_FAMILIES: dict[type[Exception], tuple[int, str]] = {
    Unknown: (404, "not_found"),
    TooBig: (413, "too_big"),
    Invalid: (422, "form"),
    Unavailable: (503, "unavailable"),
}


def _note(what: str, request: Request) -> None:
    login = getattr(request.state, "login", "")
    if login:
        note_refused(what, request.scope, login, origin_of(request))


def _of_family(request: Request, error: Exception) -> JSONResponse:
    # The nearest family counts: what is too big is invalid as well.
    status, code = next(_FAMILIES[one] for one in type(error).__mro__ if one in _FAMILIES)
    # Its message is for those who run the service: it may name files and servers.
    if isinstance(error, Unavailable):
        return answer(problem(status, code, error.said), {"Retry-After": str(error.seconds)})
    if status == HTTPStatus.NOT_FOUND:
        _note("nothing there for a program", request)
    told = problem(status, code, str(error) or "There is no such thing.")
    if isinstance(error, Invalid) and error.field:
        told.fields = {error.field: str(error)}
    return answer(told)
