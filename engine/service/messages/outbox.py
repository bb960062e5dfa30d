"""Outbox: what is told outside: changes of cases to hooks, and what concerns a person to them by e-mail.

A message is written with the change that it tells of, and sent at least once: with back-off from a minute to a
day, until it was given up after MOST_TRIES. One that waits for a mail server is never given up; one for somebody who
is not active any more is given up at once. None of them holds content of a case. Times are UTC.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.cases.views import Page
from engine.service.keeping.journal import PROGRAM, Journal, Kind
from engine.service.keeping.safe import Safe
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST
from engine.source import sign
from engine.source.address import parts_of
from engine.source.fault import CaseworkError, Invalid
from engine.store.database import Database
from engine.store.keeping.afterwards import PAUSED
from engine.store.keeping.secrets import secret_of_hook
from engine.store.keys import NoKey
from engine.store.locks import Lock, hold
from engine.store.messages import outbox as store
from engine.store.messages.outbox import EMAIL, WEBHOOK, Hook, StoredMessage
from engine.store.people.people import reads_email
from engine.store.site import forget

MOST_TRIES = 12
# Longer than any message may take to be sent: a worker that died holds up what it took on for this long.
CLAIM = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)
# After an outage of weeks nobody should wait another day.
LONGEST_OUTAGE_WAIT = timedelta(hours=1)
PAGE = 50
OUTBOX = "outbox"
# One receiver that is slow, or has a thousand waiting, does not keep the others from theirs.
EACH = 10
KINDS = (EMAIL, WEBHOOK)


# Subject and text of the message by which somebody tries the mail server.
TEST = ("Test message of casework", "Somebody tried whether casework can send e-mails here. Nothing is to be done.")


class BadHook(Invalid):
    """An address that cannot be told of changes; the message says why."""


class NotSent(CaseworkError):
    """A message could not be sent; the text says why, without any secret."""


class NotYet(NotSent):
    """It is not the message that cannot be sent: nothing can, as long as a mail server is missing or out of order."""


@dataclass(frozen=True)
class Webhook:
    """A message to a hook, with the `secret` that signs its `body`; `at`: when it is sent, seconds since 1970 (UTC)."""

    id: int
    url: str
    secret: str
    body: str
    at: int = 0


@dataclass(frozen=True)
class Email:
    """A message to a person."""

    id: int
    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class Paused:
    """Nothing is sent since an instant (UTC), and so many messages wait."""

    since: datetime
    waiting: int


Send = Callable[[Webhook | Email], None]


class Outbox:
    """The messages of one database."""

    def __init__(self, database: Database, clock: Clock, safe: Safe) -> None:
        self._database = database
        self._clock = clock
        self._journal = Journal(database, clock)
        self._safe = safe
        self._cursors = Cursors(database)

    def add_hook(self, url: str, *, by: Actor | str = PROGRAM) -> tuple[Hook, str]:
        """Tell an address of every change from now on: the hook, and the secret that it can check messages with.

        Raises:
            BadHook: it is not https, and not an address of this machine, holds signs that cannot be seen, or is told
                already.
        """
        unseen = sign.unseen(url)
        if unseen:
            raise BadHook(f"The address {unseen}")
        parts = parts_of(url)
        if parts is None:
            raise BadHook("No machine has this address. It is written as https://hook.example.org/path.")
        # To try it out; to any other machine nothing goes unencrypted.
        is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        if not (parts.scheme == "https" and parts.hostname) and not is_local:
            raise BadHook("The address of a hook begins with https://.")
        secret = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            # By a double click, or from two windows: twice told, it would do everything twice.
            hold(connection, Lock.HOOKS)
            if any(one.url == url and one.active for one in store.all_hooks(connection)):
                raise BadHook("This address is told already: it stands below. Renew its secret if you do not have it.")
            # Its number is part of what is encrypted, and is known only now.
            number = store.insert_hook(connection, url, "")
            self._put_secret(connection, number, secret)
            self._journal.note(connection, by, (Kind.HOOK, "added"), f"hook {number}", after={"url": _plain(url)})
        return Hook(number, url, active=True), secret

    def hooks(self) -> list[Hook]:
        """Every hook, without its secret."""
        with self._database.reading() as connection:
            return [Hook(one.id, one.url, one.active) for one in store.all_hooks(connection)]

    def test_hook(self, number: int) -> bool:
        """Tell a hook that this is a trial, by the same way as everything else; whether there is one of this number."""
        now = to_text(self._clock.now())
        with self._database.writing() as connection:
            if number not in {one.id for one in store.all_hooks(connection)}:
                return False
            store.queue_trial(connection, number, now)
        return True

    def renew_hook(self, number: int, *, by: Actor | str = PROGRAM) -> str | None:
        """Give a hook another secret, which signs from now on, also what waits; None where there is no such hook."""
        secret = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            if not self._put_secret(connection, number, secret):
                return None
            self._journal.note(connection, by, (Kind.HOOK, "given another secret"), f"hook {number}")
        return secret

    def _put_secret(self, connection: Connection, number: int, secret: str) -> bool:
        kept = self._safe.shut(connection, secret, secret_of_hook(number))
        return store.set_secret(connection, number, kept)

    def remove_hook(self, number: int, *, by: Actor | str = PROGRAM) -> None:
        """Tell an address no more. What waits for it is given up."""
        with self._database.writing() as connection:
            removed = next((one.url for one in store.all_hooks(connection) if one.id == number), None)
            if removed is None:
                return
            store.delete_hook(connection, number)
            self._journal.note(connection, by, (Kind.HOOK, "removed"), f"hook {number}", {"url": _plain(removed)})

    def send_test(self, address: str) -> None:
        """Put a test message into the outbox; what became of it stands there with the others."""
        with self._database.writing() as connection:
            store.queue_email(connection, address, *TEST, to_text(self._clock.now()))

    def messages(self, most: int = PAGE, before: int = 0) -> list[StoredMessage]:
        """The latest messages, sent or not: at most `most`, those before a number where one is given."""
        with self._database.reading() as connection:
            return store.latest_messages(connection, most, before)

    def message_page(self, limit: int = PAGE, after: str = "") -> Page[StoredMessage]:
        """The same as a page that says where the next one begins.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        (before,) = cursors.opened(OUTBOX, after) or (0,)
        found = self.messages(most + 1, before)
        more = cursors.sealed(OUTBOX, (found[most - 1].id,)) if len(found) > most else ""
        return Page(tuple(found[:most]), more)

    def given_up(self) -> int:
        """How many messages were given up: they are not sent any more unless somebody says so."""
        with self._database.reading() as connection:
            return store.count_given_up(connection, FOR_NOBODY)

    def send_given_up(self) -> int:
        """Let everything that was given up be sent once more; how many messages that are."""
        with self._database.writing() as connection:
            return store.send_given_up(connection, FOR_NOBODY, to_text(self._clock.now()))

    def send_again(self, number: int) -> bool:
        """Let a message be sent once more; whether there is one of this number."""
        with self._database.writing() as connection:
            return store.send_again(connection, number, to_text(self._clock.now()))

    def paused(self) -> Paused | None:
        """Since when nothing is sent, because everything came out of a backup; None where it is."""
        with self._database.reading() as connection:
            since = store.paused(connection)
            return Paused(from_text(since), store.count_waiting(connection)) if since else None

    def release(self, *, drop_old: bool = False, by: Actor | str = PROGRAM) -> int:
        """Send again after a restore; how many messages wait now. `drop_old`: not those that waited in the backup,
        which may have been sent since.
        """
        with self._database.writing() as connection:
            since, dropped = store.paused(connection), 0
            if since and drop_old:
                dropped = store.drop_old(connection, since, DROPPED)
            if since:
                forget(connection, PAUSED)
                self._journal.note(connection, by, (Kind.BACKUP, "released"), "outbox", after={"dropped": dropped})
            return store.count_waiting(connection)

    def deliver(self, send: Send, kinds: Sequence[str] = KINDS, stop: Callable[[], bool] = lambda: False) -> int:
        """Send what is due of these kinds by `send`, which raises NotSent where it cannot; how many were sent.

        Each receiver gets its turn: no more than EACH to one at a time, and none after one that failed.
        """
        now, sent, failed = self._clock.now(), 0, set[str]()
        with self._database.reading() as connection:
            if store.paused(connection):
                return 0
            waiting = store.due_messages(connection, to_text(now), _latest(now), kinds, EACH, PAGE)
        for message in waiting:
            if stop():
                break
            if message.target not in failed:
                fault = self._deliver(message, send)
                failed |= {message.target} if fault else set()
                sent += fault == ""
        return sent

    def _deliver(self, message: StoredMessage, send: Send) -> str | None:
        """Why a message was not sent; empty where it was, None where somebody else sends it."""
        now = self._clock.now()
        with self._database.writing() as connection:
            # By itself: no transaction stays open while somebody outside is waited for.
            if not store.claim_message(connection, message, to_text(now + CLAIM)):
                return None
            known = {one.id: one for one in store.all_hooks(connection)}
            is_read = message.kind != EMAIL or reads_email(connection, message.target)
        fault = self._tried(message, known, send, now) if is_read else NotSent(UNREAD)
        now = self._clock.now()
        with self._database.writing() as connection:
            if fault is None:
                store.note_sent(connection, message.id, to_text(now))
                return ""
            wait = _next_wait(message.tries + 1, fault)
            store.note_fault(connection, message.id, str(fault), to_text(now + wait) if wait else None)
        return str(fault)

    def _tried(self, message: StoredMessage, hooks: dict[int, Hook], send: Send, now: datetime) -> NotSent | None:
        """Try to send a message: why that failed, else None. One that cannot even be tried holds no other one up."""
        try:
            send(self._ready(message, hooks, now))
        except NotSent as fault:
            return fault
        except NoKey:
            # It waits, as for a mail server: the message is not at fault, and is sent when the key is back.
            return NotYet("the key that its secret was encrypted with is missing")
        except Exception as error:
            return NotSent(f"it could not be tried ({type(error).__name__})")
        return None

    def _ready(self, message: StoredMessage, hooks: dict[int, Hook], now: datetime) -> Webhook | Email:
        if message.kind == EMAIL:
            body = json.loads(message.body)
            return Email(message.id, message.target, body["subject"], body["text"])
        hook = hooks.get(int(message.target))
        if hook is None:
            raise NotSent(GONE)
        secret = self._safe.opened(hook.secret, secret_of_hook(hook.id))
        return Webhook(message.id, hook.url, secret, message.body, int(now.timestamp()))


