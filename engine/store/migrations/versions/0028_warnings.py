"""What people are told on their pages until they have read it: that somebody sees more, or a second factor is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "warnings",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", _text(27), nullable=False),
        *(sa.Column(name, _text(), nullable=False) for name in ("subject", "said")),
        sa.Column("read", _text(27)),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_warnings_person_id_id"), "warnings", ["person_id", "id"])


def downgrade() -> None:
    op.drop_table("warnings")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    kind = sa.Text if length is None else sa.String
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")
