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
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.case.command import ENGINE, Actor
from engine.case.sight import needing_organisation, process_of, role_of, shows_more
from engine.case.time.instants import to_text
from engine.clock import Clock
from engine.process.definition import Process
from engine.service.keeping.journal import PROGRAM, Journal, Kind, changed
from engine.service.people.departures import end_access
from engine.service.people.faults import BadPerson, ChangedPerson, NeedsOrganisation, UnknownPerson
from engine.service.people.tokens import Scope, Token, token_of
from engine.service.people.warnings import tell_of_sight
from engine.service.people.written import area_written, in_one_line, role_written
from engine.source.name import LOGIN, LONGEST, is_written
from engine.source.problem import nearest
from engine.store.database import Database
from engine.store.people import people as store

PREFIX = "cw_"
LONGEST_NAME, LONGEST_EMAIL = 200, 254
# A token is a password without a second factor: once a year somebody looks whether it is still needed.
LONGEST_DAYS = 366
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@dataclass(frozen=True)
class Organisation:
    """An organisation whose people see its own cases. `area` may decide who hears them, `version` counts changes.

    `processes` are those that were chosen for it; it may take part in others too (`case/sight.py`).
    """

    name: str
    area: str = ""
    version: int = 1
    processes: tuple[str, ...] = ()


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
        self._journal = Journal(database, clock)

    def add_organisation(
        self, name: str, area: str = "", processes: Iterable[str] = (), *, by: Actor | str = PROGRAM
    ) -> Organisation:
        """Keep an organisation, and the processes that it is to take part in.

        Raises:
            BadPerson: the name is empty, too long, or taken, or there is no such process.
        """
        called, where, chosen = in_one_line("The name", name), area_written(area), self._chosen(processes)
        if not 0 < len(called) <= LONGEST_NAME:
            raise BadPerson(f"An organisation needs a name of at most {LONGEST_NAME} characters.")
        try:
            with self._database.writing() as connection:
                if store.organisation_named(connection, called):
                    raise BadPerson(f"There is an organisation {called} already.")
                store.insert_organisation(connection, called, where, chosen)
                kept = {"area": where, "processes": chosen}
                self._journal.note(connection, by, (Kind.ORGANISATION, "added"), called, after=kept)
        except IntegrityError:
            # The database says so, not a look before it: two may add the same at once.
            raise BadPerson(f"There is an organisation {called} already.") from None
        return Organisation(called, where, processes=chosen)

    def change_organisation(
        self,
        name: str,
        area: str,
        expected_version: int | None = None,
        processes: Iterable[str] | None = None,
        *,
        by: Actor | str = PROGRAM,
    ) -> Organisation:
        """Give an organisation another area, and other processes (None: as before); if it is in the expected version.

        Raises:
            ChangedPerson: somebody else changed it meanwhile; nothing is kept.
            BadPerson: there is none of this name, no such process, or the area is too long.
        """
        where, chosen = area_written(area), None if processes is None else self._chosen(processes)
        with self._database.writing() as connection:
            if (stored := store.organisation_named(connection, name)) is None:
                raise BadPerson(f"There is no organisation {name}.")
            _check_version(name, stored.seq, expected_version)
            new = replace(stored, area=where, processes=stored.processes if chosen is None else chosen)
            if not store.update_organisation(connection, new):
                raise ChangedPerson(_changed(name))
            self._journal.note(connection, by, (Kind.ORGANISATION, "changed"), name, *changed(stored, new))
        return organisation_of(replace(new, seq=stored.seq + 1))

    def _chosen(self, processes: Iterable[str]) -> tuple[str, ...]:
        chosen, known = sorted(set(processes)), {process_of(role) for role in self._known_roles()}
        for unknown in (one for one in chosen if one not in known):
            raise BadPerson(f"There is no process {unknown}. {nearest(unknown, known)}".strip())
        return tuple(chosen)

    def organisations(self) -> list[Organisation]:
        """Every organisation, by name as people sort names."""
        with self._database.reading() as connection:
            return [organisation_of(one) for one in store.all_organisations(connection)]

    def add(
        self,
        login: str,
        name: str,
        roles: Iterable[str],
        organisation: str | None = None,
        email: str = "",
        *,
        by: Actor | str = PROGRAM,
    ) -> Person:
        """Keep a person. A role may be written without its process where only one process has it.

        Raises:
            BadPerson: the login is none or taken, or a role or the organisation is unknown.
            NeedsOrganisation: a role shows the cases of their own organisation, and none is named.
        """
        if not is_written(login, LOGIN):
            signs = f"small letters, digits, dots and hyphens, at most {LONGEST} in all"
            raise BadPerson(f"A login has {signs}, and begins with a letter.")
        if login in {ENGINE.name, PROGRAM.name}:
            raise BadPerson(f"As {login} this program writes down what it does by itself. Choose another login.")
        person = self._checked(Person(login, name or login, tuple(roles), organisation, email=email))
        if needs := self._needs_organisation(person):
            raise NeedsOrganisation(needs)
        try:
            with self._database.writing() as connection:
                store.insert_person(connection, _stored(0, person), _organisation_of(connection, person))
                added = person_of(known_person(connection, login))
                self._journal.note(connection, by, (Kind.PERSON, "added"), login, after=_told(added))
                return added
        except IntegrityError:
            raise BadPerson(f"Somebody signs in as {login} already.") from None

    def change(self, person: Person, expected_version: int | None = None, *, by: Actor | str = PROGRAM) -> Person:
        """Change everything about a person but their login; if they are still in the version that is expected.

        One who is not active can do nothing, and is signed out everywhere; tokens, passkeys, invitations and the
        address of a calendar are good for nothing any more, also when they are active again.

        Raises:
            ChangedPerson: somebody else changed them meanwhile; nothing is kept.
            BadPerson: nobody has this login, or a role or the organisation is unknown.
            NeedsOrganisation: a role shows the cases of their own organisation, and none is named. Who has been
                without one since before the role was such can still be made inactive.
        """
        checked = self._checked(person)
        needs, versions = self._needs_organisation(checked), list(self._to_be_followed())
        with self._database.writing() as connection:
            known = known_person(connection, person.login)
            leaves = not checked.active and known.organisation is None and set(checked.roles) <= set(known.roles)
            if needs and not leaves:
                raise NeedsOrganisation(needs)
            _check_version(known.login, known.seq, expected_version)
            stored = replace(_stored(known.id, checked), seq=known.seq)
            if not store.update_person(connection, stored, _organisation_of(connection, checked)):
                raise ChangedPerson(_changed(known.login))
            if not checked.active:
                end_access(connection, self._journal, known, to_text(self._clock.now()), by)
            was, now = person_of(known), person_of(known_person(connection, person.login))
            differing = changed(replace(was, area=now.area, version=now.version), now)
            if now.active and shows_more(versions, was.actor if was.active else Actor(""), now.actor):
                tell_of_sight(connection, now.login, Actor.of(by).name, to_text(self._clock.now()))
            if differing[1]:
                self._journal.note(connection, by, (Kind.PERSON, "changed"), person.login, *differing)
            return now

    def _checked(self, person: Person) -> Person:
        """The person with each role once and with its process; every role must be known."""
        known = set(self._known_roles())
        roles = {role_written(role, known) for role in person.roles}
        name = in_one_line("The name", person.name) or person.login
        if len(name) > LONGEST_NAME or len(person.email) > LONGEST_EMAIL:
            most = f"at most {LONGEST_NAME} characters, an e-mail address at most {LONGEST_EMAIL}"
            raise BadPerson(f"A name can have {most}.")
        if person.email and not _EMAIL.fullmatch(person.email):
            raise BadPerson("An e-mail address is written like name@example.org.")
        return replace(
            person, name=name, email=in_one_line("The e-mail address", person.email), roles=tuple(sorted(roles))
        )

    def _needs_organisation(self, person: Person) -> list[str]:
        """The titles of the roles for which an organisation has to be named, and is not."""
        return [] if person.organisation else needing_organisation(self._to_be_followed(), person.actor)

    def without_organisation(self, among: Iterable[Person] | None = None) -> list[Person]:
        """Who of all, or of these, may act but has a role that has come to show nothing without an organisation."""
        versions = list(self._to_be_followed())
        if among is None:
            with self._database.reading() as connection:
                among = [person_of(one) for one in store.acting_without_organisation(connection)]
        lacking = (one for one in among if one.active and not one.organisation)
        return [one for one in lacking if needing_organisation(versions, one.actor)]

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

    def issue_token(
        self, login: str, title: str, scopes: Iterable[str], days: int, *, by: Actor | str = PROGRAM
    ) -> tuple[str, Token]:
        """A new token for a person: its secret, which is shown only now, and what is kept of it.

        Raises:
            BadPerson: nobody has this login, a scope is unknown, or it would hold for too long.
        """
        wanted = tuple(sorted(set(scopes)))
        if not wanted or not set(wanted) <= set(Scope):
            raise BadPerson(f"A token has one or more of the scopes {', '.join(Scope)}.")
        called = in_one_line("The title", title)
        if len(called) > LONGEST_NAME:
            raise BadPerson(f"The title of a token can have at most {LONGEST_NAME} characters.")
        if not 1 <= days <= LONGEST_DAYS:
            raise BadPerson(f"A token holds for 1 to {LONGEST_DAYS} days.")
        secret, now = PREFIX + secrets.token_urlsafe(32), self._clock.now()
        times = (to_text(now), to_text(now + timedelta(days=days)))
        stored = store.StoredToken(0, login, called or "token", wanted, *times, None)
        with self._database.writing() as connection:
            number = store.insert_token(connection, known_person(connection, login).id, digest(secret), stored)
            kept = {"number": number, "title": stored.title, "scopes": wanted, "expires": stored.expires}
            self._journal.note(connection, by, (Kind.TOKEN, "issued"), login, after=kept)
        return secret, token_of(number, stored)

    def tokens(self, login: str | None = None) -> list[Token]:
        """All tokens, or those of one person, in the order of their issue."""
        with self._database.reading() as connection:
            return [token_of(one.id, one) for one in store.all_tokens(connection, login)]

    def revoke_token(self, number: int, *, by: Actor | str = PROGRAM) -> None:
        """Let a token be good for nothing from now on.

        Raises:
            BadPerson: there is none of this number, or it was revoked before.
        """
        with self._database.writing() as connection:
            if not store.revoke_token(connection, number, to_text(self._clock.now())):
                raise BadPerson(f"There is no token {number} that could be revoked.")
            whose = store.holder_of(connection, number)
            assert whose is not None
            self._journal.note(connection, by, (Kind.TOKEN, "revoked"), whose, before={"number": number})

    def identify(self, secret: str) -> Grant | None:
        """Who asks by this secret; None if it is unknown, expired or revoked, or the person is not active."""
        with self._database.reading() as connection:
            token = store.find_token(connection, digest(secret))
            found = store.find_person(connection, token.login) if token else None
        now = to_text(self._clock.now())
        if token is None or found is None or token.revoked or not found.active or token.expires <= now:
            return None
        return Grant(person_of(found), frozenset(token.scopes), token.id)


