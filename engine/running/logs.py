"""Logs: lines about what the program does, for those who run it. Never data of a case, never a secret."""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path
from typing import TextIO, cast

import structlog
from starlette.types import Scope

from engine.source.number import number_in

_NUMBERS = ("number", "case")
_log = structlog.get_logger("casework.refused")


def configure(form: str, level: str) -> None:
    """Write log lines to standard error: `console` for people, `json` for programs."""
    renderer = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=_is_terminal())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: structlog.WriteLogger(cast("TextIO", _Steady())),
        # Loggers are made when modules load; a kept one would not follow a later call of `configure`.
        cache_logger_on_first_use=False,
    )
    # It warns of each run that is left out because one is under way, which is meant here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _Steady:
    """Standard error. Where it is closed or full, lines are lost and work goes on."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def note_refused(what: str, scope: Scope, login: str, address: str) -> None:
    """Somebody asked for what is not there, or not for them: which of both it is, is seen by how often they do.

    Of the address only its route and the numbers in it: what else stands there may be a secret.
    """
    route = scope.get("route")
    if route is None:  # nobody guesses numbers at an address that is none
        return
    found = {name: number_in(str(scope["path_params"].get(name, ""))) for name in _NUMBERS}
    numbers = {name: number for name, number in found.items() if number is not None}
    _log.warning(what, login=login, address=address, method=scope["method"], route=route.path, **numbers)


def place_of(error: BaseException) -> str:
    """Where in the program an error arose: file and line. Its message is not told, for it may hold data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
