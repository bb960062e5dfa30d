"""What pages need: words and agendas to find cases by, sign-in, meetings, notes, drafts, views, and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(27)
_TABLES = (
    "hooks",
    "meetings",
    "outbox",
    "accounts",
    "bookings",
    "drafts",
    "feeds",
    "invitations",
    "notes",
    "saved_views",
    "sessions",
    "words",
)


def upgrade() -> None:
    _hooks_meetings_outbox()
    _accounts_bookings_drafts()
    _feeds_notes_views()


def _hooks_meetings_outbox() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "meetings",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("process", sa.String(60), nullable=False),
        sa.Column("meeting", sa.String(60), nullable=False),
        sa.Column("series", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("time", sa.String(5), nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("present", sa.Text, nullable=False),
        sa.Column("minutes", sa.Text, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_meetings_day_id"), "meetings", ["day", "id"], unique=False)
    op.create_index(
        op.f("ix_meetings_process_meeting_series_day"), "meetings", ["process", "meeting", "series", "day"], unique=True
    )
    op.create_table(
        "outbox",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made", _INSTANT, nullable=False),
        sa.Column("next_try", _INSTANT, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent", _INSTANT, nullable=True),
        sa.Column("fault", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_next_try_id"), "outbox", ["next_try", "id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("person_id", _ID, autoincrement=False, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("totp", sa.Text, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("recovery", sa.Text, nullable=False),
        sa.Column("changed", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accounts")),
    )


def _accounts_bookings_drafts() -> None:
    op.create_table(
        "bookings",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("meeting", sa.String(60), nullable=False),
        sa.Column("process", sa.String(60), nullable=False),
        sa.Column("series", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_bookings_case_id")),
        sa.PrimaryKeyConstraint("case_id", "meeting", name=op.f("pk_bookings")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_bookings_process_meeting_series_day_case_id"),
        "bookings",
        ["process", "meeting", "series", "day", "case_id"],
        unique=False,
    )
    op.create_table(
        "drafts",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("process", sa.String(60), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("documents", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("changed", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drafts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_drafts_person_id_id"), "drafts", ["person_id", "id"], unique=False)
    op.create_table(
        "feeds",
        sa.Column("person_id", _ID, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_feeds_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("hash", name=op.f("uq_feeds_hash")),
    )
    op.create_table(
        "invitations",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("expires", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitations")),
    )


def _feeds_notes_views() -> None:
    op.create_table(
        "notes",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("meeting_id", _ID, nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_notes_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notes_case_id_id"), "notes", ["case_id", "id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_saved_views_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_views_person_id_id"), "saved_views", ["person_id", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("begun", _INSTANT, nullable=False),
        sa.Column("seen", _INSTANT, nullable=False),
        sa.Column("visit", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)
    op.create_table(
        "words",
        sa.Column("word", sa.String(60), nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_words_case_id")),
        sa.PrimaryKeyConstraint("word", "case_id", name=op.f("pk_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_words_case_id"), "words", ["case_id"], unique=False)
    op.add_column("cases", sa.Column("label", sa.Text, nullable=True))
    op.add_column("cases", sa.Column("since", _INSTANT, nullable=False, server_default=""))
    labelled = sa.text("label IS NOT NULL")
    index = op.f("ix_cases_label_id")
    op.create_index(index, "cases", ["label", "id"], sqlite_where=labelled, postgresql_where=labelled)
    op.create_index(op.f("ix_cases_since_id"), "cases", ["since", "id"], unique=False)
    op.add_column("people", sa.Column("email", sa.Text, server_default="", nullable=False))
    op.execute("UPDATE cases SET since = opened")
    for name in ("person", "escalated"):
        op.drop_index(op.f(f"ix_tasks_{name}_due_case_id"), "tasks")
        given = sa.text(f"{name} IS NOT NULL")
        columns = [name, "due", "case_id"]
        index = op.f(f"ix_tasks_{name}_due_case_id")
        op.create_index(index, "tasks", columns, sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    for name in ("person", "escalated"):
        op.drop_index(op.f(f"ix_tasks_{name}_due_case_id"), "tasks")
        op.create_index(op.f(f"ix_tasks_{name}_due_case_id"), "tasks", [name, "due", "case_id"])
    for name in reversed(_TABLES):
        op.drop_table(name)
    for column in ("label", "since"):
        op.drop_index(op.f(f"ix_cases_{column}_id"), "cases")
        op.drop_column("cases", column)
    op.drop_column("people", "email")
