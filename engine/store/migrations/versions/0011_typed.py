"""A sent draft knows its case; what two people may change at once is counted; what was typed is kept for a while."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_COUNTED = ("meetings", "organisations", "people")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    kind = sa.String(length) if length else sa.Text()
    return kind.with_variant(type(kind)(length, collation="C"), "postgresql")


def upgrade() -> None:
    for table in _COUNTED:
        op.add_column(table, sa.Column("seq", sa.Integer, nullable=False, server_default="1"))
    with op.batch_alter_table("drafts") as drafts:
        drafts.add_column(sa.Column("key", _text(64), nullable=False, server_default=""))
        drafts.add_column(sa.Column("case_id", _ID, nullable=True))
        drafts.create_foreign_key(op.f("fk_drafts_case_id"), "cases", ["case_id"], ["id"])
    _give_keys()
    op.create_index(op.f("ix_sessions_csrf"), "sessions", ["csrf"], unique=False)
    op.create_table(
        "typed_forms",
        sa.Column("hash", _text(64), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("path", _text(), nullable=False),
        sa.Column("fields", _text(), nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("until", _text(27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_typed_forms_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_typed_forms")),
    )
    op.create_index(op.f("ix_typed_forms_person_id_until"), "typed_forms", ["person_id", "until"], unique=False)


def _give_keys() -> None:
    """What tells a draft from another one that had its number before a restore."""
    connection = op.get_bind()
    for (number,) in connection.execute(sa.text("SELECT id FROM drafts")).fetchall():
        values = {"key": secrets.token_urlsafe(16), "id": number}
        connection.execute(sa.text("UPDATE drafts SET key = :key WHERE id = :id"), values)


def downgrade() -> None:
    op.drop_table("typed_forms")
    op.drop_index(op.f("ix_sessions_csrf"), "sessions")
    with op.batch_alter_table("drafts") as drafts:
        drafts.drop_constraint(op.f("fk_drafts_case_id"), type_="foreignkey")
        drafts.drop_column("case_id")
        drafts.drop_column("key")
    for table in _COUNTED:
        op.drop_column(table, "seq")
