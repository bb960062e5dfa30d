"""Attempts: how often a password, a code or a token may be tried, and who is told that it was. Times are UTC.

What fails is counted for a name and the address that it was tried from together, so that nobody is kept out by what
strangers try elsewhere. Counts stand in the database, under keyed digests: all processes know of them.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.keeping.journal import Journal, Kind
from engine.service.keeping.safe import Safe
from engine.service.people.warnings import tell_of_attempts
from engine.service.people.written import login_written
from engine.store.database import Database
from engine.store.people import attempts as store
from engine.store.people.attempts import StoredAttempts
from engine.store.people.people import find_person

PURPOSE = "attempts"
FIRST_WAIT = timedelta(seconds=30)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Whole offices share an address: what one of them tries must not keep the others out for long.
LONGEST_AT_ADDRESS = timedelta(minutes=5)
# So many that failed for one name, wherever they came from, are told of; then five times as many.
TOLD_AT, TOLD_AGAIN = 20, 5


class Try(StrEnum):
    """What is tried: `AGAIN` is what somebody who is signed in confirms themselves by, `PASSKEY` one used alone."""

    PASSWORD = "password"  # noqa: S105  a word
    CODE = "code"
    AGAIN = "again"
    TOKEN = "token"  # noqa: S105
    PASSKEY = "passkey"


@dataclass(frozen=True)
class Throttle:
    """How many may fail before the next one has to wait: for a name at one address, and at one address in all."""

    per_name: int = 5
    per_address: int = 50

    @property
    def per_code(self) -> int:
        """For a name at all addresses together, of what only who knows the password can try."""
        return 4 * self.per_name


@dataclass(frozen=True)
class _Bound:
    """A count under a key: after `free` attempts waiting begins, grows up to `longest`, and ends with `window`."""

    key: str
    free: int
    longest: timedelta
    window: timedelta
    is_of_address: bool = False

    def wait(self, kept: StoredAttempts, now: datetime) -> timedelta:
        """How long nothing can be tried."""
        left = from_text(kept.until) - now if kept.until else timedelta()
        # One that lies further ahead is of a clock that has been set back since.
        return left if timedelta() < left <= self.longest else timedelta()

    def after(self, kept: StoredAttempts, now: datetime) -> StoredAttempts:
        """What is kept once one more was tried."""
        is_new = not kept.begun or not from_text(kept.begun) <= now < from_text(kept.begun) + self.window
        count, begun = (1, to_text(now)) if is_new else (kept.count + 1, kept.begun)
        return StoredAttempts(count, begun, to_text(now + self._delay(count)) if count >= self.free else "")

    def _delay(self, count: int) -> timedelta:
        # No more doublings than it takes to reach any limit: a count may be large.
        doubled: int = 2 ** min(count - self.free, 20)
        return min(self.longest, FIRST_WAIT * doubled)


class Attempts:
    """What was tried at the door of one site. Every method is one transaction that writes, or two."""

    def __init__(self, database: Database, clock: Clock, safe: Safe) -> None:
        self._database = database
        self._clock = clock
        self._safe = safe
        self._journal = Journal(database, clock)
        self._secret = b""

    def begin(self, what: Try, login: str, address: str, throttle: Throttle) -> int:
        """Count one more attempt, before it is looked at; for how many seconds there can be none, 0 where there can.

        It is taken back by `succeeded`; attempts that come at once are counted one by one.
        """
        now, bounds = self._clock.now(), self._bounds(what, login, address, throttle)
        with self._database.reading() as connection:  # who has to wait writes nothing, however often they ask
            wait = _longest([one.wait(store.attempts_of(connection, one.key), now) for one in bounds])
        if wait:
            return wait
        with self._database.writing() as connection:
            kept = [store.hold_attempts(connection, one.key) for one in bounds]
            wait = _longest([one.wait(was, now) for one, was in zip(bounds, kept, strict=True)])
            if not wait:
                for one, was in zip(bounds, kept, strict=True):
                    store.put_attempts(connection, one.key, one.after(was, now))
                store.forget_old_attempts(connection, to_text(now - 2 * DAY))
        return wait

    def succeeded(self, what: Try, login: str, address: str) -> None:
        """It was right: what failed before for this name is forgotten, and it does not count for the address."""
        bounds = self._bounds(what, login, address, Throttle())
        with self._database.writing() as connection:
            store.forget_attempts(connection, [one.key for one in bounds if not one.is_of_address])
            for one in bounds:
                if one.is_of_address:
                    store.take_back_attempt(connection, one.key)

    def refused(self, what: Try, login: str, address: str) -> str:
        """It was wrong: what to call the login in a log. Whoever is tried again and again is told, and the journal."""
        now, said = self._clock.now(), _plain(login)
        all_of_it = _Bound(self._key("refused", said), TOLD_AT, HOUR, DAY)
        with self._database.writing() as connection:
            person = find_person(connection, said)
            after = all_of_it.after(store.hold_attempts(connection, all_of_it.key), now)
            store.put_attempts(connection, all_of_it.key, after)
            if person and person.active and _is_told(after.count):
                self._tell(connection, what, said, address, after.count)
        return self._called(said, is_known=person is not None)

    def called(self, login: str) -> str:
        """What to call a login in a log.

        One that nobody has may be a password that was typed in its place: it is called by a keyed digest.
        """
        said = _plain(login)
        with self._database.reading() as connection:
            person = find_person(connection, said)
        return self._called(said, is_known=person is not None)

    def _called(self, said: str, *, is_known: bool) -> str:
        return said if is_known else f"unknown {self._key('login', said)[:12]}"

    def is_first(self, what: str) -> bool:
        """Whether something that holds once is used for the first time; from now on it is not. Known for two days."""
        key, now = self._key("once", what), self._clock.now()
        with self._database.writing() as connection:
            before = store.hold_attempts(connection, key)
            store.put_attempts(connection, key, StoredAttempts(before.count + 1, to_text(now)))
            return before.count == 0

    def _tell(self, connection: Connection, what: Try, login: str, address: str, count: int) -> None:
        tell_of_attempts(
            connection, login, count, to_text(self._clock.now()), is_known=what not in {Try.PASSWORD, Try.PASSKEY}
        )
        by = Actor("somebody", origin=address)
        self._journal.note(connection, by, (Kind.SIGN_IN, "refused often"), login, after={"since a day": count})

    def _bounds(self, what: Try, login: str, address: str, throttle: Throttle) -> list[_Bound]:
        """In the order of their keys: of two who hold them at once, none waits for the other for ever."""
        place, name = network_of(address), _plain(login)
        at_address = _Bound(
            self._key(f"{what} at", place), throttle.per_address, LONGEST_AT_ADDRESS, HOUR, is_of_address=True
        )
        both = _Bound(self._key(what, name, place), throttle.per_name, HOUR, DAY)
        # Who knows a password, or sits at an open session, is no stranger, and may come from many addresses.
        everywhere = _Bound(self._key(f"{what} everywhere", name), throttle.per_code, HOUR, DAY)
        # Of a passkey, or a token, it is not known beforehand whose it would be.
        nobody = {Try.TOKEN: [at_address], Try.PASSKEY: [at_address]}
        found = {Try.PASSWORD: [both, at_address], **nobody}.get(what, [both, everywhere])
        return sorted(found, key=lambda one: one.key)

    def _key(self, *parts: str) -> str:
        self._secret = self._secret or self._safe.key_for(PURPOSE)
        return hmac.digest(self._secret, "\n".join(parts).encode(), "sha256").hex()


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the network that one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _plain(login: str) -> str:
    return login_written(login)[:100]


def _longest(waits: Sequence[timedelta]) -> int:
    """In whole seconds, rounded up."""
    return -int(-max(waits).total_seconds() // 1)


def _is_told(count: int) -> bool:
    while count > TOLD_AT and count % TOLD_AGAIN == 0:
        count //= TOLD_AGAIN
    return count == TOLD_AT
