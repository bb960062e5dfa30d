"""Proof: the log of what was there, and the checkpoints that were taken of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from engine.store.tables.base import INSTANT, metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

leaves = Table(
    "leaves",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("part", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("body", Text, nullable=False),
    # Goes when what it salts is erased, so that nobody finds that by trying; the leaf stays as it is.
    Column("salt", String(32)),
    Index(None, "part", "name", "number"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", INSTANT, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
    Column("edge", Text, nullable=False),
)
