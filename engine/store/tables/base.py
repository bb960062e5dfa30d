"""Base: what all tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData, String

SCHEMA_REVISION = "0034"

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
ID = BigInteger().with_variant(Integer, "sqlite")
INSTANT = String(27)
