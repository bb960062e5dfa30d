"""Numbers of drafts never come again on SQLite either: when the table was made anew, that was lost."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("drafts", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    """It does no harm."""
