"""Deputies: who acts for whom between two days, and for whom somebody who is signed in acts now."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("deputy_id", _ID, sa.ForeignKey("people.id"), nullable=False),
        *(sa.Column(name, _text(10), nullable=False) for name in ("first_day", "last_day")),
        *(sa.Column(name, _text(27), nullable=False) for name in ("begins", "ends", "made")),
        sa.Column("by", _text(), nullable=False),
        sa.Column("taken_back", _text(27)),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deputies_person_id_ends"), "deputies", ["person_id", "ends"])
    op.create_index(op.f("ix_deputies_deputy_id_ends"), "deputies", ["deputy_id", "ends"])
    op.add_column("sessions", sa.Column("acting_for", _text(60), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("sessions", "acting_for")
    op.drop_table("deputies")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    kind = sa.Text() if length is None else sa.String(length)
    sorted_by_signs = sa.Text(collation="C") if length is None else sa.String(length, collation="C")
    return kind.with_variant(sorted_by_signs, "postgresql")
