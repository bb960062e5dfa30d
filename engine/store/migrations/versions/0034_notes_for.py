"""For whom somebody acted who wrote a note."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    kind = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    op.add_column("notes", sa.Column("acting_for", kind, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("notes", "acting_for")
