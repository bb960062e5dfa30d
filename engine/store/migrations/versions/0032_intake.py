"""How many cases one meeting takes, and until when, where that is another number or day than its process says."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("meetings", sa.Column("most", sa.Integer))
    op.add_column("meetings", sa.Column("closes", _text(10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("meetings", "closes")
    op.drop_column("meetings", "most")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
