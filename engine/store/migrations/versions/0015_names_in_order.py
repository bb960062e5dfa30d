"""What stands for the name of a person or an organisation where lists are sorted by it, and where it is looked for."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_INDEX = "ix_organisations_name_order_name"
_TABLES = ("organisations", "people")


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    for name in _TABLES:
        op.add_column(name, sa.Column("name_order", sa.Text(collation=order), nullable=False, server_default=""))
        _fill(name)
    op.create_index(_INDEX, "organisations", ["name_order", "name"])


def downgrade() -> None:
    op.drop_index(_INDEX, "organisations")
    for name in _TABLES:
        op.drop_column(name, "name_order")


def _fill(name: str) -> None:
    bind = op.get_bind()
    table = sa.table(name, sa.column("id", sa.BigInteger), sa.column("name", sa.Text), sa.column("name_order", sa.Text))
    known = bind.execute(sa.select(table.c.id, table.c.name)).all()
    change = table.update().where(table.c.id == sa.bindparam("number")).values(name_order=sa.bindparam("after"))
    if known:
        bind.execute(change, [{"number": number, "after": _reading_order(text)} for number, text in known])


def _reading_order(text: str) -> str:
    # As the program did it when this was written. What it does since then is another migration's.
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    shown = (one for one in decomposed if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    return " ".join(re.findall(r"\w+", re.sub("['\u2019\u02bc`]", "", "".join(shown)))) or text.casefold()
