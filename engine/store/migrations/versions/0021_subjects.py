"""Whom a case is about stands beside it, so that all cases of one subject are found without reading every case."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.add_column("cases", sa.Column("subject", sa.Text(collation=order)))
    there = sa.text("subject IS NOT NULL")
    name = op.f("ix_cases_subject_id")
    op.create_index(name, "cases", ["subject", "id"], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_subject_id"), "cases")
    op.execute("ALTER TABLE cases DROP COLUMN subject")
