"""What this installation is called, for ever, so that its folder of documents can be told from that of another one."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    site = op.create_table(
        "site",
        sa.Column("name", _text(40), primary_key=True),
        sa.Column("value", _text(), nullable=False),
    )
    op.get_bind().execute(site.insert().values(name="id", value=secrets.token_hex(16)))


def downgrade() -> None:
    op.drop_table("site")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    kind = sa.Text if length is None else sa.String
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")
