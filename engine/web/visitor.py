"""Visitor: who asks for a page, what they may do, and that what they send really comes from them.

The cookie holds a random key; everything else about a session stays on the server.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BeforeValidator
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from engine.calendars.day import day_of
from engine.case.answers.text import can_be_kept
from engine.case.command import Actor
from engine.case.sight import Action, may
from engine.process.definition import Process
from engine.running.doors import FORM, door_of
from engine.running.proxies import origin_of
from engine.service import Engine
from engine.service.people.arrivals import Look
from engine.service.people.people import Person
from engine.service.people.sessions import HAT, Session, Stage
from engine.service.processes.processes import zone_for
from engine.source.address import parts_of
from engine.source.fault import Unknown
from engine.source.number import MOST_COUNTED, number_in, whole
from engine.web.faults import Forged, LacksFactor, NotSignedIn, OtherHat, Outdated, Retired, TooLong

Whole = Annotated[int, BeforeValidator(whole)]  # pydantic alone takes 1_000, 1.0 and more
Before = Annotated[Whole, Query(ge=0, le=MOST_COUNTED)]  # 0: from the latest on
# Far more than the longest form has; each field costs memory before anybody looks at it.
MOST_FIELDS = 1000
MOST_FILES = 60
# A form with files has few other fields, so that what is not on the disk is little.
MOST_BESIDE_FILES = 20
IN_MEMORY = 64_000
CSRF = "csrf"
# Where somebody whose role needs a second factor sets one up.
BEGIN_FACTOR = "/profile/code"
_PASSKEY = "/profile/passkeys"
ACT_FOR = "/act-for"
_WITHOUT_FACTOR = frozenset({BEGIN_FACTOR, _PASSKEY, f"{_PASSKEY}/made", "/sign-out", "/sign-out-everywhere", ACT_FOR})
# Forms below it hold passwords and codes: nothing of them is kept for later, or shown again.
SECRETS = "/profile/"
READS = frozenset({"GET", "HEAD"})
# In an address: the name of a form that was typed before, and that the page is filled in with.
TYPED = "typed"
# More than is ever kept of one text: what is too long comes back whole, with the reason.
MOST_TYPED = 200_000


class NotFound(Unknown):
    """There is no such page, or none that this person may know of."""


@dataclass
class Visitor:
    """Somebody who is signed in."""

    engine: Engine
    session: Session
    known: list[Process] = field(default_factory=list)
    look: Look | None = None
    origin: str = ""

    @property
    def processes(self) -> list[Process]:
        """The processes in force."""
        return [one for one in self.known if one.rows is None]

    @property
    def registers(self) -> list[Process]:
        """The registers of which they see rows, as the processes that hold those."""
        return [one for one in self.known if one.rows and may(self.actor, Action.TAKE_PART, one)]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of their days on pages that show several processes together: that of the first one."""
        return zone_for(self.processes, self.actor)

    @property
    def today(self) -> date:
        """The day that it is there."""
        return day_of(self.engine.clock.now(), self.zone)

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.session.person

    @functools.cached_property  # a page asks for it some twenty times
    def actor(self) -> Actor:
        """The same as one who asks something of a case, for themselves or for whom they act."""
        return replace(self.session.actor, origin=self.origin)

    @functools.cached_property  # the frame of a page asks for it, and the page itself
    def sees_cases(self) -> bool:
        """Whether any of their roles sees cases at all."""
        return bool(self.takes_part) or self.engine.takes_part(self.actor)  # perhaps of a version of old

    @property
    def takes_part(self) -> list[Process]:
        """The processes of which they hold a role."""
        return [one for one in self.processes if may(self.actor, Action.TAKE_PART, one)]

    @property
    def is_auditor(self) -> bool:
        """Whether they read histories only."""
        return may(self.actor, Action.AUDIT) and not self.sees_cases

    @property
    def administers(self) -> bool:
        """Whether they keep processes, people and organisations."""
        return may(self.actor, Action.ADMINISTER)

    @property
    def reads_journal(self) -> bool:
        """Whether they read what administrators did."""
        return may(self.actor, Action.READ_JOURNAL)

    @property
    def oversees(self) -> list[Process]:
        """The processes of which they see all cases."""
        return [one for one in self.processes if may(self.actor, Action.OVERSEE, one)]

    @functools.cached_property  # the layout asks too
    def meets(self) -> bool:
        """Whether they may look at meetings, perhaps of a version of old only."""
        return self.engine.meetings.has_met(self.actor)

    @property
    def retains(self) -> bool:
        """Whether they see to it how long cases are kept."""
        return any(may(self.actor, Action.RETAIN, one) for one in self.known)

    @property
    def opens(self) -> list[Process]:
        """The processes of which they may begin a case."""
        return [one for one in self.processes if may(self.actor, Action.OPEN, one)]

    @property
    def begins(self) -> list[Process]:
        """The same with the registers to which they may add a row."""
        return [one for one in self.known if may(self.actor, Action.OPEN, one)]


