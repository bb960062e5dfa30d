"""The processes that were chosen for an organisation: of one that nothing is known of yet, nobody has to guess them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.add_column(
        "organisations", sa.Column("processes", sa.Text(collation=order), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("organisations", "processes")
