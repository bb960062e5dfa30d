"""Departures: what ends for good when somebody may act no more. Instants are text, UTC."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.service.keeping.journal import Journal, Kind
from engine.store.people import deputies, people
from engine.store.people.accounts import delete_invitations, end_sessions, put_feed
from engine.store.people.passkeys import void_passkeys

# More than anybody has standing at a time.
MOST = 1000


def end_access(
    connection: Connection, journal: Journal, person: people.StoredPerson, now: str, by: Actor | str
) -> None:
    """End whatever lets somebody in, and others for them: what was written down somewhere must not wait for their
    return.
    """
    end_sessions(connection, person.id)
    put_feed(connection, person.id, None, now)
    delete_invitations(connection, person.id)
    if count := void_passkeys(connection, person.id, now):
        voided = (Kind.SECOND_FACTOR, "passkeys voided")
        journal.note(connection, by, voided, person.login, before={"passkeys": count})
    for one in people.all_tokens(connection, person.login):
        if people.revoke_token(connection, one.id, now):
            journal.note(connection, by, (Kind.TOKEN, "revoked"), person.login, before={"number": one.id})
    for deputy in deputies.deputies_of(connection, person.login, MOST, ending_after=now):
        if deputies.take_back(connection, deputy.id, now):
            note_taken_back(connection, journal, deputy, by)


def note_taken_back(connection: Connection, journal: Journal, taken: deputies.StoredDeputy, by: Actor | str) -> None:
    """Keep in the journal that somebody acts for another no more, before that had run out."""
    told = {"deputy": taken.deputy, "first": taken.first, "last": taken.last, "number": taken.id}
    journal.note(connection, by, (Kind.DEPUTY, "taken back"), taken.person, before=told)
