"""Links between cases: both sides of each, made of what the cases keep."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("link_key", _text(20), primary_key=True),
        sa.Column("other_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("link", _text(60), nullable=False),
        sa.Column("process", _text(60), nullable=False),
        sa.Column("side", _text(4), nullable=False),
        sa.Column("awaits", _ID),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_links_other_id"), "links", ["other_id"])
    awaited = sa.text("awaits IS NOT NULL")
    name = op.f("ix_links_awaits_case_id")
    op.create_index(name, "links", ["awaits", "case_id"], sqlite_where=awaited, postgresql_where=awaited)


def downgrade() -> None:
    op.drop_table("links")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
