"""What administrators did: a journal with a hash chain of its own, which is only added to."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", _ID, primary_key=True, autoincrement=False),
        sa.Column("at", _text(27), nullable=False),
        *(sa.Column(name, _text(), nullable=False) for name in ("by", "origin")),
        sa.Column("kind", _text(20), nullable=False),
        *(sa.Column(name, _text(), nullable=False) for name in ("did", "about", "before", "after")),
        sa.Column("hash", _text(64), nullable=False),
    )
    for name in ("kind", "by", "about"):
        op.create_index(op.f(f"ix_journal_{name}_seq"), "journal", [name, "seq"])
    for action in ("UPDATE", "DELETE"):
        head = f"CREATE TRIGGER journal_no_{action.lower()} BEFORE {action} ON journal FOR EACH ROW"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'journal is only added to'); END")
        else:
            op.execute(f"{head} EXECUTE FUNCTION only_added_to()")


def downgrade() -> None:
    op.drop_table("journal")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    kind = sa.Text if length is None else sa.String
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")
