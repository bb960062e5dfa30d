"""Afterwards: what a restored database does not take up again where the other one ended."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from engine.store.site import new_id, put, read
from engine.store.tables import attempts, invitations, keys, sessions

PAUSED = "paused"
# No digest: no request has it, so that none is answered from before.
OLD_KEY = "restored"
_LIFE = "life"


def begin_anew(connection: Connection, now: str) -> None:
    """After a restore: nobody is signed in, addresses by which somebody chooses a password let nobody in, and old keys
    are known as such. Nothing is sent before somebody has looked at what waits, and no page goes on from one of before.

    `now` is an instant (text, UTC).
    """
    connection.execute(delete(sessions))
    connection.execute(delete(attempts))
    # One that was used after the backup would let in a second time whoever has it.
    connection.execute(delete(invitations))
    connection.execute(update(keys).values(fingerprint=OLD_KEY))
    put(connection, PAUSED, now)
    put(connection, _LIFE, new_id())


def life(connection: Connection) -> str:
    """What tells this database from what it was before a restore, and from all others that the same backup made."""
    return read(connection, _LIFE)
