"""Record: processes, cases, their history, and everything that finds them."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from engine.store.tables.base import ID, INSTANT, metadata

versions = Table(
    "versions",
    metadata,
    Column("process", String(60), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("effective_from", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("published", INSTANT, nullable=False),
    Column("published_by", Text, nullable=False),
)

calendars = Table(
    "calendars",
    metadata,
    Column("calendar", String(60), primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("published", INSTANT, nullable=False),
)

# Numbers of cases stand in letters and in addresses: autoincrement, so that none ever comes again.
cases = Table(
    "cases",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("version", String(40), nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", String(60), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("organisation", Text),
    Column("organisation_order", Text),
    Column("label", Text),
    Column("subject", Text),
    Column("opened", INSTANT, nullable=False),
    Column("since", INSTANT, nullable=False),
    Column("next_due", INSTANT),
    Column("kept_until", String(10)),
    Column("retained", String(10), nullable=False, server_default="released"),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("snapshot", Text, nullable=False),
    ForeignKeyConstraint(["process", "version"], ["versions.process", "versions.version"]),
    # A page goes on behind a value and a number: each order of a list has an index of both.
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
for _name in ("label", "kept_until", "subject"):
    _there = cases.c[_name].is_not(None)
    Index(None, cases.c[_name], cases.c.id, sqlite_where=_there, postgresql_where=_there)

# Without row numbers SQLite keeps the key once, as the rows themselves, and what has the same beginning lies together.
words = Table(
    "words",
    metadata,
    Column("word", String(60), primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Index(None, "case_id"),
    sqlite_with_rowid=False,
)

bookings = Table(
    "bookings",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("meeting", String(60), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("series", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    # With the number of the case, so that an agenda is read from the index alone.
    Index(None, "process", "meeting", "series", "day", "case_id"),
    sqlite_with_rowid=False,
)

# Where a case stood before and what came of it there. Numbers are those of entries, 0 where there is none yet.
hearings = Table(
    "hearings",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("meeting", String(60), primary_key=True),
    Column("series", String(200), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Column("to_series", String(200), nullable=False),
    Column("to_day", String(10), nullable=False),
    Index(None, "process", "meeting", "series", "day", "case_id"),
    sqlite_with_rowid=False,
)

# By the digest first: whether any case has a content is asked before that is removed.
contents = Table(
    "contents",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Index(None, "case_id"),
    sqlite_with_rowid=False,
)

history = Table(
    "history",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("private", Text),
    sqlite_with_rowid=False,
)

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("task", String(60), primary_key=True),
    Column("role", String(60), nullable=False),
    Column("person", Text),
    Column("escalated", String(60)),
    Column("raised", INSTANT, nullable=False),
    Column("due", INSTANT),
    Column("late", INSTANT),
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
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("timer", Text, primary_key=True),
    Column("due", INSTANT, nullable=False),
    Index(None, "due", "case_id"),
)

places = Table(
    "places",
    metadata,
    Column("process", String(60), primary_key=True),
    Column("place", String(60), primary_key=True),
    # Who gives back more than was taken has a fault: the change fails, before a place too many can be given out.
    Column("taken", Integer, CheckConstraint("taken >= 0", name="taken"), nullable=False),
)

waiting = Table(
    "waiting",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("process", String(60), nullable=False),
    Column("place", String(60), nullable=False),
    Column("since", INSTANT, nullable=False),
    Index(None, "process", "place", "since", "case_id"),
)

# Both sides of each link: what is awaited of the other case and not known yet is found without reading either.
links = Table(
    "links",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("link_key", String(20), primary_key=True),
    Column("other_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("link", String(60), nullable=False),
    Column("process", String(60), nullable=False),
    Column("side", String(4), nullable=False),
    Column("awaits", ID),
    Index(None, "other_id"),
    sqlite_with_rowid=False,
)
_awaited = links.c.awaits.is_not(None)
Index(None, links.c.awaits, links.c.case_id, sqlite_where=_awaited, postgresql_where=_awaited)

keys = Table(
    "keys",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    # The entries, not the answer: what is given again is made of them, and shown by the rights of that day.
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)

accesses = Table(
    "accesses",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    # The other cases of a list that was shown: one row for all of them, found again by its block.
    Column("others", Text),
    Index(None, "case_id", "id"),
    sqlite_autoincrement=True,
)

access_blocks = Table(
    "access_blocks",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("block", ID, primary_key=True),
    sqlite_with_rowid=False,
)
