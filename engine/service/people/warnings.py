"""Warnings: what a person, and the other administrators, are told when more is shown to them, or when their second
factor is gone or may have been copied; what a person is told when they have one more passkey, or somebody tries to come
in as them: by e-mail, and here until they have read it. Written in the transaction that it tells of; instants are
text, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.sight import ADMINISTRATOR, Action, may, role_of
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.cases.views import Page
from engine.service.lists.cursors import Cursors
from engine.service.people.faults import UnknownPerson
from engine.source.fault import Unknown
from engine.store.database import Database
from engine.store.messages.outbox import queue_email
from engine.store.people import warnings as store
from engine.store.people.people import StoredPerson, active_with, find_person

PAGE, MOST = 50, 1000
ORDER = "warnings"


class UnknownWarning(Unknown):
    """There is no such warning for this person."""


@dataclass(frozen=True)
class Told:
    """Something that a person was told. `at` is aware; `read` says whether they have said that they read it."""

    number: int
    at: datetime
    subject: str
    said: str
    read: bool


class Warnings:
    """What the people of one database are told until they have read it. Every method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._cursors = Cursors(database)

    def unread(self, by: Actor, most: int = PAGE) -> list[Told]:
        """At most so many of what somebody was told and has not read yet, the latest first."""
        with self._database.reading() as connection:
            return [_told(one) for one in store.warnings_of(connection, by.name, most, unread=True)]

    def told(self, by: Actor, before: int = 0) -> Page[Told]:
        """A page of everything that somebody was told, the latest first. `next`: the number it goes on before."""
        with self._database.reading() as connection:
            found = store.warnings_of(connection, by.name, PAGE + 1, before)
        shown = tuple(_told(one) for one in found[:PAGE])
        return Page(shown, str(shown[-1].number) if len(found) > PAGE else "")

    def page(
        self, by: Actor, person: str = "", *, unread: bool = False, limit: int = PAGE, after: str = ""
    ) -> Page[Told]:
        """The same as a page for programs and commands; only what is not read yet with `unread`. `person`: whose, where
        it is not one's own.

        Raises:
            UnknownWarning: it is somebody else's, and not for `by`.
            UnknownPerson: there is no such person.
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most, order = self._cursors.ready(), max(1, min(limit, MOST)), f"{ORDER} of {whose(by, person)}"
        (last,) = cursors.opened(order, after) or (0,)
        with self._database.reading() as connection:
            found = store.warnings_of(connection, _login(connection, by, person), most + 1, last, unread=unread)
        shown = tuple(_told(one) for one in found[:most])
        return Page(shown, cursors.sealed(order, (shown[-1].number,)) if len(found) > most else "")

    def mark_read(self, number: int, by: Actor, person: str = "") -> Told:
        """Keep that somebody has read what they were told; twice is once.

        Raises:
            UnknownWarning: they were told no such thing, or it is somebody else's, and not for `by`.
            UnknownPerson: there is no such person.
        """
        with self._database.writing() as connection:
            told = store.warning_of(connection, _login(connection, by, person), number)
            if told is None:
                raise UnknownWarning("There is no such warning.")
            store.mark_read(connection, number, to_text(self._clock.now()))
        return replace(_told(told), read=True)


def whose(by: Actor, person: str = "") -> str:
    """Whose warnings are meant: one's own, or those of a `person`, whom only who may do everything can name.

    Raises:
        UnknownWarning: it is somebody else's, and not for `by`.
    """
    if person not in ("", by.name) and not by.is_engine:
        raise UnknownWarning("What somebody else was told is for nobody but them.")
    return person or by.name


def _login(connection: Connection, by: Actor, person: str) -> str:
    if person and find_person(connection, whose(by, person)) is None:
        raise UnknownPerson(f"Nobody signs in as {person}.")
    return whose(by, person)


def _told(stored: store.StoredWarning) -> Told:
    return Told(stored.id, from_text(stored.at), stored.subject, stored.said, stored.read is not None)


def tell_of_sight(connection: Connection, login: str, by: str, now: str) -> None:
    """Tell that somebody may see more than before, by what `by` did."""
    said = f"What {login} may see here is more than before. It was changed by: {by}. If this is not right, sign in"
    _tell(
        connection, login, by, "Somebody may see more", f"{said} and look at the journal, or ask an administrator.", now
    )


def tell_of_deputy(connection: Connection, person: str, deputy: str, days: str, by: str, now: str) -> None:
    """Tell both, and the administrators, that a person may act for another on some days, by what `by` said."""
    said = f"{deputy} may act for {person} {days}, and sees what {person} sees. It was written down by: {by}."
    said = f"{said} If this is not right, take it back, or ask an administrator."
    _tell_alone(connection, deputy, "Somebody may act for another", said, now)
    _tell(connection, person, by, "Somebody may act for another", said, now, deputy)


def tell_of_factor(connection: Connection, login: str, now: str) -> None:
    """Tell that the second factor of somebody is gone, by an invitation that was used."""
    said = f"An invitation for {login} was used. The password is another one; no code or passkey is asked for any more."
    _tell_of_gone(connection, login, said, now)


def tell_administrators(connection: Connection, subject: str, said: str, now: str) -> int:
    """Tell every administrator who was not told the same before; how many are."""
    keepers = [one for one in active_with(connection, ADMINISTRATOR) if _administers(one)]
    new = [one for one in keepers if not store.was_told(connection, one.id, subject, said)]
    for one in new:
        _tell_one(connection, one, subject, said, now)
    return len(new)


def tell_of_attempts(connection: Connection, login: str, count: int, now: str, *, is_known: bool) -> None:
    """Tell a person, and nobody else, how often somebody failed to come in as them within a day.

    `is_known`: they got past the password.
    """
    said = f"Within a day {count} attempts to come in here as {login} were refused. "
    if is_known:
        said += "Whoever it was knows your password, or sat where you were signed in. Choose another password."
    else:
        said += "You can come in as before. If it was not you, you need not do anything; ask for a code as well."
    _tell_alone(connection, login, "Somebody tries to come in as you", said, now)


def tell_of_stopped_factor(connection: Connection, login: str, proof: str, now: str) -> None:
    """Tell that somebody is asked for codes no more. `proof`: what of theirs it was stopped with."""
    said = f"No code is asked for any more when {login} signs in. It was stopped with a {proof} of theirs."
    _tell_of_gone(connection, login, said, now)


def tell_of_recovery(connection: Connection, login: str, now: str) -> None:
    """Tell a person, and nobody else, that they have other recovery codes."""
    said = f"{login} has new recovery codes; those of before let nobody in. If it was not you, ask an administrator."
    _tell_alone(connection, login, "Recovery codes were made anew", said, now)


def tell_of_password(connection: Connection, login: str, now: str) -> None:
    """Tell a person, and nobody else, that their password is another one."""
    said = f"The password of {login} was changed, and every other session ended. If it was not you, ask an"
    _tell_alone(connection, login, "Your password was changed", f"{said} administrator at once.", now)


def tell_of_authenticator(connection: Connection, login: str, now: str) -> None:
    """Tell a person, and nobody else, that codes of an authenticator are asked of them from now on."""
    said = f"When {login} signs in, a code of an authenticator is asked for from now on. If it was not you, ask an"
    _tell_alone(connection, login, "An authenticator was added", f"{said} administrator at once.", now)


def tell_of_passkey(connection: Connection, login: str, name: str, now: str) -> None:
    """Tell a person, and nobody else, that they have one more passkey."""
    said = f"The passkey {name} was added: with it one comes in as {login}. If it was not you, ask an administrator."
    _tell_alone(connection, login, "A passkey was added", said, now)


def tell_of_removed_passkey(connection: Connection, login: str, now: str) -> None:
    """Tell that the last passkey of somebody was removed, and that they have no other second factor."""
    said = f"The last passkey of {login} was removed. Only the password is asked for now."
    _tell_of_gone(connection, login, said, now)


def tell_of_copied_passkey(connection: Connection, login: str, name: str, now: str) -> None:
    """Tell that there may be two of a passkey: its device said a number that it had said before."""
    said = f"The passkey {name} of {login} was refused: its device counts how often it is used, and went back."
    _tell(connection, login, login, "A passkey may have been copied", f"{said} Remove it, and add it anew.", now)


def _tell_of_gone(connection: Connection, login: str, said: str, now: str) -> None:
    said = f"{said} If this is not right, ask an administrator."
    _tell(connection, login, login, "A second factor is gone", said, now)


def _tell_alone(connection: Connection, login: str, subject: str, said: str, now: str) -> None:
    person = find_person(connection, login)
    if person:
        _tell_one(connection, person, subject, said, now)


def _tell(connection: Connection, login: str, by: str, subject: str, said: str, now: str, other: str = "") -> None:
    known = (login, by, other)
    told = [one for one in active_with(connection, ADMINISTRATOR) if one.login not in known and _administers(one)]
    person = find_person(connection, login)
    for one in [person, *told] if person and person.active else told:
        _tell_one(connection, one, subject, said, now)


def _tell_one(connection: Connection, person: StoredPerson, subject: str, said: str, now: str) -> None:
    store.insert_warning(connection, person.id, subject, said, now)
    if person.email:
        queue_email(connection, person.email, subject, said, now)


def _administers(person: StoredPerson) -> bool:
    roles = frozenset(role if "/" in role else role_of("", role) for role in person.roles)
    return may(Actor(person.login, roles), Action.ADMINISTER)
