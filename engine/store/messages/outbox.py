"""Outbox: what is to be told outside, written with the change that it tells of, and sent afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from engine.case.entry import Entry
from engine.case.snapshot import Snapshot
from engine.store.keeping.afterwards import PAUSED
from engine.store.site import read
from engine.store.statement import Change, Statement, run_together
from engine.store.tables import hooks, outbox

WEBHOOK, EMAIL = "webhook", "email"
_columns = ("kind", "target", "body", "made", "next_try", "tries", "fault")
# With types: in a SELECT, PostgreSQL cannot tell from a table what kind of values these are.
_text = (bindparam("body", type_=Text), bindparam("made", type_=String), bindparam("next_try", type_=String))
_QUEUE = Statement(
    # One statement however many hooks there are: none of them costs a step another question to the server.
    insert(outbox).from_select(
        _columns,
        select(literal(WEBHOOK, String), cast(hooks.c.id, Text), *_text, literal(0), literal("", Text)).where(
            hooks.c.active
        ),
    )
)


@dataclass(frozen=True)
class StoredMessage:
    """Something to be sent. `next_try` is None once it was sent, or given up. Instants are text, UTC."""

    id: int
    kind: str
    target: str
    body: str
    made: str
    next_try: str | None
    tries: int
    sent: str | None
    fault: str


@dataclass(frozen=True)
class Hook:
    """An address that is told of every change of a case."""

    id: int
    url: str
    active: bool
    secret: str = ""


def telling(case: int, snapshot: Snapshot, entries: tuple[Entry, ...]) -> Change:
    """What tells every hook of these steps: what happened, without any content of the case."""
    steps = [_step(one) for one in entries]
    body = {"case": case, "process": snapshot.process, "state": snapshot.state, "version": snapshot.seq, "steps": steps}
    now = entries[-1].recorded
    return Change(_QUEUE, {"body": json.dumps(body), "made": now, "next_try": now})


def _step(entry: Entry) -> dict[str, Any]:
    told = {"seq": entry.seq, "kind": entry.kind, "event": entry.event, "to": entry.to, "at": entry.at}
    # What was told before is told as taken back: from this step on.
    return told | ({"undoes": entry.undoes} if entry.undoes else {})


def queue_email(connection: Connection, address: str, subject: str, text: str, now: str) -> None:
    """Put an e-mail into the outbox."""
    body = email_body(subject, text)
    values = {"kind": EMAIL, "target": address, "body": body, "made": now, "next_try": now, "tries": 0, "fault": ""}
    connection.execute(insert(outbox).values(values))


def was_emailed(connection: Connection, address: str, subject: str, since: str) -> bool:
    """Whether an e-mail with this subject was written to somebody since an instant, sent or not."""
    begins = json.dumps({"subject": subject})[:-1]
    found = select(1).where(outbox.c.kind == EMAIL, outbox.c.target == address, outbox.c.made > since)
    found = found.where(outbox.c.body.startswith(begins, autoescape=True)).limit(1)
    return connection.execute(found).first() is not None


def was_queued(connection: Connection, kind: str, body: str) -> bool:
    """Whether a message with just this body was ever put into the outbox, as far as it is kept."""
    found = select(1).where(outbox.c.kind == kind, outbox.c.body == body).limit(1)
    return connection.execute(found).first() is not None


def queue_to_hooks(connection: Connection, body: str, now: str) -> None:
    """Put a message to every hook into the outbox."""
    run_together(connection, [Change(_QUEUE, {"body": body, "made": now, "next_try": now})])


def email_body(subject: str, text: str) -> str:
    """An e-mail as it stands in the outbox."""
    return json.dumps({"subject": subject, "text": text})


_MESSAGE = tuple(
    outbox.c[name] for name in ("id", "kind", "target", "body", "made", "next_try", "tries", "sent", "fault")
)


def due_messages(
    connection: Connection, now: str, latest: Sequence[str], kinds: Sequence[str], each: int, most: int
) -> list[StoredMessage]:
    """What is to be tried now, the oldest first, at most `each` of one receiver: first one of each, then another.

    `latest` gives, by how often a message was tried, until when it can wait at most; one that waits for longer is due.
    """
    # A clock that was set forward and back left times far ahead: none waits longer than its number of tries says.
    too_late = case(dict(enumerate(latest)), value=outbox.c.tries, else_=latest[-1])
    is_due = (outbox.c.kind.in_(kinds), or_(outbox.c.next_try <= now, outbox.c.next_try > too_late))
    order = (outbox.c.next_try, outbox.c.id)
    turn = func.row_number().over(partition_by=(outbox.c.kind, outbox.c.target), order_by=order).label("turn")
    found = select(*_MESSAGE, turn).where(*is_due).subquery()
    query = select(*(found.c[one.name] for one in _MESSAGE)).where(found.c.turn <= each)
    query = query.order_by(found.c.turn, found.c.next_try, found.c.id).limit(most)
    return [StoredMessage(*row) for row in connection.execute(query)]


def latest_messages(connection: Connection, most: int, before: int = 0) -> list[StoredMessage]:
    """The latest messages, sent or not; those before a number where one is given."""
    query = select(*_MESSAGE).order_by(outbox.c.id.desc()).limit(most)
    if before:
        query = query.where(outbox.c.id < before)
    return [StoredMessage(*row) for row in connection.execute(query)]


def claim_message(connection: Connection, message: StoredMessage, until: str) -> bool:
    """Take a message on until an instant; whether nobody else did."""
    # Only if it is as it was read: of two workers that read it, one takes it on.
    query = update(outbox).where(outbox.c.id == message.id, outbox.c.next_try == message.next_try)
    return connection.execute(query.values(next_try=until, tries=message.tries + 1)).rowcount == 1


def note_sent(connection: Connection, number: int, now: str) -> None:
    """Keep that a message was sent."""
    values: dict[str, Any] = {"next_try": None, "sent": now, "fault": ""}
    connection.execute(update(outbox).where(outbox.c.id == number).values(values))


def note_fault(connection: Connection, number: int, fault: str, next_try: str | None) -> None:
    """Keep why a message could not be sent, and when it is tried again."""
    connection.execute(update(outbox).where(outbox.c.id == number).values(fault=fault, next_try=next_try))


def send_again(connection: Connection, number: int, now: str) -> bool:
    """Let a message be sent once more; whether there is one of this number."""
    query = update(outbox).where(outbox.c.id == number).values(next_try=now, tries=0)
    return connection.execute(query).rowcount == 1


def _given_up(gone: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.next_try.is_(None), outbox.c.sent.is_(None), outbox.c.fault.not_in(gone)


def count_given_up(connection: Connection, gone: Sequence[str]) -> int:
    """How many messages were given up, but those whose fault is one of `gone`: nobody is there any more."""
    return int(connection.execute(select(func.count()).select_from(outbox).where(*_given_up(gone))).scalar_one())


def send_given_up(connection: Connection, gone: Sequence[str], now: str) -> int:
    """Let everything that was given up be sent once more; how many messages that are."""
    return int(connection.execute(update(outbox).where(*_given_up(gone)).values(next_try=now, tries=0)).rowcount)


def paused(connection: Connection) -> str:
    """Since when nothing is sent (text, UTC); empty where it is."""
    return read(connection, PAUSED)


def count_waiting(connection: Connection) -> int:
    """How many messages wait to be sent."""
    query = select(func.count()).select_from(outbox).where(outbox.c.next_try.is_not(None))
    return int(connection.execute(query).scalar_one())


def drop_old(connection: Connection, since: str, fault: str) -> int:
    """Give up, with a fault, what waits and was made before an instant; how many messages that are."""
    old = update(outbox).where(outbox.c.next_try.is_not(None), outbox.c.made <= since)
    return int(connection.execute(old.values(next_try=None, fault=fault)).rowcount)


def insert_hook(connection: Connection, url: str, secret: str) -> int:
    """Keep a new hook; its number."""
    query = insert(hooks).values(url=url, secret=secret, active=True).returning(hooks.c.id)
    return int(connection.execute(query).scalar_one())


def set_secret(connection: Connection, number: int, secret: str) -> bool:
    """Keep another secret of a hook; whether there is one of this number."""
    return connection.execute(update(hooks).where(hooks.c.id == number).values(secret=secret)).rowcount == 1


def queue_trial(connection: Connection, number: int, now: str) -> None:
    """Put a message to one hook into the outbox that tells of nothing."""
    body = json.dumps({"trial": True})
    values = {"kind": WEBHOOK, "target": str(number), "body": body, "made": now, "next_try": now}
    connection.execute(insert(outbox).values(**values, tries=0, fault=""))


def all_hooks(connection: Connection) -> list[Hook]:
    """Every hook."""
    query = select(hooks.c.id, hooks.c.url, hooks.c.active, hooks.c.secret).order_by(hooks.c.id)
    return [Hook(row[0], row[1], bool(row[2]), row[3]) for row in connection.execute(query)]


def delete_hook(connection: Connection, number: int) -> None:
    """Forget a hook."""
    connection.execute(delete(hooks).where(hooks.c.id == number))
