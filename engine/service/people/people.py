"""People: who may act, in which roles, for which organisation; and the tokens of their programs.

A person's roles are those of processes, each written with its process (`hbep-referral/coordinator`), and those of the
house (`administrator`). The secret of a token is shown once,
when it is issued; only its hash is kept. Times are UTC.
"""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.case.command import Actor
from engine.case.sight import HOUSE_ROLES, needing_organisation, role_of
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.process.definition import Process
from engine.source import sign
from engine.source.fault import Invalid, Unknown
from engine.source.problem import nearest
from engine.store.cases.index import reading_order
from engine.store.database import Database
from engine.store.people import people as store
from engine.store.people.accounts import end_sessions

PREFIX = "cw_"
LONGEST_NAME, LONGEST_AREA, LONGEST_EMAIL = 200, 60, 254
# A token is a password without a second factor: once a year somebody looks whether it is still needed.
LONGEST_DAYS = 366
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
# Stands in addresses, behind @ in notes and in logs: no sign that means something there.
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{0,59}")


class Scope(StrEnum):
    """What a token may be used for. What the person may do limits it further."""

    READ = "read"
    WRITE = "write"


class BadPerson(Invalid):
    """What was said of a person, an organisation or a token cannot be; the message says why."""


class NeedsOrganisation(BadPerson):
    """Somebody holds a role that shows the cases of their own organisation, and would belong to none."""

    def __init__(self, titles: Iterable[str]) -> None:
        who = " and ".join(titles)
        super().__init__(f"Name their organisation: as {who} they see only the cases of their own.")


class ChangedPerson(BadPerson):
    """Somebody else changed the person, or the organisation, since they were read."""


class UnknownPerson(Unknown, BadPerson):
    """Nobody signs in by this name."""


@dataclass(frozen=True)
class Organisation:
    """An organisation whose people see its own cases. `area` may decide who hears them, `version` counts changes."""

    name: str
    area: str = ""
    version: int = 1


@dataclass(frozen=True)
class Person:
    """Somebody who may act. `version` counts what was changed about them."""

    login: str
    name: str
    roles: tuple[str, ...]
    organisation: str | None = None
    active: bool = True
    email: str = ""
    area: str = ""
    version: int = 1

    @functools.cached_property  # a page asks for it some twenty times
    def actor(self) -> Actor:
        """The person as one who asks something of a case."""
        roles = frozenset(role_of("", one) if "/" not in one else one for one in self.roles)
        return Actor(self.login, roles, self.organisation, area=self.area or None)


@dataclass(frozen=True)
class Token:
    """A token without its secret."""

    id: int
    login: str
    title: str
    scopes: tuple[str, ...]
    issued: datetime
    expires: datetime
    revoked: datetime | None = None


@dataclass(frozen=True)
class Grant:
    """Who asks by a token, and what the token may be used for."""

    person: Person
    scopes: frozenset[str]
    token: int