def known_person(connection: Connection, login: str, *, alone: bool = False) -> store.StoredPerson:
    """The person who signs in as `login`. With `alone`, one transaction at a time goes on from here with them: what
    they send twice at once is looked at one after the other.

    Raises:
        UnknownPerson: nobody does.
    """
    found = store.hold_person(connection, login, alone=True) if alone else store.find_person(connection, login)
    if found is None:
        raise UnknownPerson(f"Nobody signs in as {login}.")
    return found


def _told(person: Person) -> dict[str, object]:
    """A person as the journal tells of them; they carry no secret."""
    names = ("name", "roles", "organisation", "active", "email")
    return {name: getattr(person, name) for name in names}


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
    found = store.organisation_named(connection, person.organisation)
    if found is None:
        names = [one.name for one in store.all_organisations(connection)]
        raise BadPerson(f"There is no organisation {person.organisation}. {nearest(person.organisation, names)}")
    return found.id


def digest(secret: str) -> str:
    """What is kept of a secret. It has many random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def person_of(stored: store.StoredPerson) -> Person:
    """The person that is stored."""
    known = (stored.login, stored.name, stored.roles, stored.organisation, stored.active)
    return Person(*known, stored.email, stored.area, stored.seq)


def organisation_of(stored: store.StoredOrganisation) -> Organisation:
    """The organisation that is stored."""
    return Organisation(stored.name, stored.area, stored.seq, stored.processes)
