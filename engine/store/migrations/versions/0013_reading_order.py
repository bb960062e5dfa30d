"""What stands for a name where people read a list that is sorted by it: of organisations, and of labels anew."""

import sqlalchemy as sa
from alembic import op

from engine.store.cases.index import reading_order

revision = "0013"
down_revision = "0012"

_INDEX = "ix_cases_organisation_order_id"
_cases = sa.table("cases", *(sa.column(name, sa.Text) for name in ("organisation", "organisation_order", "label")))


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.add_column("cases", sa.Column("organisation_order", sa.Text(collation=order)))
    _fill("organisation", "organisation_order")
    _fill("label", "label")
    op.create_index(_INDEX, "cases", ["organisation_order", "id"])


def downgrade() -> None:
    op.drop_index(_INDEX, "cases")
    op.drop_column("cases", "organisation_order")


def _fill(name: str, ordered: str) -> None:
    bind, column = op.get_bind(), _cases.c[name]
    known = [one for (one,) in bind.execute(sa.select(column).where(column.is_not(None)).distinct())]
    changes = [{"before": one, "after": reading_order(one)} for one in known]
    change = _cases.update().where(column == sa.bindparam("before")).values({ordered: sa.bindparam("after")})
    if wanted := [one for one in changes if ordered != name or one["before"] != one["after"]]:
        bind.execute(change, wanted)
