"""Undo: who may take an event back, until when, and whether also where it ended the case. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.calendars.duration import Duration


@dataclass(frozen=True)
class Undo:
    """What a process says of taking an event back: by the roles `by`, `within` a time after it was written down (None:
    whenever nothing was built on it), and, where it `reopens`, also when the case has ended with it.
    """

    by: frozenset[str]
    within: Duration | None = None
    reopens: bool = False
