"""Keys that this installation seals things with which others keep for it, such as where a page of a list ended."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    text = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "seals",
        sa.Column("purpose", text, primary_key=True),
        sa.Column("key", text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("seals")
