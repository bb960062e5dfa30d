"""What stands for a name where people read a list that is sorted by it: of organisations, and of labels anew."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

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
    changes = [{"before": one, "after": _reading_order(one)} for one in known]
    change = _cases.update().where(column == sa.bindparam("before")).values({ordered: sa.bindparam("after")})
    if wanted := [one for one in changes if ordered != name or one["before"] != one["after"]]:
        bind.execute(change, wanted)


def _reading_order(text: str) -> str:
    # As the program did it when this was written. What it does since then is another migration's.
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    shown = (one for one in decomposed if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    return " ".join(re.findall(r"\w+", re.sub("['\u2019\u02bc`]", "", "".join(shown)))) or text.casefold()
