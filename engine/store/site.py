"""Site: what the database says of the installation as a whole. Its id is made once, with the tables, and stays."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, bindparam, delete, select

from engine.store.statement import Statement, put_row
from engine.store.tables import site

ID = "id"
# Until which day the meetings of each series that comes again were planned.
PLANNED = "meetings planned"
_READ = Statement(select(site.c.value).where(site.c.name == bindparam("of")))
_PUT = put_row(site)


def site_id(connection: Connection) -> str:
    """What this installation is called: 32 hexadecimal digits, the same for ever, also after a restore."""
    found = read(connection, ID)
    assert found
    return found


def new_id() -> str:
    """An id that no other installation has."""
    return secrets.token_hex(16)


def read(connection: Connection, name: str) -> str:
    """What is kept under a name; empty where nothing is."""
    row = _READ.row(connection, of=name)
    return str(row[0]) if row else ""


def forget(connection: Connection, name: str) -> None:
    """Keep nothing under a name any more."""
    connection.execute(delete(site).where(site.c.name == name))


def put(connection: Connection, name: str, value: str) -> None:
    """Keep something under a name, in place of what was there."""
    _PUT.change(connection, name=name, value=value)
