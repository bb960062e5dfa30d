"""Clock: the one place where the program asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """The present instant (aware, UTC)."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present instant (aware, UTC)."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is set: for scenarios, demonstrations and tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move the hands to an instant (aware)."""
        self._moment = moment.astimezone(UTC)
