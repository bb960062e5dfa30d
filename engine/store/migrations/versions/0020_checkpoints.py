"""The log of what was there, and the checkpoints that are taken of it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_GUARDED = (
    ("leaves", "UPDATE OF number, part, name, body", "update"),
    ("leaves", "DELETE", "delete"),
    ("checkpoints", "UPDATE", "update"),
    ("checkpoints", "DELETE", "delete"),
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "leaves",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("part", _text(20), nullable=False),
        sa.Column("name", _text(200), nullable=False),
        sa.Column("body", _text(), nullable=False),
        sa.Column("salt", _text(32)),
    )
    op.create_index(op.f("ix_leaves_part_name_number"), "leaves", ["part", "name", "number"])
    op.create_table(
        "checkpoints",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("at", _text(27), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", _text(64), nullable=False),
        sa.Column("mac", _text(64), nullable=False),
        sa.Column("edge", _text(), nullable=False),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, event, action in _GUARDED:
        head = f"CREATE TRIGGER {table}_no_{action} BEFORE {event} ON {table} FOR EACH ROW"
        body = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        op.execute(f"{head} {body}" if is_sqlite else f"{head} EXECUTE FUNCTION only_added_to()")


def downgrade() -> None:
    for table in ("checkpoints", "leaves"):
        op.drop_table(table)


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    if length is None:
        return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
