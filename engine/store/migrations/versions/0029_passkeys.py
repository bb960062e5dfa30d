"""Passkeys: public keys of people's devices, by which they sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), nullable=False),
        *(sa.Column(name, _text(), nullable=False) for name in ("name", "credential", "public_key", "transports")),
        sa.Column("added", _text(27), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("used", _text(27)),
        sa.UniqueConstraint("credential", name=op.f("uq_passkeys_credential")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_passkeys_person_id_id"), "passkeys", ["person_id", "id"])


def downgrade() -> None:
    op.drop_table("passkeys")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    kind = sa.Text if length is None else sa.String
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")
