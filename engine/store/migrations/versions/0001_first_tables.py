"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(27)
APPEND_ONLY = ("history", "versions", "calendars")


def upgrade() -> None:
    _processes()
    _cases()
    _parts_of_cases()
    _only_added_to()


def _processes() -> None:
    op.create_table(
        "versions",
        sa.Column("process", sa.String(60), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("effective_from", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("published", _INSTANT, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
    )
    op.create_table(
        "calendars",
        sa.Column("calendar", sa.String(60), primary_key=True),
        sa.Column("edition", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("published", _INSTANT, nullable=False),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("process", sa.String(60), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text),
        sa.Column("opened", _INSTANT, nullable=False),
        sa.Column("next_due", _INSTANT),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["process", "version"], ["versions.process", "versions.version"]),
        sqlite_autoincrement=True,
    )
    for column in ("owner", "outcome", "organisation", "next_due"):
        op.create_index(op.f(f"ix_cases_{column}_id"), "cases", [column, "id"])
    op.create_index(op.f("ix_cases_process_state_id"), "cases", ["process", "state", "id"])
    op.create_index(op.f("ix_cases_owner_next_due_id"), "cases", ["owner", "next_due", "id"])
    op.create_table(
        "history",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sqlite_with_rowid=False,
    )


def _parts_of_cases() -> None:
    op.create_table(
        "tasks",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("task", sa.String(60), primary_key=True),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("escalated", sa.String(60)),
        sa.Column("raised", _INSTANT, nullable=False),
        sa.Column("due", _INSTANT),
    )
    op.create_index(op.f("ix_tasks_due_case_id"), "tasks", ["due", "case_id"])
    for column in ("role", "person", "escalated"):
        op.create_index(op.f(f"ix_tasks_{column}_due_case_id"), "tasks", [column, "due", "case_id"])
    op.create_table(
        "timers",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("timer", sa.Text, primary_key=True),
        sa.Column("due", _INSTANT, nullable=False),
    )
    op.create_index(op.f("ix_timers_due_case_id"), "timers", ["due", "case_id"])
    op.create_table(
        "places",
        sa.Column("process", sa.String(60), primary_key=True),
        sa.Column("place", sa.String(60), primary_key=True),
        sa.Column("taken", sa.Integer, sa.CheckConstraint("taken >= 0", name="taken"), nullable=False),
    )
    op.create_table(
        "waiting",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("process", sa.String(60), nullable=False),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
    )
    op.create_index(op.f("ix_waiting_process_place_since_case_id"), "waiting", ["process", "place", "since", "case_id"])
    op.create_table(
        "keys",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
    )


def _only_added_to() -> None:
    """What was written into history, and what was published, is never changed or removed by anybody."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            head = f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} FOR EACH ROW"
            body = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            op.execute(f"{head} {body}" if is_sqlite else f"{head} EXECUTE FUNCTION only_added_to()")


def downgrade() -> None:
    for name in ("keys", "waiting", "places", "timers", "tasks", "history", "cases", "calendars", "versions"):
        op.drop_table(name)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION only_added_to()")
