"""Accounts: how people sign in here, and the sessions in which they are signed in. Times are UTC.

A password is kept as an argon2 hash; invitations, session and calendar addresses as hashes of random secrets. Whether
a login exists is never told, neither in words nor by the time that an answer takes.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.keeping.journal import PROGRAM, Journal, Kind
from engine.service.keeping.safe import Safe
from engine.service.people import warnings
from engine.service.people.addresses import addressed, known_by_email
from engine.service.people.authenticators import Authenticators, with_recovery
from engine.service.people.faults import BadPerson, HasSecondFactor
from engine.service.people.passkeys import Used
from engine.service.people.passwords import checked, decoy, is_right
from engine.service.people.people import digest, known_person
from engine.service.people.second_factors import SecondFactors
from engine.service.people.sessions import OpenSession, Session, Stage, handle_under, lasts, session_of
from engine.service.people.written import login_written
from engine.store.database import Database, DatabaseUnwritable
from engine.store.people import accounts as store
from engine.store.people import people as people_store
from engine.store.people.accounts import StoredAccount, StoredSession
from engine.store.people.passkeys import passkeys_of, void_passkeys

INVITED = timedelta(days=7)


class Accounts:
    """The accounts and sessions of one database. Every method is one transaction."""

    def __init__(
        self, database: Database, clock: Clock, safe: Safe, second_factors: SecondFactors, words: Iterable[str] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self._second_factors = second_factors
        self._words = ("casework", *words)
        self._journal = Journal(database, clock)
        self._authenticators = Authenticators(clock, safe)

    def get_ready(self) -> None:
        """Do now what signing in needs once, so that no later answer takes longer than another."""
        decoy()

    # Accounts

    def any(self) -> bool:
        """Whether anybody has an account here."""
        with self._database.reading() as connection:
            return store.has_accounts(connection)

    def invite(self, login: str, *, by: Actor | str = PROGRAM) -> str:
        """A new secret by which a person may choose a password, for seven days; an earlier one is void.

        Raises:
            BadPerson: nobody has this login, or they are not active.
        """
        return self._invite(login, by)[0]

    def invite_again(self, login: str, *, by: Actor | str = PROGRAM) -> tuple[str, bool]:
        """The same beside earlier ones, which stay: the first that is used voids the others; whether there are any.

        A service that starts anew before anybody could sign in does not take back the address that it printed.

        Raises:
            BadPerson: nobody has this login, or they are not active.
        """
        return self._invite(login, by, void_until=to_text(self._clock.now()))

    def _invite(self, login: str, by: Actor | str, void_until: str | None = None) -> tuple[str, bool]:
        """Earlier invitations become void: all of them, or those that expire by `void_until` (UTC)."""
        secret, expires = secrets.token_urlsafe(32), to_text(self._clock.now() + INVITED)
        with self._database.writing() as connection:
            person = known_person(connection, login, alone=True)
            if not person.active:
                raise BadPerson(f"{login} is not active.")
            store.delete_invitations(connection, person.id, void_until)
            others = store.has_invitation(connection, person.id)
            store.insert_invitation(connection, digest(secret), person.id, expires)
            self._journal.note(connection, by, (Kind.INVITATION, "made"), login, after={"expires": expires})
        return secret, others

    def invited(self, secret: str) -> str | None:
        """The login of the person whom an invitation is for; None where it holds no more."""
        with self._database.reading() as connection:
            now = self._clock.now()
            return store.invited(connection, digest(secret), to_text(now), to_text(now + INVITED))

    def accept(self, secret: str, password: str) -> str | None:
        """Use an invitation up by choosing a password; the login, or None where it holds no more.

        Every session of the person ends, and a second factor that they had is gone.

        Raises:
            BadPassword: the password cannot be used.
        """
        login = self.invited(secret)
        if login is None:
            return None
        # Outside of the transaction: hashing is slow on purpose, and others wait to write.
        hashed = self._hashed(login, password)
        with self._database.writing() as connection:
            person = known_person(connection, login, alone=True)
            # It was only looked at before: of two who use it at once, one gets it here.
            if not store.take_invitation(connection, digest(secret)):
                return None
            store.delete_invitations(connection, person.id)
            before = store.account_of(connection, person.id, to_change=True)
            store.put_account(connection, StoredAccount(person.id, hashed, "", 0, "[]"), to_text(self._clock.now()))
            store.end_sessions(connection, person.id)
            self._journal.note(connection, login, (Kind.INVITATION, "used"), login)
            if before and before.has_factor:
                void_passkeys(connection, person.id, to_text(self._clock.now()))
                self._journal.note(connection, login, (Kind.SECOND_FACTOR, "reset by an invitation"), login)
                warnings.tell_of_factor(connection, login, to_text(self._clock.now()))
        return login

    def set_password(self, login: str, password: str, *, by: Actor | str = PROGRAM) -> None:
        """Give a person a password, and tell them where they had another. Their sessions end, the second factor stays.

        Raises:
            BadPerson: nobody has this login.
            BadPassword: the password cannot be used.
        """
        hashed = self._hashed(login, password)
        with self._database.writing() as connection:
            person = known_person(connection, login, alone=True)
            known = store.account_of(connection, person.id, to_change=True) or StoredAccount(person.id, "", "", 0, "[]")
            now = to_text(self._clock.now())
            store.put_account(connection, replace(known, password=hashed), now)
            store.end_sessions(connection, person.id)
            if known.password:
                warnings.tell_of_password(connection, login, now)
                self._journal.note(connection, by, (Kind.SIGN_IN, "password changed"), login)

    def has_account(self, login: str) -> bool:
        """Whether a person can sign in with a password here."""
        return self._account(login) is not None

    def _account(self, login: str) -> StoredAccount | None:
        with self._database.reading() as connection:
            return store.account_of(connection, known_person(connection, login).id)

    def second_factor(self, login: str) -> tuple[bool, int]:
        """Whether a person uses an authenticator, and how many recovery codes are left, for passkeys too."""
        found = self._account(login)
        return (bool(found.totp), len(json.loads(found.recovery))) if found else (False, 0)

    def has_factor(self, login: str) -> bool:
        """Whether more than the password is asked of a person: a code, or a passkey."""
        return bool((found := self._account(login)) and found.has_factor)

    def use_code(self, login: str, code: str) -> bool:
        """Use a code of the authenticator, or a recovery code, up; whether it was right."""
        with self._database.writing() as connection:
            account = store.account_of(connection, known_person(connection, login).id)
            return account is not None and self._authenticators.use(connection, account, code)

    def add_second_factor(self, login: str, secret: str, code: str, *, by: Actor | str = PROGRAM) -> list[str] | None:
        """Begin to ask for codes of an authenticator, and tell the person: the recovery codes; None for a wrong code.

        Raises:
            HasSecondFactor: they use an authenticator already, perhaps since another window was opened.
        """
        step = self._authenticators.step_of(secret, code)
        if step is None:
            return None
        with self._database.writing() as connection:
            known = store.account_of(connection, known_person(connection, login).id, to_change=True)
            if known is None:
                return None
            if known.totp:
                raise HasSecondFactor("An authenticator is in use already. Stop asking for its codes first.")
            changed, codes = self._authenticators.begun(connection, known, secret, step)
            now = to_text(self._clock.now())
            store.put_account(connection, changed, now)
            warnings.tell_of_authenticator(connection, login, now)
            self._journal.note(connection, by, (Kind.SECOND_FACTOR, "begun"), login)
        return codes

    def drop_second_factor(self, login: str, code: str | None, *, by: Actor | str = PROGRAM) -> bool:
        """Ask for codes no more, if this code of the authenticator, or recovery code, is right; whether it was.

        `code` is None where a passkey of theirs has proven who they are.
        """
        with self._database.writing() as connection:
            known = store.account_of(connection, known_person(connection, login).id, to_change=True)
            # Who found a session open, and saw a password typed, does not have the telephone.
            if known is None or not known.totp:
                return False
            if code is not None and not self._authenticators.use(connection, known, code):
                return False
            # Read again: the recovery code that it may have been is used up, also where others stay for passkeys.
            left = (store.account_of(connection, known.person) or known).without_totp()
            store.put_account(connection, left, to_text(self._clock.now()))
            proof = "passkey" if code is None else "code"
            warnings.tell_of_stopped_factor(connection, login, proof, to_text(self._clock.now()))
            self._journal.note(connection, by, (Kind.SECOND_FACTOR, "stopped"), login)
        return True

    def renew_recovery(self, login: str, *, by: Actor | str = PROGRAM) -> list[str]:
        """New recovery codes for somebody who has a second factor; none for anybody else. Those of before are void."""
        now = to_text(self._clock.now())
        with self._database.writing() as connection:
            known = store.account_of(connection, known_person(connection, login, alone=True).id, to_change=True)
            if known is None or not known.has_factor:
                return []
            changed, codes = with_recovery(known)
            store.put_account(connection, changed, now)
            warnings.tell_of_recovery(connection, login, now)
            self._journal.note(connection, by, (Kind.SECOND_FACTOR, "recovery codes renewed"), login)
        return codes

    def _hashed(self, login: str, password: str) -> str:
        with self._database.reading() as connection:
            person = known_person(connection, login)
        return checked(password, [login, person.name, person.email, person.organisation or "", *self._words])

    # Signing in

    def sign_in(self, login: str, password: str) -> str | None:
        """The key of a new session, at the stage that comes next; None where login or password is wrong."""
        with self._database.reading() as connection:
            person = people_store.find_person(connection, login_written(login))
            account = store.account_of(connection, person.id) if person else None
        # Also for a login that nobody has: the answer takes as long, and so tells nothing.
        right = is_right(account.password if account else decoy(), password)
        if not right or person is None or account is None or not person.active:
            return None
        with self._database.writing() as connection:
            # Hashing is slow on purpose: what was found right may be another password by now, or for nobody any more.
            known, now = people_store.hold_person(connection, person.login), store.account_of(connection, person.id)
            if known is None or not known.active or now is None or now.password != account.password:
                return None
            return self._begin(connection, person.id, Stage.CODE if now.has_factor else Stage.SIGNED_IN)

    def confirmed(self, login: str, password: str) -> bool:
        """Whether this is the password of the person, who is signed in and asked again."""
        account = self._account(login)
        return account is not None and is_right(account.password, password)

    def sign_in_as(self, login: str) -> str | None:
        """The key of a new session for somebody whom an organisation's own sign-in has named; None if unknown."""
        with self._database.writing() as connection:
            person = people_store.hold_person(connection, login)
            return self._begin(connection, person.id, Stage.SIGNED_IN) if person and person.active else None

    def person_with_email(self, email: str) -> str | None:
        """The login of the only active person with this e-mail address; None where there is not just one."""
        if not email:
            return None
        with self._database.reading() as connection:
            return known_by_email(people_store.active_at(connection, email)).get(addressed(email))

    def give_code(self, session: Session, code: str) -> str | None:
        """The key of the session that follows when the code, or a recovery code, is right; else None."""
        with self._database.writing() as connection:
            person = known_person(connection, session.person.login, alone=True)
            account = store.account_of(connection, person.id)
            if account is None or not self._authenticators.use(connection, account, code):
                return None
            return self._go_on(connection, person.id, session)

    def give_passkey(self, used: Used, session: Session | None = None) -> str | None:
        """The key of the session that follows when the passkey that was used is right; else None.

        `session`: the one at which it was asked for, after the password; None where it was used alone.
        """
        with self._database.writing() as connection:
            person = people_store.hold_person(connection, used.login)
            # It may have been removed since it was looked at.
            known = [one.id for one in passkeys_of(connection, person.id)] if person and person.active else []
            if person is None or not used.is_right or used.number not in known:
                return None
            return self._go_on(connection, person.id, session)

    def _go_on(self, connection: Connection, person: int, session: Session | None) -> str | None:
        # By another password, or another window, it may have ended meanwhile.
        ended = session is None or store.end_session(connection, digest(session.key))
        return self._begin(connection, person, Stage.SIGNED_IN) if ended else None

    # Sessions

    def _begin(self, connection: Connection, person: int, stage: Stage) -> str:
        key, now = secrets.token_urlsafe(32), self._clock.now()
        visit = store.last_seen(connection, person) or to_text(now - timedelta(days=7))
        # Those that ended stay as long: they say when somebody was here last.
        store.delete_old_sessions(connection, to_text(now - timedelta(days=60)))
        times = (to_text(now), to_text(now), visit)
        session = StoredSession(digest(key), person, str(stage), secrets.token_urlsafe(32), *times)
        store.insert_session(connection, session)
        return key

    def session(self, key: str) -> Session | None:
        """Who is signed in with this key; None where the session is unknown or has run out."""
        with self._database.reading() as connection:
            found = self.read_session(connection, key)
        if found:
            self.touch(found)
        return found

    def read_session(self, connection: Connection, key: str) -> Session | None:
        """The same within a reading transaction; that it is in use is for `touch` to keep."""
        return session_of(connection, key, self._clock.now(), self._second_factors)

    def touch(self, session: Session) -> None:
        """Keep that a session is in use, at most once a minute. Where nothing can be written, people go on reading."""
        if session.stale:
            with contextlib.suppress(DatabaseUnwritable), self._database.writing() as connection:
                self.touch_in(connection, session)

    def touch_in(self, connection: Connection, session: Session) -> None:
        """The same within a transaction that writes."""
        if session.stale:
            store.touch_session(connection, digest(session.key), to_text(self._clock.now()))

    def sign_out(self, key: str) -> None:
        """End a session."""
        with self._database.writing() as connection:
            store.end_session(connection, digest(key))

    def sessions(self, login: str) -> list[OpenSession]:
        """Where a person is signed in, the latest used first."""
        now = self._clock.now()
        with self._database.reading() as connection:
            rows = store.sessions_of(connection, known_person(connection, login).id, str(Stage.SIGNED_IN))
        found = [OpenSession(handle_under(stored), from_text(begun), from_text(seen)) for stored, begun, seen in rows]
        return [one for one in found if lasts(one.begun, one.seen, now)]

    def end_session(self, login: str, handle: str) -> bool:
        """End one session of a person; whether they had it."""
        with self._database.writing() as connection:
            rows = store.sessions_of(connection, known_person(connection, login).id, str(Stage.SIGNED_IN))
            found = [stored for stored, _, _ in rows if handle_under(stored) == handle]
            for one in found:
                store.end_session(connection, one)
        return bool(found)

    def sign_out_everywhere(self, login: str, *, by: Actor | str | None = None) -> int:
        """End every session of a person; how many there were. `by`: the administrator who does it for them."""
        with self._database.writing() as connection:
            count = store.end_sessions(connection, known_person(connection, login).id)
            if count and by is not None:
                self._journal.note(connection, by, (Kind.SIGN_IN, "ended everywhere"), login)
        return count

    # Calendar addresses

    def new_feed(self, login: str) -> str:
        """A new secret address of a person's calendar; the one before is void."""
        secret = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            store.put_feed(
                connection, known_person(connection, login, alone=True).id, digest(secret), to_text(self._clock.now())
            )
        return secret

    def drop_feed(self, login: str) -> None:
        """Let the address of a person's calendar lead nowhere."""
        with self._database.writing() as connection:
            store.put_feed(connection, known_person(connection, login, alone=True).id, None, to_text(self._clock.now()))

    def has_feed(self, login: str) -> bool:
        """Whether a person has a calendar address."""
        with self._database.reading() as connection:
            return store.has_feed(connection, known_person(connection, login).id)

    def feed_of(self, secret: str) -> str | None:
        """The login of the person whose calendar address this is."""
        with self._database.reading() as connection:
            return store.feed_login(connection, digest(secret))
