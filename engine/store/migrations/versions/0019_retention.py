"""Until when a case is kept stands beside it, and what was decided of its erasure in it."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

PAGE = 500
_cases = sa.table("cases", sa.column("id", sa.BigInteger), sa.column("snapshot", sa.Text))
_CANONICAL: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}


def upgrade() -> None:
    text = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
    op.add_column("cases", sa.Column("kept_until", text))
    op.add_column("cases", sa.Column("retained", text, nullable=False, server_default="released"))
    there = sa.text("kept_until IS NOT NULL")
    name = op.f("ix_cases_kept_until_id")
    op.create_index(name, "cases", ["kept_until", "id"], sqlite_where=there, postgresql_where=there)
    _rewrite(lambda case: case | {"retention": {}})


def downgrade() -> None:
    _rewrite(lambda case: {name: value for name, value in case.items() if name != "retention"})
    op.drop_index(op.f("ix_cases_kept_until_id"), "cases")
    for name in ("kept_until", "retained"):
        op.execute(f"ALTER TABLE cases DROP COLUMN {name}")


def _rewrite(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    bind, last = op.get_bind(), 0
    page = sa.select(_cases.c.id, _cases.c.snapshot).order_by(_cases.c.id).limit(PAGE)
    while rows := bind.execute(page.where(_cases.c.id > last)).all():
        for number, snapshot in rows:
            changed = json.dumps(change(json.loads(snapshot)), **_CANONICAL)
            bind.execute(_cases.update().where(_cases.c.id == number).values(snapshot=changed))
            last = number
