"""Which cases the lists of each block of the access log name, so that finding them does not read the whole log."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INDEX = "ix_accesses_lists"
_BLOCK = 256
_accesses = sa.table("accesses", sa.column("id", sa.BigInteger), sa.column("others", sa.Text))


def upgrade() -> None:
    blocks = op.create_table(
        "access_blocks",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("block", _ID, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    for block, cases in _named():
        op.get_bind().execute(blocks.insert(), [{"case_id": case, "block": block} for case in sorted(cases)])
    op.drop_index(_INDEX, "accesses")


def downgrade() -> None:
    op.drop_table("access_blocks")
    named = sa.text("others IS NOT NULL")
    op.create_index(_INDEX, "accesses", ["id"], sqlite_where=named, postgresql_where=named)


def _named() -> Iterator[tuple[int, set[int]]]:
    """The blocks that hold a list, each with the cases that its lists name."""
    bind = op.get_bind()
    last = bind.execute(sa.select(sa.func.max(_accesses.c.id))).scalar() or 0
    of_lists = sa.select(_accesses.c.others).where(_accesses.c.others.is_not(None))
    for block in range(last // _BLOCK + 1):
        ids = _accesses.c.id.between(block * _BLOCK, block * _BLOCK + _BLOCK - 1)
        cases = {int(one) for (text,) in bind.execute(of_lists.where(ids)) for one in text.strip(",").split(",")}
        if cases:
            yield block, cases
