"""Tries: what somebody gives to come in, or to confirm themselves, is counted, and written down where it is wrong."""

from __future__ import annotations

import structlog
from fastapi import Request

from engine.running.proxies import origin_of
from engine.service.people.attempts import Throttle, Try
from engine.source.words import counted
from engine.web.visitor import engine_of

HOW_CODE = "The six digits of your authenticator, or one of your recovery codes."
_log = structlog.get_logger("casework.sign_in")


def waits(request: Request, what: Try, login: str) -> str:
    """Count one more attempt: why there can be none now, in words; empty where there can."""
    throttle: Throttle = request.app.state.throttle
    attempts, address = engine_of(request).attempts, origin_of(request)
    seconds = attempts.begin(what, login, address, throttle)
    if not seconds:
        return ""
    _log.warning("too many attempts", what=str(what), login=attempts.called(login), address=address)
    length = counted(seconds, "second") if seconds < 60 else counted(-(-seconds // 60), "minute")
    return f"There were too many attempts. Wait {length}, then try again."


def is_refused(request: Request, what: Try, login: str) -> None:
    """It was wrong."""
    said = engine_of(request).attempts.refused(what, login, origin_of(request))
    # What was typed is never logged, a name that nobody has neither: a password may have been typed in its place.
    _log.warning(f"{what} refused", login=said, address=origin_of(request))


def is_right(request: Request, what: Try, login: str) -> None:
    """It was right, and counts no more."""
    engine_of(request).attempts.succeeded(what, login, origin_of(request))
