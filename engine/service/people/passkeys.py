"""Passkeys: second factors that devices keep, and by which people come in without a password as well. Times are UTC.

What a device is asked (a challenge) is with the browser until it answers, encrypted, for some minutes and one use.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.case.command import Actor
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.keeping.journal import PROGRAM, Journal, Kind
from engine.service.people import ceremonies
from engine.service.people.authenticators import with_recovery
from engine.service.people.ceremonies import BadPasskey, RelyingParty
from engine.service.people.errands import Errands
from engine.service.people.faults import BadPerson
from engine.service.people.people import known_person
from engine.service.people.warnings import tell_of_copied_passkey, tell_of_passkey, tell_of_removed_passkey
from engine.service.people.written import in_one_line
from engine.store.database import Database
from engine.store.people import accounts as accounts_store
from engine.store.people import passkeys as store
from engine.store.people.passkeys import StoredPasskey
from engine.store.site import site_id

LONGEST_NAME = 60
# More than anybody has devices; each of them is named to a browser that is asked for one.
MOST = 20


class Ask(StrEnum):
    """What a device is asked for: to make a passkey; to use one alone, after the password, or to confirm a change."""

    MAKE = "make"
    ALONE = "alone"
    CODE = "code"
    AGAIN = "again"


@dataclass(frozen=True)
class Passkey:
    """A passkey of somebody, as they may see it. Instants are aware; `used` is None before the first time."""

    number: int
    name: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True)
class Asked:
    """What a browser is asked, as JSON (`options`), and what it keeps meanwhile (`kept`)."""

    options: str
    kept: str


@dataclass(frozen=True)
class Used:
    """A passkey that was used: whose it is, empty where it is nobody's, its number, and whether that is believed."""

    login: str = ""
    number: int = 0
    is_right: bool = False