def _plain(url: str) -> str:
    """An address without what may be a secret in it: who it lets in, and what is asked there."""
    parts = parts_of(url)
    return f"{parts.scheme}://{parts.hostname}" if parts else ""


GONE = "the hook was removed"
# It waited while they became inactive, or changed their address: what it says is for nobody there any more.
UNREAD = "nobody who is active has this address"
# It waited in a backup, and may have been sent after that.
DROPPED = "it was dropped after a restore"
FOR_NOBODY = (GONE, UNREAD, DROPPED)


def _wait(tries: int) -> timedelta:
    """How long a message waits after so many tries."""
    return min(timedelta(minutes=2 ** (min(tries, MOST_TRIES) - 1)), LONGEST_WAIT)


def _next_wait(tries: int, fault: NotSent) -> timedelta | None:
    """How long a message waits that could not be sent; None where it is given up."""
    if isinstance(fault, NotYet):
        return min(_wait(tries), LONGEST_OUTAGE_WAIT)
    return _wait(tries) if tries < MOST_TRIES and str(fault) not in FOR_NOBODY else None


def _latest(now: datetime) -> list[str]:
    """For each number of tries: the latest instant until which a message can wait, or be under way.

    What waits for longer was written by a clock that has been set back since.
    """
    return [to_text(now), *(to_text(now + max(_wait(tries), CLAIM)) for tries in range(1, MOST_TRIES + 1))]