def form_key(visitor: Visitor, name: str) -> str:
    """What stands for one form that was shown to somebody: sent twice, it is done once."""
    # With who sent it: nobody can use up, or ask about, the key of somebody else's form.
    return f"page:{visitor.person.login}:{name}"


def cookie_name(request: Request) -> str:
    """What the session's cookie is called; over https browsers bind it to this very host."""
    # Browsers refuse the prefix over plain http, where the site is tried out.
    return "__Host-casework" if request.app.state.secure else "casework"


def engine_of(request: Request) -> Engine:
    """The engine that these pages are a face of."""
    return cast("Engine", request.app.state.engine)


async def _engine(request: Request) -> Engine:
    """The same for routes; not a plain function, for it would be sent to another thread."""
    return engine_of(request)


Engined = Annotated[Engine, Depends(_engine)]


def session_of(request: Request) -> Session | None:
    """The session that the request belongs to, at whatever stage; None where there is none."""
    key = _key(request)
    return engine_of(request).accounts.session(key) if key else None


def _key(request: Request) -> str | None:
    return request.cookies.get(cookie_name(request))


async def _visitor(request: Request) -> Visitor:
    """Who asks. Reading a session from SQLite waits for nobody, and takes less time than the way to another thread."""
    engine, key = engine_of(request), _key(request)
    if not key:
        raise _not_signed_in(request)
    arrived = engine.arrival(key) if engine.database.is_sqlite else await run_in_threadpool(engine.arrival, key)
    found = _arrived(request, arrived and (*arrived, None))
    # A form keeps it with what it changes, or once its token was found right.
    if request.method in READS:
        await _touch(found)
    await _recall(request, found)
    return found


def _arrived(request: Request, arrived: tuple[Session, list[Process], Look | None] | None) -> Visitor:
    if arrived is None or arrived[0].stage is not Stage.SIGNED_IN:
        raise _not_signed_in(request)
    # Nothing else is for them before they have one; what they came with, they may do again then.
    if arrived[0].lacks_factor and request.url.path not in _WITHOUT_FACTOR:
        raise LacksFactor(_wanted(request), arrived[0].person.login)
    request.state.visitor = found = Visitor(engine_of(request), *arrived, origin=origin_of(request))
    # A page that was left open: nothing of it is for them any more, however it was found.
    if found.session.acted:
        raise Retired(found.session.acted)
    return found


def _not_signed_in(request: Request) -> NotSignedIn:
    return NotSignedIn(_wanted(request))


def _wanted(request: Request) -> str:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return wanted if request.method == "GET" else "/"


async def _recall(request: Request, visitor: Visitor) -> None:
    """What was typed before, where the address names it."""
    name = request.query_params.get(TYPED)
    if name:
        request.state.typed = await run_in_threadpool(visitor.engine.desk.typed_form, name, visitor.person.login)


async def _touch(visitor: Visitor) -> None:
    if visitor.session.stale:
        await run_in_threadpool(visitor.engine.accounts.touch, visitor.session)


Visiting = Annotated[Visitor, Depends(_visitor)]


async def _case_visitor(visitor: Visiting) -> Visitor:
    if not visitor.sees_cases:
        raise NotFound
    return visitor


async def _looking(request: Request) -> Visitor:
    """Who asks for the page of a case, and the case, read together. Who shows it keeps that it was shown."""
    key, number = _key(request), number_in(request.path_params["number"])
    if not key:
        raise _not_signed_in(request)
    done = number_in(request.path_params.get("seq", ""))  # a page that tells of a step names it
    arrived = await run_in_threadpool(engine_of(request).arrivals.arrival_at, key, number, done)
    found = _arrived(request, arrived)
    await _recall(request, found)
    if found.look is None:  # there is none, or they may not see it: the page will say so, if they see cases at all
        await _touch(found)
        await _case_visitor(found)
    return found


