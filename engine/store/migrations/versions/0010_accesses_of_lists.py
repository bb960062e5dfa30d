"""That somebody was shown a list is one row, which names the other cases of the list."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_INDEX = "ix_accesses_lists"


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.add_column("accesses", sa.Column("others", sa.Text(collation=order)))
    named = sa.text("others IS NOT NULL")
    op.create_index(_INDEX, "accesses", ["id"], sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    op.drop_index(_INDEX, "accesses")
    op.drop_column("accesses", "others")
