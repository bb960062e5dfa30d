"""Asking: who sends a request, what they may do by their token, and how often."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import AfterValidator, BeforeValidator

from engine.api.problem import Refused, problem
from engine.case.answers.text import can_be_kept
from engine.case.command import Actor
from engine.case.time.instants import NOT_TOLD, is_told
from engine.service import Engine, Grant, Scope
from engine.source.number import NotANumber, count, whole

# Room for a UUID with a name before it; keys are kept for ever.
KEY_LENGTH = 120
# Without an error of its own, which would be no problem details.
_bearer = HTTPBearer(auto_error=False, description="A token that `casework token issue` gave.")


def _kept(value: Any) -> Any:
    if not can_be_kept(value):
        raise ValueError("it holds signs that cannot be kept")
    return value


def _told(moment: datetime) -> datetime:
    if not is_told(moment):
        raise ValueError(NOT_TOLD)
    return moment


Text = Annotated[str, AfterValidator(_kept)]
Data = Annotated[dict[str, Any], AfterValidator(_kept)]
Moment = Annotated[datetime, AfterValidator(_told)]


def addressed(request: Request) -> None:
    """Whatever parameters a route has: what stands in the address is text that can be kept."""
    if not can_be_kept([request.scope["path"], *request.query_params.values()]):
        message = "The address holds signs that cannot be kept."
        raise Refused(problem(422, "form", message))


class Limits:
    """So many requests a minute for each token, counted in this process."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, token: int) -> bool:
        """Whether one more request is allowed now; it is counted."""
        return self._limiter.hit(self._item, str(token))


def engine_of(request: Request) -> Engine:
    """The engine that this API is a face of."""
    engine: Engine = request.app.state.engine
    return engine


Engined = Annotated[Engine, Depends(engine_of)]


def _grant(
    request: Request,
    engine: Engined,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Grant:
    found = engine.people.identify(credentials.credentials) if credentials else None
    if found is None:
        told = problem(401, "not_signed_in", "Send a token that is valid: Authorization: Bearer …")
        raise Refused(told, {"WWW-Authenticate": "Bearer"})
    limits: Limits = request.app.state.limits
    if not limits.allows(found.token):
        raise Refused(problem(429, "too_many", "Too many requests. Try again in a minute."), {"Retry-After": "60"})
    return found


Granted = Annotated[Grant, Depends(_grant)]


def _actor_for(grant: Grant, scope: Scope) -> Actor:
    if scope not in grant.scopes:
        raise Refused(problem(403, "not_allowed", f"The token lacks the scope {scope}."))
    return grant.person.actor


def _reader(grant: Granted) -> Actor:
    return _actor_for(grant, Scope.READ)


def _writer(grant: Granted) -> Actor:
    return _actor_for(grant, Scope.WRITE)


Whole = Annotated[int, BeforeValidator(whole)]  # pydantic alone takes 1_000, 1.0 and more
Reader = Annotated[Actor, Depends(_reader)]
Writer = Annotated[Actor, Depends(_writer)]


def _expected(
    if_match: Annotated[str | None, Header(description="The ETag of the case as you know it.")] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    # A proxy that packs answers makes weak tags of ours.
    version = if_match.strip().removeprefix("W/").strip('"')
    try:
        return count(version)
    except NotANumber:
        message = "If-Match must be the ETag of the case."
        raise Refused(problem(422, "form", message, fields={"If-Match": message})) from None


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


def etag(version: int) -> str:
    """The ETag of a case in this version."""
    return f'"{version}"'
