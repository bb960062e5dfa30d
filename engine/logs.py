"""Logs: lines about what the program does, for those who run it. Never data of a case, never a secret."""

from __future__ import annotations

import logging
import sys

import structlog


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
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _is_terminal() -> bool:
    return sys.stderr.isatty()
