"""Statement: SQLAlchemy Core, compiled once per database kind and then run by the driver as it is.

Compiling, and dressing up results, is what costs in a short transaction; every statement of the engine
is fixed, so it is compiled once, and rows are the driver's tuples. Values go in by name. Errors of the
driver become SQLAlchemy's, without the values, which may be personal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, Table, bindparam, insert, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import Executable

Values = dict[str, Any]
Row = tuple[Any, ...]
# Names in one statement: more gain nothing, and each combination is compiled and kept once.
MOST = 20
BLOCK = 1000


class Statement:
    """One fixed statement. `on_postgres` replaces it there, where the two must differ."""

    def __init__(self, core: Executable, on_postgres: Executable | None = None) -> None:
        self._core = {"sqlite": core, "postgresql": core if on_postgres is None else on_postgres}
        self._compiled: dict[str, tuple[str, Values]] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Row]:
        """All rows that it finds with these values."""
        found: list[Row] = self.run(connection, values).fetchall()
        return found

    def row(self, connection: Connection, **values: Any) -> Row | None:
        """The first row that it finds with these values; None where there is none."""
        found: Row | None = self.run(connection, values).fetchone()
        return found

    def change(self, connection: Connection, **values: Any) -> int:
        """How many rows it changed with these values."""
        changed: int = self.run(connection, values).rowcount
        return changed

    def run(self, connection: Connection, values: Values) -> Any:
        """The driver's cursor after it ran with these values."""
        text, fixed = self.compiled(connection)
        return _execute(connection, text, fixed | values if fixed else values)

    def compiled(self, connection: Connection) -> tuple[str, Values]:
        """The text for this kind of database, and the values that are written into the statement."""
        name = connection.dialect.name
        if name not in self._compiled:
            compiled = self._core[name].compile(dialect=connection.dialect)  # type: ignore[attr-defined]
            # None stands for a value that each run brings along.
            fixed = {key: value for key, value in compiled.params.items() if value is not None}
            self._compiled[name] = (str(compiled), fixed)
        return self._compiled[name]


def _cursor(connection: Connection) -> Any:
    """The one cursor of a connection for everything that is read to its end at once."""
    known: Any = connection.info
    cursor = known.get("cursor")
    if cursor is None:
        driver: Any = connection.connection.dbapi_connection
        # A new cursor for each statement costs as much as a short statement itself.
        cursor = known["cursor"] = driver.cursor()
    return cursor


def _execute(connection: Connection, text: str, values: Values) -> Any:
    cursor = _cursor(connection)
    try:
        cursor.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        # From None: a traceback would quote the error of the driver, and with it the row.
        raise _told(connection, error, text) from None
    return cursor


def _told(connection: Connection, error: Exception, text: str) -> BaseException:
    kind = connection.dialect.loaded_dbapi.Error
    plain = _without_detail(error)
    return DBAPIError.instance(text, None, plain, kind, hide_parameters=True, dialect=connection.dialect)


def _without_detail(error: Exception) -> Exception:
    """The same error without the row that PostgreSQL quotes in it."""
    said = getattr(getattr(error, "diag", None), "message_primary", None)
    return type(error)(said) if said else error


class Change(NamedTuple):
    """A statement and its values, to be run together with others."""

    statement: Statement
    values: Values


# Never dropped: its keys are made of the fixed statements of the modules, at most MOST of them together.
_COMBINED: dict[tuple[Statement, ...], tuple[str, Values]] = {}


def run_together(connection: Connection, changes: Sequence[Change]) -> int:
    """Run changes of different rows, in any order; how many rows the first one changed.

    PostgreSQL is asked once for many of them: what a short transaction costs there is its round trips.
    """
    if connection.dialect.name != "postgresql":
        counts = [change.statement.run(connection, change.values).rowcount for change in changes]
    else:
        counts = [_run_combined(connection, changes[n : n + MOST]) for n in range(0, len(changes), MOST)]
    return counts[0] if counts else 0


def _run_combined(connection: Connection, changes: Sequence[Change]) -> int:
    text, fixed = _combined(connection, tuple(change.statement for change in changes))
    values = {f"c{n}_{name}": value for n, change in enumerate(changes) for name, value in change.values.items()}
    return int(_execute(connection, text, values | fixed).rowcount)


def _combined(connection: Connection, statements: tuple[Statement, ...]) -> tuple[str, Values]:
    """One text for several statements, each with names of its own for its values; the first counts the rows."""
    if statements not in _COMBINED:
        parts = [statement.compiled(connection) for statement in statements]
        texts = [text.replace("%(", f"%(c{n}_") for n, (text, _) in enumerate(parts)]
        # The first stands last, as the main one: the server counts the rows of that one only.
        others = ", ".join(f"c{n} AS ({text})" for n, text in enumerate(texts[1:], 1))
        fixed = {f"c{n}_{name}": value for n, (_, values) in enumerate(parts) for name, value in values.items()}
        _COMBINED[statements] = (f"WITH {others} {texts[0]}" if others else texts[0], fixed)
    return _COMBINED[statements]


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


def put_missing(table: Table, values: Values) -> Statement:
    """Insert a row, unless one is there that it would be a second of: no key of it is given twice, whoever is first."""
    made = (
        insert_into(table).values(values).on_conflict_do_nothing() for insert_into in (sqlite_insert, postgres_insert)
    )
    return Statement(*made)


def streamed(connection: Connection, query: Executable) -> Iterator[Any]:
    """The rows of a query, read in blocks: memory does not grow with the table."""
    with connection.execute(query, execution_options={"yield_per": BLOCK}) as found:
        yield from found


def paged(connection: Connection, query: Select[Any], *key: Column[Any]) -> Iterator[Any]:
    """The same in the order of a key that is among what is selected, page by page: nothing is left open where the
    database is lost in between.
    """
    page = query.order_by(*key).limit(BLOCK)
    rows = connection.execute(page).all()
    while rows:
        yield from rows
        last = (literal(getattr(rows[-1], column.name), column.type) for column in key)
        rows = connection.execute(page.where(tuple_(*key) > tuple_(*last))).all() if len(rows) == BLOCK else []


def one_row(table: Table, key: Column[Any]) -> Executable:
    """The rows whose `key` is the value `id`, in the order of the primary key."""
    return select(table).where(key == bindparam("id")).order_by(*table.primary_key)
