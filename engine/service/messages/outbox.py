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
from urllib.parse import urlsplit

from engine.case.time.instants import to_text
from engine.clock import Clock
from engine.source import sign
from engine.source.fault import CaseworkError, Invalid
from engine.store.database import Database
from engine.store.messages import outbox as store
from engine.store.messages.outbox import EMAIL, WEBHOOK, Hook, StoredMessage
from engine.store.people.people import reads_email

MOST_TRIES = 12
# Longer than any message may take to be sent: a worker that died holds up what it took on for this long.
CLAIM = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)
# After an outage of weeks nobody should wait another day.
LONGEST_OUTAGE_WAIT = timedelta(hours=1)
PAGE = 50
# One receiver that is slow, or has a thousand waiting, does not keep the others from theirs.
EACH = 10
KINDS = (EMAIL, WEBHOOK)


class BadHook(Invalid):
    """An address that cannot be told of changes; the message says why."""


class NotSent(CaseworkError):
    """A message could not be sent; the text says why, without any secret."""


class NotYet(NotSent):
    """It is not the message that cannot be sent: nothing can, as long as a mail server is missing or out of order."""


@dataclass(frozen=True)
class Webhook:
    """A message to a hook: `body` is what is signed with `secret`."""

    id: int
    url: str
    secret: str
    body: str


@dataclass(frozen=True)
class Email:
    """A message to a person."""

    id: int
    address: str
    subject: str
    text: str


Send = Callable[[Webhook | Email], None]


class Outbox:
    """The messages of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add_hook(self, url: str) -> tuple[Hook, str]:
        """Tell an address of every change from now on: the hook, and the secret that it can check messages with.

        Raises:
            BadHook: it is not https, and not an address of this machine, or holds signs that cannot be seen.
        """
        unseen = sign.unseen(url)
        if unseen:
            raise BadHook(f"The address {unseen}")
        parts = urlsplit(url)
        # To try it out; to any other machine nothing goes unencrypted.
        is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        if not (parts.scheme == "https" and parts.hostname) and not is_local:
            raise BadHook("The address of a hook begins with https://.")
        secret = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            number = store.insert_hook(connection, url, secret)
        return Hook(number, url, active=True), secret

    def hooks(self) -> list[Hook]:
        """Every hook, without its secret."""
        with self._database.reading() as connection:
            return [Hook(one.id, one.url, one.active) for one in store.all_hooks(connection)]

    def remove_hook(self, number: int) -> None:
        """Tell an address no more. What waits for it is given up."""
        with self._database.writing() as connection:
            store.delete_hook(connection, number)

    def messages(self, most: int = PAGE, before: int = 0) -> list[StoredMessage]:
        """The latest messages, sent or not: at most `most`, those before a number where one is given."""
        with self._database.reading() as connection:
            return store.latest_messages(connection, most, before)

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

    def deliver(self, send: Send, kinds: Sequence[str] = KINDS, stop: Callable[[], bool] = lambda: False) -> int:
        """Send what is due of these kinds by `send`, which raises NotSent where it cannot; how many were sent.

        Each receiver gets its turn: no more than EACH to one at a time, and none after one that failed.
        """
        now, sent, failed = self._clock.now(), 0, set[str]()
        with self._database.reading() as connection:
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
        fault = _tried(message, known, send) if is_read else NotSent(UNREAD)
        now = self._clock.now()
        with self._database.writing() as connection:
            if fault is None:
                store.note_sent(connection, message.id, to_text(now))
                return ""
            wait = _next_wait(message.tries + 1, fault)
            store.note_fault(connection, message.id, str(fault), to_text(now + wait) if wait else None)
        return str(fault)


GONE = "the hook was removed"
# It waited while they became inactive, or changed their address: what it says is for nobody there any more.
UNREAD = "nobody who is active has this address"
FOR_NOBODY = (GONE, UNREAD)


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


def _tried(message: StoredMessage, hooks: dict[int, Hook], send: Send) -> NotSent | None:
    """Try to send a message: why that failed, else None. One that cannot even be tried holds no other one up."""
    try:
        send(_ready(message, hooks))
    except NotSent as fault:
        return fault
    except Exception as error:
        return NotSent(f"it could not be tried ({type(error).__name__})")
    return None


def _ready(message: StoredMessage, hooks: dict[int, Hook]) -> Webhook | Email:
    if message.kind == EMAIL:
        body = json.loads(message.body)
        return Email(message.id, message.target, body["subject"], body["text"])
    hook = hooks.get(int(message.target))
    if hook is None:
        raise NotSent(GONE)
    return Webhook(message.id, hook.url, hook.secret, message.body)
