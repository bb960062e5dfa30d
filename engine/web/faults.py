"""Faults: why a page is not shown, or a form not taken, as far as the pages themselves say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.source.fault import CaseworkError, Invalid

if TYPE_CHECKING:
    from engine.web.visitor import Posted


class NotSignedIn(CaseworkError):
    """Nobody is signed in; `path` is where they wanted to go."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class LacksFactor(NotSignedIn):
    """Somebody is signed in whose role needs a second factor, which they lack. `login`: who it is."""

    def __init__(self, path: str, login: str) -> None:
        super().__init__(path)
        self.login = login


class Retired(CaseworkError):
    """Somebody who is signed in acted for another person (`login`), and does not any more."""

    def __init__(self, login: str) -> None:
        super().__init__()
        self.login = login


class OtherHat(CaseworkError):
    """A form of theirs that was made while they acted for somebody else than now: nothing is done in a wrong name."""


class TooLong(Invalid):
    """A text of a form is longer than can be looked at. It is refused whole: nothing of it is cut off."""

    def __init__(self, most: int) -> None:
        super().__init__(f"What was written is too long: there is room for {most:,} characters. Nothing was kept.")


class Elsewhere(CaseworkError):
    """What was asked for is now on another page of this site; `path` leads there, and `said` says why."""

    def __init__(self, path: str, said: str = "It has moved on meanwhile.") -> None:
        super().__init__()
        self.path = path
        self.said = said


class Outdated(CaseworkError):
    """A form of theirs that was made in an earlier session: it is shown again instead of acted on."""

    def __init__(self, posted: Posted) -> None:
        super().__init__()
        self.posted = posted


class Forged(CaseworkError):
    """What was sent does not come from a page that this person was shown."""
