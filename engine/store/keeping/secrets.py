"""Secrets: every column that holds one which has to be computed with, and so is encrypted instead of hashed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from engine.store.tables import accounts, hooks

_COLUMNS = ((accounts.c.totp, accounts.c.person_id), (hooks.c.secret, hooks.c.id))


@dataclass(frozen=True)
class StoredSecret:
    """A secret as it is kept, plain or encrypted, and its place: table, column and number of its row."""

    place: str
    text: str


def authenticator_of(person: int) -> str:
    """The place of the secret of somebody's authenticator."""
    return f"accounts.totp {person}"


def secret_of_hook(number: int) -> str:
    """The place of the secret of a hook."""
    return f"hooks.secret {number}"


def all_secrets(connection: Connection) -> list[StoredSecret]:
    """Every secret that is kept."""
    return [
        StoredSecret(f"{column} {row[0]}", row[1])
        for column, number in _COLUMNS
        for row in connection.execute(select(number, column).where(column != "").order_by(number))
    ]


def put_secret(connection: Connection, before: StoredSecret, text: str) -> None:
    """Keep a secret in another form, unless somebody changed it meanwhile."""
    name, _, number = before.place.partition(" ")
    column, key = next(one for one in _COLUMNS if str(one[0]) == name)
    query = update(column.table).where(key == int(number), column == before.text)
    connection.execute(query.values({column.name: text}))
