"""Sessions: somebody is signed in, for how long, and what a session is called instead of by its key. Times are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.service.people.people import Person, digest

# An office computer that was left; what was typed is kept and comes back after signing in.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Keeping at every page when a session was last in use would be a write for each page that is read.
TOUCH = timedelta(minutes=1)


class Stage(StrEnum):
    """How far somebody has come: the password was right and a code is asked for, or they are signed in."""

    CODE = "code"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True)
class Session:
    """Somebody is signed in, or is about to be. `visit` is when they were here before this session.

    `stale`: that it is in use was not kept for a minute. `warned`: they were told something that they have not read.
    `lacks_factor`: their role needs a second factor, and they have a password here without one.
    """

    person: Person
    stage: Stage
    csrf: str
    begun: datetime
    visit: datetime
    key: str
    stale: bool = False
    warned: bool = False
    lacks_factor: bool = False


@dataclass(frozen=True)
class OpenSession:
    """A session as its person may see it. `handle` names it, and is not its key. Instants are UTC."""

    handle: str
    begun: datetime
    seen: datetime


def lasts(begun: datetime, seen: datetime, now: datetime) -> bool:
    """Whether a session has run out neither as a whole nor by not being used.

    One that lies ahead is of a clock that has been set back since: it would not end before that clock came round.
    """
    return begun - IDLE < now < begun + ABSOLUTE and seen - IDLE < now < seen + IDLE


def handle_of(session: Session) -> str:
    """What names a session in the list of those of its person."""
    return handle_under(digest(session.key))


def handle_under(stored: str) -> str:
    """What names a session of which this digest is kept."""
    return digest(stored)[:20]
