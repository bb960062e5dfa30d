"""Who saw personal data of a case, when, and what of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "accesses",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_accesses_case_id_id"), "accesses", ["case_id", "id"])
    for action in ("UPDATE", "DELETE"):
        head = f"CREATE TRIGGER accesses_no_{action.lower()} BEFORE {action} ON accesses FOR EACH ROW"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'accesses is only added to'); END")
        else:
            op.execute(f"{head} EXECUTE FUNCTION only_added_to()")


def downgrade() -> None:
    op.drop_table("accesses")
