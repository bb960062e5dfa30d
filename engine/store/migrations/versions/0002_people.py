"""Organisations, people, and the tokens by which programs act for them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("area", sa.String(60), nullable=False),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "people",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("login", sa.String(60), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organisation_id", _ID, sa.ForeignKey("organisations.id")),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.UniqueConstraint("login", name=op.f("uq_people_login")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("issued", _INSTANT, nullable=False),
        sa.Column("expires", _INSTANT, nullable=False),
        sa.Column("revoked", _INSTANT),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tokens_person_id_id"), "tokens", ["person_id", "id"])


def downgrade() -> None:
    for name in ("tokens", "people", "organisations"):
        op.drop_table(name)
