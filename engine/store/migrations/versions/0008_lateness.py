"""From when on each task is overdue: one that was escalated and has no due time is so since it was raised."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_FIRST = {"": [], "role": ["role"], "person": ["person"], "escalated": ["escalated"]}


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.add_column("tasks", sa.Column("late", sa.String(27, collation=order)))
    op.add_column("tasks", sa.Column("overdue_of", sa.String(60, collation=order)))
    op.execute("UPDATE tasks SET late = CASE WHEN due IS NULL AND escalated IS NOT NULL THEN raised ELSE due END")
    _count_cases("late")
    _index_by("due", "late")


def downgrade() -> None:
    _index_by("late", "due")
    _count_cases("due")
    op.drop_column("tasks", "overdue_of")
    op.drop_column("tasks", "late")


def _count_cases(column: str) -> None:
    """The next of a case's tasks, by the column that counts."""
    first = f"(SELECT min({column}) FROM tasks WHERE tasks.case_id = cases.id)"  # noqa: S608
    op.execute(f"UPDATE cases SET next_due = {first} WHERE id IN (SELECT case_id FROM tasks)")  # noqa: S608


def _index_by(before: str, after: str) -> None:
    for name, first in _FIRST.items():
        given = sa.text(f"{name} IS NOT NULL") if name in ("person", "escalated") else None
        op.drop_index("_".join(["ix_tasks", *first, before, "case_id"]), "tasks")
        op.create_index(
            "_".join(["ix_tasks", *first, after, "case_id"]),
            "tasks",
            [*first, after, "case_id"],
            sqlite_where=given,
            postgresql_where=given,
        )
