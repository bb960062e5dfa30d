"""Passkeys: the public keys of people's devices: reading and writing rows. Instants are text, UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.store.people.accounts import account_of, put_account
from engine.store.site import put, read
from engine.store.tables import passkeys, people


@dataclass(frozen=True)
class StoredPasskey:
    """A passkey of somebody. `credential` and `public_key` are URL-safe base64; `transports` is how it is reached.

    `count` is how often its device says that it was used: 0 where the device does not count.
    """

    id: int
    person: int
    login: str
    name: str
    credential: str
    public_key: str
    transports: tuple[str, ...]
    added: str
    count: int
    used: str | None = None


# Under this name it is kept for which sites passkeys were made: from when on, and the name of the machine.
_SITES = "passkey sites"
_NAMES = ("name", "credential", "public_key", "transports", "added", "count", "used")
_PASSKEY = select(passkeys.c.id, people.c.id, people.c.login, *(passkeys.c[name] for name in _NAMES)).join(
    people, people.c.id == passkeys.c.person_id
)


def insert_passkey(connection: Connection, passkey: StoredPasskey) -> int:
    """Keep a new passkey; its number."""
    values = {name: getattr(passkey, name) for name in _NAMES} | {"transports": json.dumps(passkey.transports)}
    made = connection.execute(insert(passkeys).values(person_id=passkey.person, **values).returning(passkeys.c.id))
    number: int = made.scalar_one()
    return number


def note_site(connection: Connection, site: str, now: str) -> None:
    """Keep that passkeys are made for this site (the name of a machine) from now on."""
    known = _sites(connection)
    if not known or known[-1][1] != site:
        put(connection, _SITES, json.dumps([*known, (now, site)]))


def passkeys_by_site(connection: Connection) -> dict[str, int]:
    """How many passkeys there are of each site; of none where that was not kept yet when they were made."""
    count, sites = dict[str, int](), list(reversed(_sites(connection)))
    for (added,) in connection.execute(select(passkeys.c.added)):
        site = next((one for since, one in sites if since <= added), "")
        count[site] = count.get(site, 0) + 1
    return count


def _sites(connection: Connection) -> list[tuple[str, str]]:
    return [(since, site) for since, site in json.loads(read(connection, _SITES) or "[]")]


def passkeys_of(connection: Connection, person: int) -> list[StoredPasskey]:
    """The passkeys of a person, in the order in which they were added."""
    rows = connection.execute(_PASSKEY.where(people.c.id == person).order_by(passkeys.c.id))
    return [_passkey(row) for row in rows]


def passkey_with(connection: Connection, credential: str) -> StoredPasskey | None:
    """The passkey that its device calls so; None where nobody here has it."""
    row = connection.execute(_PASSKEY.where(passkeys.c.credential == credential)).first()
    return _passkey(row) if row else None


def note_use(connection: Connection, passkey: StoredPasskey, count: int, now: str) -> bool:
    """Keep that a passkey was used; whether it is still there, and nobody else has used it meanwhile."""
    as_it_was = (passkeys.c.id == passkey.id, passkeys.c.count == passkey.count)
    return connection.execute(update(passkeys).where(*as_it_was).values(count=count, used=now)).rowcount == 1


def delete_passkey(connection: Connection, number: int) -> bool:
    """Remove a passkey; whether it was there."""
    return connection.execute(delete(passkeys).where(passkeys.c.id == number)).rowcount == 1


def void_passkeys(connection: Connection, person: int, now: str) -> int:
    """Remove the passkeys of a person, and what stood in for them; how many there were."""
    account = account_of(connection, person, to_change=True)
    count = connection.execute(delete(passkeys).where(passkeys.c.person_id == person)).rowcount
    if count and account:
        put_account(connection, account.without_passkeys(), now)
    return count


def _passkey(row: Any) -> StoredPasskey:
    known = (row[0], row[1], row[2], row[3], row[4], row[5])
    return StoredPasskey(*known, tuple(json.loads(row[6])), row[7], row[8], row[9])
