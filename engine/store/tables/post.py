"""Post: what is told outside, and the keys that things are sealed with."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Identity, Index, Integer, String, Table, Text

from engine.store.tables.base import ID, INSTANT, metadata

hooks = Table(
    "hooks",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("target", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made", INSTANT, nullable=False),
    Column("next_try", INSTANT),
    Column("tries", Integer, nullable=False),
    Column("sent", INSTANT),
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
