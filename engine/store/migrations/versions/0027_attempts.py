"""What failed at the door is counted in the database, so that several processes and a restart know of it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", _text(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("begun", _text(27), nullable=False),
        sa.Column("until", _text(27), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_begun"), "attempts", ["begun"])


def downgrade() -> None:
    op.drop_table("attempts")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
