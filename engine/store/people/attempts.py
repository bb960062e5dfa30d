"""Attempts: how often something was tried, under keyed digests of who tried it, and where; requests by a token.

Instants are text, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engine.store.statement import Statement
from engine.store.tables import attempts

_NEW: dict[str, str | int | BindParameter[str]] = {"key": bindparam("of"), "count": 0, "begun": "", "until": ""}
_KEPT = (attempts.c.count, attempts.c.begun, attempts.c.until)
# The change changes nothing: it is what holds a row that is there, also where somebody is just removing it.
_SAME = {"count": attempts.c.count}
_HOLD = Statement(
    sqlite_insert(attempts).values(_NEW).on_conflict_do_update(index_elements=["key"], set_=_SAME).returning(*_KEPT),
    postgres_insert(attempts).values(_NEW).on_conflict_do_update(index_elements=["key"], set_=_SAME).returning(*_KEPT),
)
_READ = Statement(select(*_KEPT).where(attempts.c.key == bindparam("of")))


@dataclass(frozen=True)
class StoredAttempts:
    """How often something was tried since it was `begun`; not again before `until`."""

    count: int = 0
    begun: str = ""
    until: str = ""


def attempts_of(connection: Connection, key: str) -> StoredAttempts:
    """What is kept under a key; nothing where it was never tried."""
    row = _READ.row(connection, of=key)
    return StoredAttempts(*row) if row else StoredAttempts()


def hold_attempts(connection: Connection, key: str) -> StoredAttempts:
    """The same, held until the transaction ends: of two who try at once, one comes after the other."""
    row = _HOLD.row(connection, of=key)
    assert row is not None
    return StoredAttempts(*row)


def put_attempts(connection: Connection, key: str, kept: StoredAttempts) -> None:
    """Keep how often something was tried, under a key that is held."""
    connection.execute(update(attempts).where(attempts.c.key == key).values(vars(kept)))


def forget_attempts(connection: Connection, keys: Iterable[str]) -> None:
    """Let it be as if nothing had been tried."""
    connection.execute(delete(attempts).where(attempts.c.key.in_(list(keys))))


def take_back_attempt(connection: Connection, key: str) -> None:
    """One attempt was none that failed: it is not counted, and nobody has to wait for it."""
    counted = update(attempts).where(attempts.c.key == key, attempts.c.count > 0)
    connection.execute(counted.values(count=attempts.c.count - 1, until=""))


def forget_old_attempts(connection: Connection, begun_before: str) -> None:
    """Forget what was tried long ago."""
    connection.execute(delete(attempts).where(attempts.c.begun < begun_before))
