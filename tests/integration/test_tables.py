"""Tables: what holds of all of them: their order of text, their numbers, and what may not stand there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, String, Text, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from engine.case.time.instants import to_text
from engine.store.database import Database
from engine.store.lists.find import SORTS
from engine.store.tables import cases, metadata, organisations, places, tasks, timers
from tests.conftest import START

TABLES = list(metadata.tables.values())
POINTS_TO = {"case_id": "cases.id", "person_id": "people.id", "meeting_id": "meetings.id"}


class TakenBack(Exception):
    """Ends the transaction of a test."""


@pytest.fixture(scope="module")
def database(shared_url: str) -> Iterator[Database]:
    database = Database(shared_url)
    yield database
    database.dispose()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with pytest.raises(TakenBack), database.writing() as connection:  # noqa: PT012
        yield connection
        raise TakenBack


def test_every_text_is_ordered_by_its_code_points() -> None:
    """PostgreSQL is told so of each column; SQLite knows no other order, nor the name of this one."""
    for table in TABLES:
        on_postgres = str(CreateTable(table).compile(dialect=postgresql.dialect()))
        texts = [column for column in table.c if isinstance(column.type, (String, Text))]
        assert on_postgres.count('COLLATE "C"') == len(texts), table.name
        assert "COLLATE" not in str(CreateTable(table).compile(dialect=sqlite.dialect()))


def test_what_belongs_to_something_is_bound_to_it() -> None:
    for table in TABLES:
        for column in table.c:
            if column.name in POINTS_TO:
                assert [key.target_fullname for key in column.foreign_keys] == [POINTS_TO[column.name]], column


def test_instants_have_room_for_the_text_of_one_and_for_nothing_else() -> None:
    instants = [cases.c.opened, cases.c.since, cases.c.next_due, tasks.c.raised, tasks.c.late, timers.c.due]
    assert {column.type.length for column in instants} == {len(to_text(START))}  # type: ignore[attr-defined]


def test_a_list_is_read_along_an_index_of_what_it_is_sorted_by() -> None:
    indexed = [[column.name for column in index.columns] for index in cases.indexes]
    for name in {*SORTS, "organisation_order"} - {"id"}:
        assert [name, "id"] in indexed


def test_a_number_is_never_given_twice(connection: Connection) -> None:
    """What was written down under a number must not be read as of another thing."""
    new = insert(organisations).values(name="Hilltop", area="").returning(organisations.c.id)
    first = connection.execute(new).scalar_one()
    connection.execute(delete(organisations))
    assert connection.execute(new).scalar_one() > first


def test_every_number_that_is_counted_up_is_so_on_sqlite_too() -> None:
    for table in TABLES:
        is_counted = any(column.identity is not None for column in table.c)
        assert bool(table.kwargs.get("sqlite_autoincrement")) is is_counted, table.name


def test_fewer_than_no_places_are_never_taken(connection: Connection) -> None:
    connection.execute(insert(places).values(process="shop", place="bench", taken=0))
    assert connection.execute(select(places.c.taken)).scalar_one() == 0
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(places).values(process="shop", place="lathe", taken=-1))


def test_a_database_in_memory_is_as_strict_as_one_that_came_by_migrations() -> None:
    assert "CHECK (taken >= 0)" in str(CreateTable(places).compile(dialect=sqlite.dialect()))


def test_nothing_is_kept_of_a_case_that_is_not_there(connection: Connection) -> None:
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(timers).values(case_id=1, timer="late", due=to_text(START)))
