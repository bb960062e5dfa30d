"""Desk: meetings, notes, drafts and the views that people keep."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Identity, Index, Integer, String, Table, Text

from engine.store.tables.base import ID, INSTANT, metadata

meetings = Table(
    "meetings",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
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
    Column("most", Integer),
    Column("closes", String(10), nullable=False, server_default=""),
    Index(None, "process", "meeting", "series", "day", unique=True),
    Index(None, "day", "id"),
    sqlite_autoincrement=True,
)

notes = Table(
    "notes",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("meeting_id", ID, ForeignKey("meetings.id")),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("acting_for", String(60), nullable=False, server_default=""),
    Index(None, "case_id", "id"),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("process", String(60), nullable=False),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("changed", INSTANT, nullable=False),
    Column("key", String(64), nullable=False, server_default=""),
    Column("case_id", ID, ForeignKey("cases.id")),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

# Those that were sent stay, without what they held.
_open = drafts.c.case_id.is_(None)
Index("ix_drafts_open", drafts.c.id, sqlite_where=_open, postgresql_where=_open)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("title", String(100), nullable=False),
    Column("query", Text, nullable=False),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)
