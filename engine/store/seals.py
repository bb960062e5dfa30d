"""Seals: the keys that this installation seals things with which others keep for it. Made once, at their first use."""

from __future__ import annotations

import contextlib
import secrets

from sqlalchemy import Connection, bindparam, select

from engine.store.database import Database, DatabaseUnwritable
from engine.store.statement import Statement, put_missing
from engine.store.tables import seals

# Half for the authentication and half for the encryption of AES-SIV, 128 bits each.
BYTES = 32
_READ = Statement(select(seals.c.key).where(seals.c.purpose == bindparam("of")))
# Two programs may come for the first time at once: the second keeps the key of the first.
_MAKE = put_missing(seals, {"purpose": bindparam("of"), "key": bindparam("made")})


def seal_key(database: Database, purpose: str) -> bytes:
    """The key for a purpose; a new one where it was never used. Programs that come at once get the same.

    Where nothing can be written, it is a passing one: lists are read, and what is sealed there fits nothing later.
    """
    with database.reading() as connection:
        found = _read(connection, purpose)
    if found is None:
        with contextlib.suppress(DatabaseUnwritable), database.writing() as connection:
            _MAKE.change(connection, of=purpose, made=secrets.token_hex(BYTES))
            found = _read(connection, purpose)
    return found or secrets.token_bytes(BYTES)


def _read(connection: Connection, purpose: str) -> bytes | None:
    row = _READ.row(connection, of=purpose)
    return bytes.fromhex(row[0]) if row else None
