"""On which agendas each case stood, and what came of it there; made of the histories once the tables are there."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "hearings",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("meeting", _text(60), nullable=False),
        sa.Column("series", _text(200), nullable=False),
        sa.Column("day", _text(10), nullable=False),
        sa.Column("process", _text(60), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("outcome", "until")),
        sa.Column("to_series", _text(200), nullable=False),
        sa.Column("to_day", _text(10), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hearings_case_id")),
        sa.PrimaryKeyConstraint("case_id", "meeting", "series", "day", name=op.f("pk_hearings")),
        sqlite_with_rowid=False,
    )
    columns = ["process", "meeting", "series", "day", "case_id"]
    op.create_index(op.f("ix_hearings_process_meeting_series_day_case_id"), "hearings", columns)


def downgrade() -> None:
    op.drop_table("hearings")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
