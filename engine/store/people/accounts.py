"""Accounts: passwords, second factors, invitations and sessions, all of them as hashes where they are secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, or_, select, update

from engine.store.people.deputies import RUNNING
from engine.store.statement import Statement
from engine.store.tables import (
    accounts,
    deputies,
    feeds,
    invitations,
    organisations,
    passkeys,
    people,
    sessions,
    warnings,
)

ENDED = "ended"
MOST_STEPS_AHEAD = 2  # a code of the step after now may have been used, and one of the step before now is right


@dataclass(frozen=True)
class StoredAccount:
    """How a person signs in. `recovery` holds hashes, as JSON; `counter` is the last step of a code used.

    `has_passkey`: they have one or more, which are kept in a table of their own.
    """

    person: int
    password: str
    totp: str
    counter: int
    recovery: str
    has_passkey: bool = False

    @property
    def has_factor(self) -> bool:
        """Whether more than the password is asked for."""
        return bool(self.totp) or self.has_passkey

    def without_totp(self) -> StoredAccount:
        """The same without its authenticator. Recovery codes go with the last second factor."""
        return replace(self, totp="", recovery=self.recovery if self.has_passkey else "[]")

    def without_passkeys(self) -> StoredAccount:
        """The same without passkeys. Recovery codes go with the last second factor."""
        return replace(self, has_passkey=False, recovery=self.recovery if self.totp else "[]")


@dataclass(frozen=True)
class StoredSession:
    """Somebody is signed in. Instants are text, UTC."""

    hash: str
    person: int
    stage: str
    csrf: str
    begun: str
    seen: str
    visit: str


def account_of(connection: Connection, person: int, *, to_change: bool = False) -> StoredAccount | None:
    """How a person signs in; None where they have no account here.

    What is read `to_change` it is held until the transaction ends: two who change it come one after the other.
    """
    columns = (accounts.c[name] for name in ("person_id", "password", "totp", "counter", "recovery"))
    has_passkey = exists().where(passkeys.c.person_id == accounts.c.person_id)
    query = select(*columns, has_passkey).where(accounts.c.person_id == person)
    # SQLite knows no such lock and needs none: who writes there is alone.
    row = connection.execute(query.with_for_update() if to_change else query).first()
    return StoredAccount(*row[:5], has_passkey=bool(row[5])) if row else None


def put_account(connection: Connection, account: StoredAccount, now: str) -> None:
    """Keep an account, or change it; passkeys stay as they are."""
    values = {
        "password": account.password,
        "totp": account.totp,
        "counter": account.counter,
        "recovery": account.recovery,
        "changed": now,
    }
    query = update(accounts).where(accounts.c.person_id == account.person).values(values)
    if connection.execute(query).rowcount == 0:
        connection.execute(insert(accounts).values(person_id=account.person, **values))


def use_counter(connection: Connection, person: int, counter: int) -> bool:
    """Note that a code was used; whether it was not used before.

    A used one that lies further ahead than a code can is of a clock that has been set back since, and bars nobody.
    """
    is_new = or_(accounts.c.counter < counter, accounts.c.counter > counter + MOST_STEPS_AHEAD)
    query = update(accounts).where(accounts.c.person_id == person, is_new)
    return connection.execute(query.values(counter=counter)).rowcount == 1


def use_recovery(connection: Connection, person: int, before: str, after: str) -> bool:
    """Take a recovery code away; whether nobody else did meanwhile."""
    query = update(accounts).where(accounts.c.person_id == person, accounts.c.recovery == before)
    return connection.execute(query.values(recovery=after)).rowcount == 1


def has_accounts(connection: Connection) -> bool:
    """Whether anybody can sign in here."""
    return connection.execute(select(accounts.c.person_id).limit(1)).first() is not None


def insert_invitation(connection: Connection, digest: str, person: int, expires: str) -> None:
    """Keep an invitation of a person, beside those that they have."""
    connection.execute(insert(invitations).values(hash=digest, person_id=person, expires=expires))


def delete_invitations(connection: Connection, person: int, until: str | None = None) -> None:
    """Void the invitations of a person, or those that expire by then."""
    query = delete(invitations).where(invitations.c.person_id == person)
    connection.execute(query if until is None else query.where(invitations.c.expires <= until))


def has_invitation(connection: Connection, person: int) -> bool:
    """Whether a person has an invitation."""
    query = select(invitations.c.hash).where(invitations.c.person_id == person).limit(1)
    return connection.execute(query).first() is not None


def invited(connection: Connection, digest: str, now: str, latest: str) -> str | None:
    """The login of the person whom this invitation is for; None where it is unknown or has expired.

    One that expires after `latest` was written by a clock that has been set back since.
    """
    query = select(people.c.login).join(invitations, invitations.c.person_id == people.c.id)
    times = (invitations.c.expires > now, invitations.c.expires <= latest)
    found = query.where(invitations.c.hash == digest, *times, people.c.active)
    row = connection.execute(found).first()
    return row[0] if row else None


def take_invitation(connection: Connection, digest: str) -> bool:
    """Use an invitation up; whether it was there."""
    return connection.execute(delete(invitations).where(invitations.c.hash == digest)).rowcount == 1


_session_and_person = (
    *(sessions.c[name] for name in ("hash", "person_id", "stage", "csrf", "begun", "seen", "visit")),
    people.c.login,
    people.c.name,
    people.c.roles,
    organisations.c.name.label("organisation"),
    people.c.active,
    people.c.email,
    organisations.c.area,
    people.c.seq,
    exists().where(warnings.c.person_id == people.c.id, warnings.c.read.is_(None)).label("warned"),
    accounts.c.totp,
    exists().where(passkeys.c.person_id == people.c.id).label("has_passkey"),
    sessions.c.acting_for,
    exists().where(deputies.c.deputy_id == people.c.id, *RUNNING).label("is_deputy"),
)
# Read for every page that is asked for, so it is compiled once.
_SESSION = Statement(
    select(*_session_and_person)
    .join(people, people.c.id == sessions.c.person_id)
    .outerjoin(organisations, organisations.c.id == people.c.organisation_id)
    .outerjoin(accounts, accounts.c.person_id == people.c.id)
    .where(sessions.c.hash == bindparam("digest"))
)


def session_row(connection: Connection, digest: str, now: str) -> tuple[Any, ...] | None:
    """A session and its person: the columns of StoredSession, then those of StoredPerson from login on.

    Then whether they were told something that they have not read, and the secret of their authenticator as it is kept:
    empty where they have none, None where they have no password here. Then whether they have a passkey, the login of
    whom they act for in this session, and whether they may act for anybody now.
    """
    return _SESSION.row(connection, digest=digest, now=now)


def put_acting_for(connection: Connection, digest: str, login: str) -> None:
    """Keep for whom somebody acts in a session; empty for themselves."""
    connection.execute(update(sessions).where(sessions.c.hash == digest).values(acting_for=login))


def login_of_csrf(connection: Connection, csrf: str) -> str | None:
    """The login of the active person of the session with this token, also where the session has ended."""
    query = select(people.c.login).join(sessions, sessions.c.person_id == people.c.id)
    row = connection.execute(query.where(sessions.c.csrf == csrf, people.c.active).limit(1)).first()
    return row[0] if row else None


def insert_session(connection: Connection, session: StoredSession) -> None:
    """Keep a new session."""
    values = {**vars(session), "person_id": session.person}
    del values["person"]
    connection.execute(insert(sessions).values(values))


def last_seen(connection: Connection, person: int) -> str | None:
    """When a person was last seen in any session; None where there is none."""
    query = select(func.max(sessions.c.seen)).where(sessions.c.person_id == person)
    found: str | None = connection.execute(query).scalar()
    return found


def touch_session(connection: Connection, digest: str, now: str) -> None:
    """Note that a session was used."""
    connection.execute(update(sessions).where(sessions.c.hash == digest).values(seen=now))


def end_session(connection: Connection, digest: str) -> bool:
    """End a session; whether it had not ended. Its row stays, because it says when the person was here last."""
    query = update(sessions).where(sessions.c.hash == digest, sessions.c.stage != ENDED)
    return connection.execute(query.values(stage=ENDED)).rowcount == 1


def end_sessions(connection: Connection, person: int) -> int:
    """End every session of a person; how many there were."""
    query = update(sessions).where(sessions.c.person_id == person, sessions.c.stage != ENDED)
    return connection.execute(query.values(stage=ENDED)).rowcount


def sessions_of(connection: Connection, person: int, stage: str) -> list[tuple[str, str, str]]:
    """The sessions of a person at a stage: digest, when they began, when they were used last; the latest first."""
    query = select(sessions.c.hash, sessions.c.begun, sessions.c.seen).where(sessions.c.person_id == person)
    rows = connection.execute(query.where(sessions.c.stage == stage).order_by(sessions.c.seen.desc()))
    return [(row[0], row[1], row[2]) for row in rows]


def delete_old_sessions(connection: Connection, seen_before: str) -> None:
    """Forget sessions that nobody has used for long."""
    connection.execute(delete(sessions).where(sessions.c.seen < seen_before))


def put_feed(connection: Connection, person: int, digest: str | None, now: str) -> None:
    """Give a person a new calendar address, or none."""
    connection.execute(delete(feeds).where(feeds.c.person_id == person))
    if digest is not None:
        connection.execute(insert(feeds).values(person_id=person, hash=digest, made=now))


def has_feed(connection: Connection, person: int) -> bool:
    """Whether a person has a calendar address."""
    return connection.execute(select(feeds.c.person_id).where(feeds.c.person_id == person)).first() is not None


def feed_login(connection: Connection, digest: str) -> str | None:
    """The login of the person whose calendar address this is; None where it is nobody's."""
    query = select(people.c.login).join(feeds, feeds.c.person_id == people.c.id)
    row = connection.execute(query.where(feeds.c.hash == digest, people.c.active)).first()
    return row[0] if row else None
