"""Tables: what is stored. Instants are text in UTC (engine.case.time.instants), so that order is time.

The snapshot in a case's row is the case; tasks, timers, places taken and waiting are the parts of it
that must be found without reading every case. All are written in the transaction that changes it, and
`verify` proves that they agree.

Text has one order, that of its code points, whatever the language of the database: searches for a beginning,
places where a page ended and merged pages rely on it. SQLite knows no other; PostgreSQL is told by each column.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_REVISION = "0014"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite counts up only what is called INTEGER, which holds as much as BIGINT there.
_ID = BigInteger().with_variant(Integer, "sqlite")
_INSTANT = String(27)

versions = Table(
    "versions",
    metadata,
    Column("process", String(60), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("effective_from", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("published", _INSTANT, nullable=False),
    Column("published_by", Text, nullable=False),
)

calendars = Table(
    "calendars",
    metadata,
    Column("calendar", String(60), primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("published", _INSTANT, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("version", String(40), nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", String(60), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("organisation", Text),
    Column("organisation_order", Text),
    Column("label", Text),
    Column("opened", _INSTANT, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Column("next_due", _INSTANT),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("snapshot", Text, nullable=False),
    ForeignKeyConstraint(["process", "version"], ["versions.process", "versions.version"]),
    Index(None, "process", "state", "id"),
    Index(None, "owner", "id"),
    Index(None, "outcome", "id"),
    Index(None, "organisation", "id"),
    Index(None, "organisation_order", "id"),
    Index(None, "next_due", "id"),
    Index(None, "owner", "next_due", "id"),
    Index(None, "since", "id"),
    sqlite_autoincrement=True,
)
_labelled = cases.c.label.is_not(None)
Index(None, cases.c.label, cases.c.id, sqlite_where=_labelled, postgresql_where=_labelled)

words = Table(
    "words",
    metadata,
    Column("word", String(60), primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Index(None, "case_id"),
    sqlite_with_rowid=False,
)

bookings = Table(
    "bookings",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("meeting", String(60), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("series", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    Index(None, "process", "meeting", "series", "day", "case_id"),
    sqlite_with_rowid=False,
)

history = Table(
    "history",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_with_rowid=False,
)

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("task", String(60), primary_key=True),
    Column("role", String(60), nullable=False),
    Column("person", Text),
    Column("escalated", String(60)),
    Column("raised", _INSTANT, nullable=False),
    Column("due", _INSTANT),
    Column("late", _INSTANT),
    Column("overdue_of", String(60)),
    Index(None, "late", "case_id"),
    Index(None, "role", "late", "case_id"),
)
# Most tasks are nobody's and were not escalated: these indexes hold only the others.
for _name in ("person", "escalated"):
    _given = tasks.c[_name].is_not(None)
    Index(None, tasks.c[_name], tasks.c.late, tasks.c.case_id, sqlite_where=_given, postgresql_where=_given)

timers = Table(
    "timers",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("timer", Text, primary_key=True),
    Column("due", _INSTANT, nullable=False),
    Index(None, "due", "case_id"),
)

places = Table(
    "places",
    metadata,
    Column("process", String(60), primary_key=True),
    Column("place", String(60), primary_key=True),
    Column("taken", Integer, CheckConstraint("taken >= 0", name="taken"), nullable=False),
)

waiting = Table(
    "waiting",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("place", String(60), nullable=False),
    Column("since", _INSTANT, nullable=False),
    Index(None, "process", "place", "since", "case_id"),
)

keys = Table(
    "keys",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("area", String(60), nullable=False),
    Column("seq", Integer, nullable=False, server_default="1"),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("login", String(60), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("organisation_id", _ID, ForeignKey("organisations.id")),
    Column("roles", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    Column("seq", Integer, nullable=False, server_default="1"),
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("issued", _INSTANT, nullable=False),
    Column("expires", _INSTANT, nullable=False),
    Column("revoked", _INSTANT),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

accesses = Table(
    "accesses",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("others", Text),
    Index(None, "case_id", "id"),
    sqlite_autoincrement=True,
)

access_blocks = Table(
    "access_blocks",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("block", _ID, primary_key=True),
    sqlite_with_rowid=False,
)

accounts = Table(
    "accounts",
    metadata,
    Column("person_id", _ID, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("password", Text, nullable=False),
    Column("totp", Text, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("recovery", Text, nullable=False),
    Column("changed", _INSTANT, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("expires", _INSTANT, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("begun", _INSTANT, nullable=False),
    Column("seen", _INSTANT, nullable=False),
    Column("visit", _INSTANT, nullable=False),
    Index(None, "person_id"),
    Index(None, "csrf"),
)

typed_forms = Table(
    "typed_forms",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("until", _INSTANT, nullable=False),
    Index(None, "person_id", "until"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("person_id", _ID, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("made", _INSTANT, nullable=False),
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("meeting", String(60), nullable=False),
    Column("series", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    Column("time", String(5), nullable=False),
    Column("link", Text, nullable=False),
    Column("present", Text, nullable=False),
    Column("minutes", Text, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("seq", Integer, nullable=False, server_default="1"),
    Index(None, "process", "meeting", "series", "day", unique=True),
    Index(None, "day", "id"),
    sqlite_autoincrement=True,
)

notes = Table(
    "notes",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("meeting_id", _ID, ForeignKey("meetings.id")),
    Column("at", _INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "case_id", "id"),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("process", String(60), nullable=False),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("changed", _INSTANT, nullable=False),
    Column("key", String(64), nullable=False, server_default=""),
    Column("case_id", _ID, ForeignKey("cases.id")),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False),
    Column("title", String(100), nullable=False),
    Column("query", Text, nullable=False),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

hooks = Table(
    "hooks",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, Identity(), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("target", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made", _INSTANT, nullable=False),
    Column("next_try", _INSTANT),
    Column("tries", Integer, nullable=False),
    Column("sent", _INSTANT),
    Column("fault", Text, nullable=False),
    Index(None, "next_try", "id"),
    sqlite_autoincrement=True,
)

seals = Table(
    "seals",
    metadata,
    Column("purpose", String(64), primary_key=True),
    Column("key", String(64), nullable=False),
)

for _table in metadata.tables.values():
    for _column in _table.c:
        if isinstance(_type := _column.type, String):
            _column.type = _type.with_variant(type(_type)(_type.length, collation="C"), "postgresql")
