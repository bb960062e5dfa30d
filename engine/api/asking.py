"""Asking: who sends a request, what they may do by their token, and how often."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import structlog
from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BeforeValidator

from engine.api.problem import Refused, of_refusal, problem
from engine.case.answers.text import can_be_kept
from engine.case.command import Actor
from engine.case.refusal import Refusal
from engine.running.proxies import origin_of
from engine.service import Engine, Grant, Scope
from engine.service.people.attempts import Throttle, Try
from engine.service.people.deputies import ActsNoMore
from engine.source.moment import day_written, moment_written
from engine.source.name import LONGEST
from engine.source.number import NotANumber, whole
from engine.store.database import DatabaseUnwritable

# A program whose token has expired may ask for long before somebody sees it.
WRONG_TOKENS = Throttle(per_address=200)
_log = structlog.get_logger("casework.api")
# Room for a UUID with a name before it; keys are kept for ever.
KEY_LENGTH = 120
# Without an error of its own, which would be no problem details.
_bearer = HTTPBearer(auto_error=False, description="A token that `casework token issue` gave.")


def _kept(value: Any) -> Any:
    if not can_be_kept(value):
        raise ValueError("it holds signs that cannot be kept")
    return value


def _moment(written: Any) -> datetime:
    # Before pydantic, which takes numbers for seconds since 1970.
    return moment_written(written, or_day=True)


Text = Annotated[str, AfterValidator(_kept)]
Value = Annotated[Any, AfterValidator(_kept)]
Data = Annotated[dict[str, Any], AfterValidator(_kept)]
Day = Annotated[date, BeforeValidator(day_written)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


def addressed(request: Request) -> None:
    """Whatever parameters a route has: what stands in the address is text that can be kept."""
    if not can_be_kept([request.scope["path"], *request.query_params.values()]):
        message = "The address holds signs that cannot be kept."
        raise Refused(problem(422, "form", message))


def engine_of(request: Request) -> Engine:
    """The engine that this API is a face of."""
    engine: Engine = request.app.state.engine
    return engine


Engined = Annotated[Engine, Depends(engine_of)]


def _count_wrong(request: Request, engine: Engine) -> None:
    address, wait = origin_of(request), 0
    with contextlib.suppress(DatabaseUnwritable):  # they are told that it is wrong
        wait = engine.attempts.begin(Try.TOKEN, "", address, WRONG_TOKENS)
    _log.warning("token refused", address=address)
    if wait:
        told = problem(429, "too_many", "Too many tokens were wrong. Wait, then send one that is valid.")
        raise Refused(told, {"Retry-After": str(wait)})


def _grant(
    request: Request,
    engine: Engined,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Grant:
    found = engine.people.identify(credentials.credentials) if credentials else None
    if found is None:
        # After it was looked up: who has a right one comes in, whatever others try at the same address.
        if credentials:
            _count_wrong(request, engine)
        told = problem(401, "not_signed_in", "Send a token that is valid: Authorization: Bearer …")
        # RFC 9110 wants it beside each 401.
        raise Refused(told, {"WWW-Authenticate": "Bearer"})
    # Counted by the token's number, once it is known: who guesses fills the database with no counters.
    if wait := engine.budgets.spend(found.token, request.app.state.per_minute):
        told = problem(429, "too_many", "Too many requests by this token. Wait, then go on.")
        raise Refused(told, {"Retry-After": str(wait)})
    request.state.login = found.person.login
    return found


Granted = Annotated[Grant, Depends(_grant)]


def _for_whom(
    engine: Engined,
    grant: Granted,
    act_for: Annotated[
        str | None, Header(max_length=LONGEST, description="The login of the person for whom you act; else for you.")
    ] = None,
) -> Actor:
    if not act_for:
        return grant.person.actor
    try:
        return engine.deputies.actor(grant.person.login, act_for)
    except ActsNoMore as told:
        raise Refused(problem(403, "not_allowed", str(told))) from None


Hat = Annotated[Actor, Depends(_for_whom)]


def _actor_for(request: Request, grant: Grant, scope: Scope, hat: Actor) -> Actor:
    if scope not in grant.scopes:
        raise Refused(problem(403, "not_allowed", f"The token lacks the scope {scope}."))
    return replace(hat, origin=origin_of(request))


def _reader(request: Request, grant: Granted, hat: Hat) -> Actor:
    return _actor_for(request, grant, Scope.READ, hat)


def _writer(request: Request, grant: Granted, hat: Hat) -> Actor:
    return _actor_for(request, grant, Scope.WRITE, hat)


Whole = Annotated[int, BeforeValidator(whole)]  # pydantic alone takes 1_000, 1.0 and more
Reader = Annotated[Actor, Depends(_reader)]
Writer = Annotated[Actor, Depends(_writer)]


def _expected(
    engine: Engined,
    if_match: Annotated[str | None, Header(description="The ETag of the case as you know it.")] = None,
) -> int | None:
    # By RFC 9110 a star stands for any version that is there, and there is always one.
    if if_match is None or if_match.strip() == "*":
        return None
    try:
        # What has not changed but is told otherwise now, as a task that is overdue, may be changed.
        found = engine.version_of(tags(if_match)[0])
    except NotANumber:
        message = "If-Match must be the ETag of the case."
        raise Refused(problem(422, "form", message, fields={"If-Match": message})) from None
    if isinstance(found, Refusal):
        raise of_refusal(found)
    return found


def _key(
    writer: Writer,
    idempotency_key: Annotated[
        str | None, Header(max_length=KEY_LENGTH, description="The same request again has no further effect.")
    ] = None,
) -> str | None:
    # With who sent it: nobody meets the key of somebody else.
    return f"{writer.name}:{idempotency_key}" if idempotency_key else None


Expected = Annotated[int | None, Depends(_expected)]
Key = Annotated[str | None, Depends(_key)]


def etag(mark: str) -> str:
    """The ETag that stands for the mark of a case, or of its version."""
    return f'"{mark}"'


def tags(said: str) -> list[str]:
    """What stands in the ETags of a header."""
    # A proxy that packs answers makes weak tags of ours.
    return [one.strip().removeprefix("W/").strip('"') for one in said.split(",")]
