"""House: organisations, people, and how they come in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, Integer, String, Table, Text

from engine.store.tables.base import ID, INSTANT, metadata

site = Table(
    "site",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("area", String(60), nullable=False),
    Column("seq", Integer, nullable=False, server_default="1"),
    Column("name_order", Text, nullable=False, server_default=""),
    Column("processes", Text, nullable=False, server_default="[]"),
    Index(None, "name_order", "name"),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("login", String(60), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("organisation_id", ID, ForeignKey("organisations.id")),
    Column("roles", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    Column("seq", Integer, nullable=False, server_default="1"),
    Column("name_order", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Index(None, "address"),
    sqlite_autoincrement=True,
)

# Of tokens, invitations, sessions and feeds only the hash of the secret is kept: it lets nobody in who reads it here.
tokens = Table(
    "tokens",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("issued", INSTANT, nullable=False),
    Column("expires", INSTANT, nullable=False),
    Column("revoked", INSTANT),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("password", Text, nullable=False),
    Column("totp", Text, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("recovery", Text, nullable=False),
    Column("changed", INSTANT, nullable=False),
)

# Public keys: nobody comes in by what stands here. They are of one site, and of whichever device made them.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("credential", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("transports", Text, nullable=False),
    Column("added", INSTANT, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("used", INSTANT),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("expires", INSTANT, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("begun", INSTANT, nullable=False),
    Column("seen", INSTANT, nullable=False),
    Column("visit", INSTANT, nullable=False),
    # The login of whom they act for now; empty where they act for themselves.
    Column("acting_for", String(60), nullable=False, server_default=""),
    Index(None, "person_id"),
    # A form that comes after its session has ended names the session by this alone.
    Index(None, "csrf"),
)

# The days are those that were said; `begins` and `ends` are when they begin and end, the end not included.
deputies = Table(
    "deputies",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("deputy_id", ID, ForeignKey("people.id"), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("begins", INSTANT, nullable=False),
    Column("ends", INSTANT, nullable=False),
    Column("made", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("taken_back", INSTANT),
    Index(None, "person_id", "ends"),
    Index(None, "deputy_id", "ends"),
    sqlite_autoincrement=True,
)

# Who tried, and from where, is in no column: the key is a keyed digest of both. Of requests it names the token.
attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("begun", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=False),
    Index(None, "begun"),
)

typed_forms = Table(
    "typed_forms",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("until", INSTANT, nullable=False),
    Index(None, "person_id", "until"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("person_id", ID, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("made", INSTANT, nullable=False),
)

warnings = Table(
    "warnings",
    metadata,
    Column("id", ID, Identity(), primary_key=True),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("subject", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("read", INSTANT),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,
)

# Who writes takes the turn before it reads the last row: numbers leave no gap, which a count of the database would.
journal = Table(
    "journal",
    metadata,
    Column("seq", ID, primary_key=True, autoincrement=False),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("did", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "kind", "seq"),
    Index(None, "by", "seq"),
    Index(None, "about", "seq"),
)
