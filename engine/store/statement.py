"""Statement: SQLAlchemy Core, compiled once per database kind and then run by the driver as it is.

Compiling, and dressing up results, is what costs in a short transaction; every statement of the engine
is fixed, so it is compiled once, and rows are the driver's tuples. Values go in by name. Errors of the
driver become SQLAlchemy's, without the values, which may be personal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import Executable

Values = dict[str, Any]
Row = tuple[Any, ...]


class Statement:
    """One fixed statement. `on_postgres` replaces it there, where the two must differ."""

    def __init__(self, core: Executable, on_postgres: Executable | None = None) -> None:
        self._core = {"sqlite": core, "postgresql": core if on_postgres is None else on_postgres}
        self._compiled: dict[str, tuple[str, Values]] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Row]:
        """All rows that it finds with these values."""
        found: list[Row] = self._run(connection, _cursor(connection), values).fetchall()
        return found

    def row(self, connection: Connection, **values: Any) -> Row | None:
        """The first row that it finds with these values; None where there is none."""
        found: Row | None = self._run(connection, _cursor(connection), values).fetchone()
        return found

    def change(self, connection: Connection, **values: Any) -> int:
        """How many rows it changed with these values."""
        changed: int = self._run(connection, _cursor(connection), values).rowcount
        return changed

    def write(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it once for each row of values; not at all for none."""
        for row in rows:
            self._run(connection, _cursor(connection), row)

    def send(self, connection: Connection, values: Values) -> Any:
        """Run it within `together`; a cursor of its own, whose row count is known at the end of the block."""
        driver: Any = connection.connection.dbapi_connection
        return self._run(connection, driver.cursor(), values)

    def _run(self, connection: Connection, cursor: Any, values: Values) -> Any:
        text, fixed = self._for(connection)
        try:
            cursor.execute(text, fixed | values if fixed else values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, error, text) from error
        return cursor

    def _for(self, connection: Connection) -> tuple[str, Values]:
        """The text for this kind of database, and the values that are written into the statement."""
        name = connection.dialect.name
        if name not in self._compiled:
            compiled = self._core[name].compile(dialect=connection.dialect)  # type: ignore[attr-defined]
            fixed = {key: value for key, value in compiled.params.items() if value is not None}
            self._compiled[name] = (str(compiled), fixed)
        return self._compiled[name]


def _cursor(connection: Connection) -> Any:
    """The one cursor of a connection for everything that is read to its end at once."""
    known: Any = connection.info
    if "cursor" not in known:
        driver: Any = connection.connection.dbapi_connection
        known["cursor"] = driver.cursor()
    return known["cursor"]


def _told(connection: Connection, error: Exception, text: str) -> BaseException:
    kind = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, kind, hide_parameters=True, dialect=connection.dialect)


@contextlib.contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send what the block runs in one go (PostgreSQL), instead of waiting for each answer."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, error, "several statements") from error


def every_column(table: Table) -> Executable:
    """Insert a row, with a value for each column by its name."""
    return insert(table).values({column.name: bindparam(column.name) for column in table.c})


def put_row(table: Table) -> Statement:
    """Insert a row, or bring the one with the same key up to date."""
    values: Values = {column.name: bindparam(column.name) for column in table.c}
    keys = [column.name for column in table.primary_key]
    others = [name for name in values if name not in keys]

    def put(insert_into: Any) -> Executable:
        statement = insert_into(table).values(values)
        put_: Executable = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in others}
        )
        return put_

    return Statement(put(sqlite_insert), put(postgres_insert))


def one_row(table: Table, key: Column[Any]) -> Executable:
    """The rows whose `key` is the value `id`, in the order of the primary key."""
    return select(table).where(key == bindparam("id")).order_by(*table.primary_key)
