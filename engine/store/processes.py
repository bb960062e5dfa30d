"""Processes: the published texts of process versions and calendars. Rows are added, never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from engine.store.statement import Statement, every_column
from engine.store.tables import calendars, versions

_VERSIONS = Statement(
    select(versions.c.process, versions.c.version, versions.c.effective_from, versions.c.hash).order_by(
        # The label last: two of one day and one instant have an order too, the same in every copy of the database.
        versions.c.effective_from,
        versions.c.published,
        versions.c.version,
    )
)
_TEXT = Statement(
    select(versions.c.text).where(versions.c.process == bindparam("of"), versions.c.version == bindparam("label"))
)
_INSERT_VERSION = Statement(every_column(versions))
_latest = select(func.max(calendars.c.edition)).where(calendars.c.calendar == bindparam("name")).scalar_subquery()
_CALENDAR = Statement(
    select(calendars.c.edition, calendars.c.text, calendars.c.hash).where(
        calendars.c.calendar == bindparam("name"), calendars.c.edition == _latest
    )
)
_EDITIONS = Statement(
    select(calendars.c.published, calendars.c.edition, calendars.c.text, calendars.c.hash)
    .where(calendars.c.calendar == bindparam("name"))
    .order_by(calendars.c.edition)
)
_INSERT_CALENDAR = Statement(every_column(calendars))
_COUNTS = Statement(
    select(
        # Rows of these tables are never removed: two counts are enough to see whether anything is new.
        select(func.count()).select_from(versions).scalar_subquery(),
        select(func.count()).select_from(calendars).scalar_subquery(),
    )
)


@dataclass(frozen=True)
class StoredVersion:
    """A published version of a process; `effective_from` is a day (ISO)."""

    process: str
    version: str
    effective_from: str
    hash: str


@dataclass(frozen=True)
class StoredCalendar:
    """The edition of a calendar that was published last."""

    edition: int
    text: str
    hash: str


def text_hash(text: str) -> str:
    """The SHA-256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(connection: Connection) -> tuple[int, int]:
    """How many versions and calendars are published: a number that only grows."""
    row = _COUNTS.row(connection)
    assert row is not None
    return row[0], row[1]


def all_versions(connection: Connection) -> list[StoredVersion]:
    """Every version of every process, in the order in which they come into force."""
    return [StoredVersion(*row) for row in _VERSIONS.rows(connection)]


def version_log(connection: Connection) -> list[tuple[str, str, str, str, str]]:
    """Process, version, day in force, when and by whom it was published; the latest first."""
    columns = (versions.c.process, versions.c.version, versions.c.effective_from)
    query = select(*columns, versions.c.published, versions.c.published_by)
    return [tuple(row) for row in connection.execute(query.order_by(versions.c.published.desc()))]


def version_text(connection: Connection, process: str, version: str) -> str | None:
    """The text of a version; None where there is none of that label."""
    found = _TEXT.row(connection, of=process, label=version)
    return found[0] if found else None


def insert_version(connection: Connection, version: StoredVersion, text: str, published: str, by: str) -> None:
    """Keep a new version."""
    _INSERT_VERSION.change(
        connection,
        process=version.process,
        version=version.version,
        effective_from=version.effective_from,
        text=text,
        hash=version.hash,
        published=published,
        published_by=by,
    )


def calendar_text(connection: Connection, name: str) -> StoredCalendar | None:
    """The latest edition of a calendar; None where there is none of that name."""
    row = _CALENDAR.row(connection, name=name)
    return StoredCalendar(*row) if row else None


def calendar_editions(connection: Connection, name: str) -> list[tuple[str, StoredCalendar]]:
    """Every edition of a calendar in order, each with the instant at which it was published."""
    return [(row[0], StoredCalendar(*row[1:])) for row in _EDITIONS.rows(connection, name=name)]


def all_calendars(connection: Connection) -> list[tuple[str, StoredCalendar]]:
    """The name and every edition of each calendar."""
    query = select(calendars.c.calendar, calendars.c.edition, calendars.c.text, calendars.c.hash)
    ordered = query.order_by(calendars.c.calendar, calendars.c.edition)
    return [(row[0], StoredCalendar(*row[1:])) for row in connection.execute(ordered)]


def insert_calendar(connection: Connection, name: str, calendar: StoredCalendar, published: str) -> None:
    """Keep a new edition of a calendar."""
    _INSERT_CALENDAR.change(
        connection,
        calendar=name,
        edition=calendar.edition,
        text=calendar.text,
        hash=calendar.hash,
        published=published,
    )