async def _administrator(visitor: Visiting) -> Visitor:
    if not visitor.administers:
        raise NotFound
    return visitor


CaseVisiting = Annotated[Visitor, Depends(_case_visitor)]
Looking = Annotated[Visitor, Depends(_looking)]
Administrating = Annotated[Visitor, Depends(_administrator)]


def addressed(request: Request) -> None:
    """Whatever parameters a page has: what stands in the address is text that can be kept.

    Raises:
        NotFound: it is not.
    """
    if not can_be_kept([request.scope["path"], *request.query_params.values()]):
        raise NotFound


class Posted:
    """What a form sent."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, most: int = MOST_TYPED) -> str:
        """One value as text, whole; empty where there is none.

        Raises:
            TooLong: it has more than `most` characters, which are more than anybody types there.
        """
        found = self._data.get(name)
        if isinstance(found, str) and len(found) > most:
            raise TooLong(most)
        return found if isinstance(found, str) else ""

    def texts(self, name: str) -> list[str]:
        """All values of a name."""
        return [one for one in self._data.getlist(name) if isinstance(one, str)]

    def files(self, name: str) -> list[UploadFile]:
        """The files that were chosen."""
        return [one for one in self._data.getlist(name) if isinstance(one, UploadFile) and one.filename]

    @property
    def token(self) -> str:
        """What shows that a form comes from a page of ours."""
        found = self._data.get(CSRF)
        return found if isinstance(found, str) else ""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Everything that was sent as text, in order; the token is not among it."""
        return [(name, one) for name, one in self._data.multi_items() if isinstance(one, str) and name != CSRF]

    def number(self, name: str) -> int | None:
        """A whole number; None where there is none."""
        return number_in(self.text(name))


async def _posted(request: Request) -> AsyncIterator[Posted]:
    check_origin(request)
    kind = request.headers.get("content-type", "").lstrip().lower()
    if kind.startswith("multipart/form-data"):
        sent = await _with_files(request)
    else:
        sent = await request.form(max_fields=MOST_FIELDS, max_part_size=FORM.most)
    try:
        if not can_be_kept([one for pair in sent.multi_items() for one in pair]):
            raise HTTPException(400)
        yield Posted(sent)
    finally:
        await sent.close()


async def _with_files(request: Request) -> FormData:
    """A form with files. They lie on the disk: many that are sent at once would fill the memory."""
    most = door_of(request.url.path).text
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=MOST_FILES, max_fields=MOST_BESIDE_FILES, max_part_size=most
    )
    # By itself Starlette keeps a megabyte of each file in memory.
    parser.spool_max_size = IN_MEMORY
    try:
        return await parser.parse()
    except MultiPartException as wrong:
        raise HTTPException(400, wrong.message) from wrong


async def _posted_to_change(request: Request, visitor: Visiting, posted: Annotated[Posted, Depends(_posted)]) -> Posted:
    token = posted.token
    # In the same time for every wrong one: a token must not be found sign by sign.
    if secrets.compare_digest(token.partition(HAT)[0].encode(), visitor.session.csrf.encode()):
        request.state.posted = posted  # for the answer where nothing comes of it: what was typed stands on it
        if token != visitor.session.token:
            raise OtherHat
        return posted
    shown_to = await run_in_threadpool(visitor.engine.desk.made_for, token)
    raise Outdated(posted) if shown_to == visitor.person.login else Forged


async def _posted_by(visitor: Visiting, posted: Annotated[Posted, Depends(_posted_to_change)]) -> Posted:
    await _touch(visitor)
    return posted


AnyPosted = Annotated[Posted, Depends(_posted)]
SentBy = Annotated[Posted, Depends(_posted_by)]
# The change keeps itself that the session is in use.
SentToChange = Annotated[Posted, Depends(_posted_to_change)]


def check_origin(request: Request) -> None:
    """Browsers say where a form was sent from: it must be a page of this very site. One that says nothing of it is not
    believed: what changes something by a cookie comes from a page, and every browser of today says from which.

    Raises:
        Forged: it was not.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin", "none"):
        raise Forged
    if origin is None and site == "same-origin":
        return
    parts = parts_of(origin or "")
    if parts is None or parts.netloc != request.headers.get("host"):
        raise Forged