class Passkeys:
    """The passkeys of the people of one site."""

    def __init__(self, database: Database, clock: Clock, errands: Errands) -> None:
        self._database = database
        self._clock = clock
        self._errands = errands
        self._journal = Journal(database, clock)

    def of(self, login: str) -> list[Passkey]:
        """The passkeys of a person, in the order in which they were added."""
        with self._database.reading() as connection:
            found = store.passkeys_of(connection, known_person(connection, login).id)
        return [_passkey(one) for one in found]

    def of_other_sites(self, party: RelyingParty | None) -> dict[str, int]:
        """How many there are that this site cannot use, by the site that they were made for."""
        with self._database.reading() as connection:
            found = store.passkeys_by_site(connection)
        return {site: count for site, count in found.items() if site and (party is None or site != party.id)}

    # Adding and removing

    def begin(self, login: str, name: str, party: RelyingParty) -> Asked:
        """Ask for a new passkey with a name of its own, for somebody who has an account here.

        Raises:
            BadPasskey: the name cannot be, or they have too many.
        """
        called = _name_written(name)
        with self._database.reading() as connection:
            person = known_person(connection, login)
            known = store.passkeys_of(connection, person.id)
            handle = self._handle(connection, person.id)
            _check(called, known)
            if accounts_store.account_of(connection, person.id) is None:
                raise BadPasskey("Who signs in with their organisation's account adds a passkey there.")
        challenge = secrets.token_bytes(32)
        options = ceremonies.to_make(party, login, person.name, handle, challenge, known)
        return Asked(options, self._kept(Ask.MAKE, login, challenge, called))

    def add(
        self, login: str, said: str, kept: str, party: RelyingParty, *, by: Actor | str = PROGRAM
    ) -> tuple[Passkey, list[str]]:
        """Keep what a device has made; with recovery codes where it is the first second factor of this person.

        Raises:
            BadPasskey: it is not right, was made before, or took too long.
        """
        told = self._told(Ask.MAKE, login, kept)
        if told is None:
            raise BadPasskey("This took too long, or was begun elsewhere. Try again.")
        made, now = ceremonies.made(party, said, bytes.fromhex(told["challenge"])), to_text(self._clock.now())
        try:
            with self._database.writing() as connection:
                # Alone: of two that are added at once, one is the first.
                person = known_person(connection, login, alone=True)
                account = accounts_store.account_of(connection, person.id, to_change=True)
                _check(told["name"], store.passkeys_of(connection, person.id))
                if account is None or not person.active:
                    raise BadPasskey("There is no account any more to add it to.")
                codes: list[str] = []
                if not account.has_factor:
                    account, codes = with_recovery(account)
                    accounts_store.put_account(connection, account, now)
                own = (made.credential, made.public_key, made.transports, now, made.count)
                passkey = StoredPasskey(0, person.id, login, told["name"], *own)
                number = store.insert_passkey(connection, passkey)
                store.note_site(connection, party.id, now)
                tell_of_passkey(connection, login, told["name"], now)
                after = {"number": number, "name": told["name"]}
                self._journal.note(connection, by, (Kind.SECOND_FACTOR, "passkey added"), login, after=after)
        except IntegrityError:
            raise BadPasskey("This passkey is known here already.") from None
        return Passkey(number, told["name"], from_text(now), None), codes

    def remove(self, login: str, number: int, *, by: Actor | str = PROGRAM) -> bool:
        """Remove a passkey of a person; whether they had it. Recovery codes go with the last second factor."""
        now = to_text(self._clock.now())
        with self._database.writing() as connection:
            person = known_person(connection, login, alone=True)
            account = accounts_store.account_of(connection, person.id, to_change=True)
            known = {one.id: one for one in store.passkeys_of(connection, person.id)}
            if number not in known or not store.delete_passkey(connection, number):
                return False
            if account and len(known) == 1:
                left = account.without_passkeys()
                accounts_store.put_account(connection, left, now)
                if not left.has_factor:
                    tell_of_removed_passkey(connection, login, now)
            before = {"number": number, "name": known[number].name}
            self._journal.note(connection, by, (Kind.SECOND_FACTOR, "passkey removed"), login, before=before)
        return True

    # Using

    def ask(self, what: Ask, party: RelyingParty, login: str = "") -> Asked:
        """Ask for one of the passkeys of a person, or, alone, for whichever a device has."""
        challenge = secrets.token_bytes(32)
        with self._database.reading() as connection:
            known = store.passkeys_of(connection, known_person(connection, login).id) if login else []
        options = ceremonies.to_use(party, challenge, known, alone=what is Ask.ALONE)
        return Asked(options, self._kept(what, login, challenge))

    def use(self, what: Ask, said: str, kept: str, party: RelyingParty, login: str = "", origin: str = "") -> Used:
        """Whose passkey a device has used, as it was asked, and whether that is believed.

        Told where it may have been copied: its device says a number that it said before. `origin`: from where it came.
        """
        told, credential = self._told(what, login, kept), ceremonies.credential_in(said)
        with self._database.reading() as connection:
            found = store.passkey_with(connection, credential) if credential else None
            handle = self._handle(connection, found.person) if found else b""
        if told is None or found is None or (login and found.login != login):
            return Used(found.login, found.id) if found else Used()
        try:
            challenge = bytes.fromhex(told["challenge"])
            count = ceremonies.used(party, said, challenge, found, handle, alone=what is Ask.ALONE)
        except BadPasskey:
            return Used(found.login, found.id)
        return Used(found.login, found.id, is_right=self._note_use(found, count, origin))

    def _note_use(self, passkey: StoredPasskey, count: int, origin: str) -> bool:
        now = to_text(self._clock.now())
        with self._database.writing() as connection:
            if ceremonies.is_later(count, passkey.count):
                return store.note_use(connection, passkey, count, now)
            tell_of_copied_passkey(connection, passkey.login, passkey.name, now)
            counts = ({"count": passkey.count}, {"count": count})
            by = Actor("somebody", origin=origin)
            self._journal.note(connection, by, (Kind.SECOND_FACTOR, "passkey went back"), passkey.login, *counts)
        return False

    def _handle(self, connection: Connection, person: int) -> bytes:
        return ceremonies.handle_of(site_id(connection), person)

    def _kept(self, what: Ask, login: str, challenge: bytes, name: str = "") -> str:
        return self._errands.send({"ask": str(what), "login": login, "challenge": challenge.hex(), "name": name})

    def _told(self, what: Ask, login: str, kept: str) -> dict[str, str] | None:
        """What was asked, once; None where something else was, or of somebody else."""
        told = self._errands.back(kept)
        is_it = told is not None and (told.get("ask"), told.get("login")) == (str(what), login)
        return told if is_it else None


def _name_written(name: str) -> str:
    """A name as it is kept.

    Raises:
        BadPasskey: it cannot be.
    """
    try:
        called = in_one_line("The name", name)
    except BadPerson as bad:
        raise BadPasskey(str(bad)) from None
    if not 0 < len(called) <= LONGEST_NAME:
        raise BadPasskey(f"A passkey needs a name of at most {LONGEST_NAME} characters.")
    return called


def _check(name: str, known: list[StoredPasskey]) -> None:
    if len(known) >= MOST:
        raise BadPasskey(f"There can be {MOST} passkeys at most. Remove one first.")
    if name in {one.name for one in known}:
        raise BadPasskey(f"You have a passkey {name} already. Give this one another name.")


def _passkey(stored: StoredPasskey) -> Passkey:
    used = from_text(stored.used) if stored.used else None
    return Passkey(stored.id, stored.name, from_text(stored.added), used)
