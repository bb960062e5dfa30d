"""Sessions: somebody is signed in, for how long, for whom they act there, and what a session is called instead of by
its key. Times are UTC.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.deputy import standing_in
from engine.case.time.instants import from_text, to_text
from engine.service.people.people import Person, digest, person_of
from engine.service.people.second_factors import SecondFactors
from engine.store.people.accounts import StoredSession, session_row
from engine.store.people.deputies import acted_for
from engine.store.people.people import StoredPerson

# An office computer that was left; what was typed is kept and comes back after signing in.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Keeping at every page when a session was last in use would be a write for each page that is read.
TOUCH = timedelta(minutes=1)
# Between the secret of a session and for whom its person acts, in the token of a form; no secret has a dot in it.
HAT = "."


class Stage(StrEnum):
    """How far somebody has come: the password was right and a code is asked for, or they are signed in."""

    CODE = "code"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True)
class Session:
    """Somebody is signed in, or is about to be. `visit` is when they were here before this session.

    `stale`: that it is in use was not kept for a minute. `warned`: they were told something that they have not read.
    `lacks_factor`: their role needs a second factor, and they have a password here without one; so they do while they
    act for somebody whose role does. `acting`: for whom they act, until the end of the day `until`; `acted`: the login
    of for whom they did, and do not any more. `is_deputy`: there is somebody for whom they may act now.
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
    acting: Person | None = None
    until: date | None = None
    acted: str = ""
    is_deputy: bool = False

    @functools.cached_property  # a page asks for it some twenty times
    def actor(self) -> Actor:
        """Who is signed in, as one who asks something of a case, for themselves or for whom they act."""
        own = self.person.actor
        return standing_in(own.name, self.acting.actor) if self.acting else own

    @property
    def token(self) -> str:
        """What shows that a form was made in this session, and for whom they acted then."""
        return HAT.join((self.csrf, self.acting.login)) if self.acting else self.csrf


def session_of(connection: Connection, key: str, now: datetime, factors: SecondFactors) -> Session | None:
    """Who is signed in with this key at an instant (aware); None where the session is unknown or has run out."""
    row = session_row(connection, digest(key), to_text(now))
    if row is None or not row[11] or row[2] not in set(Stage):
        return None
    found = StoredSession(*row[:7])
    begun, seen = from_text(found.begun), from_text(found.seen)
    if not lasts(begun, seen, now):
        return None
    roles = tuple(json.loads(row[9]))
    known = (found.person, row[7], row[8], roles, row[10])
    stored = StoredPerson(*known, active=True, email=row[12], area=row[13] or "", seq=row[14])
    told: dict[str, Any] = {"stale": seen + TOUCH <= now, "warned": bool(row[15]), "is_deputy": bool(row[19])}
    told |= _acting(connection, found.person, row[18], now) if row[18] else {}
    # Without a password here they came by their organisation, which asks for what it asks.
    held = {*roles, *(told["acting"].roles if told.get("acting") else ())}
    told["lacks_factor"] = row[16] == "" and not row[17] and factors.needed(held)
    times = (begun, from_text(found.visit))
    return Session(person_of(stored), Stage(found.stage), found.csrf, *times, key, **told)


def _acting(connection: Connection, deputy: int, login: str, now: datetime) -> dict[str, Any]:
    """For whom somebody acts in a session, and until when; or that they do not any more."""
    for person, last in acted_for(connection, deputy, to_text(now)):
        if person.login == login:
            return {"acting": person_of(person), "until": date.fromisoformat(last)}
    return {"acted": login}


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
