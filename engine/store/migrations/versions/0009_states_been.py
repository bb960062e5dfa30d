"""The states that a case has come to stand in its snapshot, so that nobody reads its whole history to know them."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

PAGE = 500
_cases = sa.table("cases", sa.column("id", sa.BigInteger), sa.column("snapshot", sa.Text))
_history = sa.table(
    "history", sa.column("case_id", sa.BigInteger), sa.column("seq", sa.Integer), sa.column("body", sa.Text)
)


def upgrade() -> None:
    _rewrite(lambda number, case: case | {"been": _been(number)})


def downgrade() -> None:
    _rewrite(lambda _, case: {name: value for name, value in case.items() if name != "been"})


def _been(number: int) -> list[str]:
    bodies = sa.select(_history.c.body).where(_history.c.case_id == number).order_by(_history.c.seq)
    steps = (json.loads(body) for body in op.get_bind().execute(bodies).scalars())
    return list(dict.fromkeys(step["to"] for step in steps if step.get("to")))


def _rewrite(change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> None:
    bind, last = op.get_bind(), 0
    page = sa.select(_cases.c.id, _cases.c.snapshot).order_by(_cases.c.id).limit(PAGE)
    while rows := bind.execute(page.where(_cases.c.id > last)).all():
        for number, snapshot in rows:
            changed = json.dumps(change(number, json.loads(snapshot)), **_CANONICAL)
            bind.execute(_cases.update().where(_cases.c.id == number).values(snapshot=changed))
            last = number


_CANONICAL: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
