"""Statement: SQLAlchemy Core, compiled once per database kind and then run as it is.

Compiling, not running, is what costs in a short transaction; every statement of the engine is
fixed, so it is compiled once. Values go in by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Table, bindparam, insert, select
from sqlalchemy.sql.expression import Executable

Values = dict[str, Any]


class Statement:
    """One fixed statement. `on_postgres` replaces it there, where the two must differ."""

    def __init__(self, core: Executable, on_postgres: Executable | None = None) -> None:
        self._core = {"sqlite": core, "postgresql": core if on_postgres is None else on_postgres}
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run it with these values."""
        text, fixed = self._for(connection)
        return connection.exec_driver_sql(text, fixed | values)

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it once for each row of values; not at all for none."""
        if rows:
            text, fixed = self._for(connection)
            given: Any = [fixed | row for row in rows] if len(rows) > 1 else fixed | rows[0]
            connection.exec_driver_sql(text, given)

    def _for(self, connection: Connection) -> tuple[str, dict[str, Any]]:
        """The text for this kind of database, and the values that are written into the statement."""
        name = connection.dialect.name
        if name not in self._compiled:
            compiled = self._core[name].compile(dialect=connection.dialect)  # type: ignore[attr-defined]
            fixed = {key: value for key, value in compiled.params.items() if value is not None}
            self._compiled[name] = (str(compiled), fixed)
        return self._compiled[name]


def every_column(table: Table) -> Executable:
    """Insert a row, with a value for each column by its name."""
    return insert(table).values({column.name: bindparam(column.name) for column in table.c})


def one_row(table: Table, key: Column[Any]) -> Executable:
    """The rows whose `key` is the value `id`, in the order of the primary key."""
    return select(table).where(key == bindparam("id")).order_by(*table.primary_key)
