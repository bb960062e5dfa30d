"""Outbox: what is told outside: changes of cases to hooks, and what concerns a person to them by e-mail.

A message is written with the change that it tells of, and sent at least once: with back-off from a minute to a
day, until it was given up after MOST_TRIES. None of them holds content of a case. Times are UTC.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from engine.case.instants import to_text
from engine.clock import Clock
from engine.store import outbox as store
from engine.store.database import Database
from engine.store.outbox import EMAIL, Hook, StoredMessage

MOST_TRIES = 12
CLAIM = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)
PAGE = 50


class BadHook(ValueError):
    """An address that cannot be told of changes; the message says why."""


class NotSent(Exception):
    """A message could not be sent; the text says why, without any secret."""


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
            BadHook: it is not https, and not an address of this machine.
        """
        parts = urlsplit(url)
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

    def messages(self, most: int = PAGE) -> list[StoredMessage]:
        """The latest messages, sent or not."""
        with self._database.reading() as connection:
            return store.latest_messages(connection, most)

    def send_again(self, number: int) -> bool:
        """Let a message be sent once more; whether there is one of this number."""
        with self._database.writing() as connection:
            return store.send_again(connection, number, to_text(self._clock.now()))

    def deliver(self, send: Send) -> int:
        """Send what is due by `send`, which raises NotSent where it cannot; how many were sent."""
        sent = 0
        with self._database.reading() as connection:
            waiting = store.due_messages(connection, to_text(self._clock.now()), PAGE)
        for message in waiting:
            sent += self._deliver(message, send)
        return sent

    def _deliver(self, message: StoredMessage, send: Send) -> bool:
        now = self._clock.now()
        with self._database.writing() as connection:
            if not store.claim_message(connection, message, to_text(now + CLAIM)):
                return False
            known = {one.id: one for one in store.all_hooks(connection)}
        try:
            send(_ready(message, known))
        except NotSent as fault:
            wait = min(timedelta(minutes=2**message.tries), LONGEST_WAIT)
            again = to_text(now + wait) if message.tries + 1 < MOST_TRIES and str(fault) != GONE else None
            with self._database.writing() as connection:
                store.note_fault(connection, message.id, str(fault), again)
            return False
        with self._database.writing() as connection:
            store.note_sent(connection, message.id, to_text(self._clock.now()))
        return True


GONE = "the hook was removed"


def _ready(message: StoredMessage, hooks: dict[int, Hook]) -> Webhook | Email:
    if message.kind == EMAIL:
        body = json.loads(message.body)
        return Email(message.id, message.target, body["subject"], body["text"])
    hook = hooks.get(int(message.target))
    if hook is None:
        raise NotSent(GONE)
    return Webhook(message.id, hook.url, hook.secret, message.body)