class People:
    """The people of one database. Every method is one transaction."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        known_roles: Callable[[], Iterable[str]],
        to_be_followed: Callable[[], Iterable[Process]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._known_roles = known_roles
        self._to_be_followed = to_be_followed

    def add_organisation(self, name: str, area: str = "") -> Organisation:
        """Keep an organisation.

        Raises:
            BadPerson: the name is empty, too long, or taken.
        """
        called, where = _named("The name", name), _area(area)
        if not 0 < len(called) <= LONGEST_NAME:
            raise BadPerson(f"An organisation needs a name of at most {LONGEST_NAME} characters.")
        try:
            with self._database.writing() as connection:
                store.insert_organisation(connection, called, where)
        except IntegrityError:
            # The database says so, not a look before it: two may add the same at once.
            raise BadPerson(f"There is an organisation {called} already.") from None
        return Organisation(called, where)

    def change_organisation(self, name: str, area: str, expected_version: int | None = None) -> Organisation:
        """Give an organisation another area; if it is still in the version that is expected.

        Raises:
            ChangedPerson: somebody else changed it meanwhile; nothing is kept.
            BadPerson: there is none of this name, or the area is too long.
        """
        where = _area(area)
        with self._database.writing() as connection:
            stored = next((one for one in store.all_organisations(connection) if one.name == name), None)
            if stored is None:
                raise BadPerson(f"There is no organisation {name}.")
            _check_version(name, stored.seq, expected_version)
            if not store.update_organisation(connection, replace(stored, area=where)):
                raise ChangedPerson(_changed(name))
        return Organisation(name, where, stored.seq + 1)

    def organisations(self) -> list[Organisation]:
        """Every organisation, by name as people sort names."""
        with self._database.reading() as connection:
            found = store.all_organisations(connection)
        known = (Organisation(one.name, one.area, one.seq) for one in found)
        return sorted(known, key=lambda one: reading_order(one.name))

    def add(
        self, login: str, name: str, roles: Iterable[str], organisation: str | None = None, email: str = ""
    ) -> Person:
        """Keep a person. A role may be written without its process where only one process has it.

        Raises:
            BadPerson: the login is none or taken, or a role or the organisation is unknown.
            NeedsOrganisation: a role shows the cases of their own organisation, and none is named.
        """
        if not _LOGIN.fullmatch(login):
            raise BadPerson("A login has small letters, digits, dots and hyphens, and begins with a letter.")
        person = self._checked(Person(login, name or login, tuple(roles), organisation, email=email))
        if needs := self._needs_organisation(person):
            raise NeedsOrganisation(needs)
        try:
            with self._database.writing() as connection:
                store.insert_person(connection, _stored(0, person), _organisation_of(connection, person))
                person = person_of(known_person(connection, login))
        except IntegrityError:
            raise BadPerson(f"Somebody signs in as {login} already.") from None
        return person

    def change(self, person: Person, expected_version: int | None = None) -> Person:
        """Change everything about a person but their login; if they are still in the version that is expected.

        One who is not active can do nothing, and is signed out everywhere.

        Raises:
            ChangedPerson: somebody else changed them meanwhile; nothing is kept.
            BadPerson: nobody has this login, or a role or the organisation is unknown.
            NeedsOrganisation: a role shows the cases of their own organisation, and none is named. Who has been
                without one since before the role was such can still be made inactive.
        """
        changed = self._checked(person)
        needs = self._needs_organisation(changed)
        with self._database.writing() as connection:
            known = known_person(connection, person.login)
            leaves = not changed.active and known.organisation is None and set(changed.roles) <= set(known.roles)
            if needs and not leaves:
                raise NeedsOrganisation(needs)
            _check_version(known.login, known.seq, expected_version)
            stored = replace(_stored(known.id, changed), seq=known.seq)
            if not store.update_person(connection, stored, _organisation_of(connection, changed)):
                raise ChangedPerson(_changed(known.login))
            if not changed.active:
                end_sessions(connection, known.id)
            return person_of(known_person(connection, person.login))

    def _checked(self, person: Person) -> Person:
        """The person with each role once and with its process; every role must be known."""
        known = set(self._known_roles())
        roles = {_written(role, known) for role in person.roles}
        name = _named("The name", person.name) or person.login
        if len(name) > LONGEST_NAME or len(person.email) > LONGEST_EMAIL:
            most = f"at most {LONGEST_NAME} characters, an e-mail address at most {LONGEST_EMAIL}"
            raise BadPerson(f"A name can have {most}.")
        if person.email and not _EMAIL.fullmatch(person.email):
            raise BadPerson("An e-mail address is written like name@example.org.")
        return replace(person, name=name, email=_named("The e-mail address", person.email), roles=tuple(sorted(roles)))

    def _needs_organisation(self, person: Person) -> list[str]:
        """The titles of the roles for which an organisation has to be named, and is not."""
        return [] if person.organisation else needing_organisation(self._to_be_followed(), person.actor)

    def without_organisation(self) -> list[Person]:
        """Who may act, but has a role that shows nothing without an organisation: it was not such when it was given."""
        versions = list(self._to_be_followed())
        acting = [one for one in self.everybody() if one.active and not one.organisation]
        return [one for one in acting if needing_organisation(versions, one.actor)]

    def person(self, login: str) -> Person:
        """One person.

        Raises:
            BadPerson: nobody has this login.
        """
        with self._database.reading() as connection:
            return person_of(known_person(connection, login))

    def everybody(self) -> list[Person]:
        """All people, by login."""
        with self._database.reading() as connection:
            return [person_of(one) for one in store.all_people(connection)]

    def issue_token(self, login: str, title: str, scopes: Iterable[str], days: int) -> tuple[str, Token]:
        """A new token for a person: its secret, which is shown only now, and what is kept of it.

        Raises:
            BadPerson: nobody has this login, a scope is unknown, or it would hold for too long.
        """
        wanted = tuple(sorted(set(scopes)))
        if not wanted or not set(wanted) <= set(Scope):
            raise BadPerson(f"A token has one or more of the scopes {', '.join(Scope)}.")
        called = _named("The title", title)
        if len(called) > LONGEST_NAME:
            raise BadPerson(f"The title of a token can have at most {LONGEST_NAME} characters.")
        if not 1 <= days <= LONGEST_DAYS:
            raise BadPerson(f"A token holds for 1 to {LONGEST_DAYS} days.")
        secret, now = PREFIX + secrets.token_urlsafe(32), self._clock.now()
        times = (to_text(now), to_text(now + timedelta(days=days)))
        stored = store.StoredToken(0, login, called or "token", wanted, *times, None)
        with self._database.writing() as connection:
            number = store.insert_token(connection, known_person(connection, login).id, digest(secret), stored)
        return secret, _token(number, stored)

    def tokens(self, login: str | None = None) -> list[Token]:
        """All tokens, or those of one person, in the order of their issue."""
        with self._database.reading() as connection:
            return [_token(one.id, one) for one in store.all_tokens(connection, login)]

    def revoke_token(self, number: int) -> None:
        """Let a token be good for nothing from now on.

        Raises:
            BadPerson: there is none of this number, or it was revoked before.
        """
        with self._database.writing() as connection:
            if not store.revoke_token(connection, number, to_text(self._clock.now())):
                raise BadPerson(f"There is no token {number} that could be revoked.")

    def identify(self, secret: str) -> Grant | None:
        """Who asks by this secret; None if it is unknown, expired or revoked, or the person is not active."""
        with self._database.reading() as connection:
            token = store.find_token(connection, digest(secret))
            found = store.find_person(connection, token.login) if token else None
        if token is None or found is None or token.revoked or not found.active:
            return None
        if token.expires <= to_text(self._clock.now()):
            return None
        return Grant(person_of(found), frozenset(token.scopes), token.id)


def _written(role: str, known: set[str]) -> str:
    """A role as it is kept, with its process unless it is of the house.

    Raises:
        BadPerson: there is none, or several processes have one of this name.
    """
    if role in HOUSE_ROLES or role in known:
        return role
    of = sorted(one for one in known if one.rpartition("/")[2] == role)
    if len(of) == 1:
        return of[0]
    if of:
        raise BadPerson(f"Several processes have a role {role}. Write it with its process: {' or '.join(of)}.")
    names = known if "/" in role else HOUSE_ROLES | {one.rpartition("/")[2] for one in known}
    raise BadPerson(f"There is no role {role}. {nearest(role, names)}".strip())


def known_person(connection: Connection, login: str) -> store.StoredPerson:
    """The person who signs in as `login`.

    Raises:
        UnknownPerson: nobody does.
    """
    found = store.find_person(connection, login)
    if found is None:
        raise UnknownPerson(f"Nobody signs in as {login}.")
    return found


def _check_version(who: str, found: int, expected: int | None) -> None:
    if expected not in (None, found):
        raise ChangedPerson(_changed(who))


def _changed(who: str) -> str:
    return f"Somebody else changed {who} meanwhile. Nothing was kept: look at it again."


def _stored(number: int, person: Person) -> store.StoredPerson:
    known = (number, person.login, person.name, person.roles, person.organisation, person.active)
    return store.StoredPerson(*known, email=person.email)


def _organisation_of(connection: Connection, person: Person) -> int | None:
    """The number of the person's organisation; None where they belong to none."""
    if person.organisation is None:
        return None
    numbers = {one.name: one.id for one in store.all_organisations(connection)}
    if person.organisation not in numbers:
        message = f"There is no organisation {person.organisation}."
        raise BadPerson(f"{message} {nearest(person.organisation, numbers)}")
    return numbers[person.organisation]


def digest(secret: str) -> str:
    """What is kept of a secret. It has many random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def person_of(stored: store.StoredPerson) -> Person:
    """The person that is stored."""
    known = (stored.login, stored.name, stored.roles, stored.organisation, stored.active)
    return Person(*known, stored.email, stored.area, stored.seq)


def _token(number: int, stored: store.StoredToken) -> Token:
    revoked = from_text(stored.revoked) if stored.revoked else None
    times = (from_text(stored.issued), from_text(stored.expires))
    return Token(number, stored.login, stored.title, stored.scopes, *times, revoked)


def _area(area: str) -> str:
    called = _named("The area", area)
    if len(called) > LONGEST_AREA:
        raise BadPerson(f"An area can have at most {LONGEST_AREA} characters.")
    return called


def _named(what: str, name: str) -> str:
    """A name in one line, with plain spaces. Two that look alike must not be two.

    Raises:
        BadPerson: it holds signs that cannot be seen.
    """
    unseen = sign.unseen(name)
    if unseen:
        raise BadPerson(f"{what} {unseen}")
    return " ".join(name.split())
