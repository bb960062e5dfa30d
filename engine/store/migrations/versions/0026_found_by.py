"""What is found without reading everything: who has an e-mail address, which case has a content, drafts not sent."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_people = sa.table("people", sa.column("id", sa.Integer), *(sa.column(name, sa.Text) for name in ("email", "address")))
_cases = sa.table("cases", sa.column("id", sa.Integer), sa.column("snapshot", sa.Text))
_contents = sa.table("contents", sa.column("digest", sa.Text), sa.column("case_id", sa.Integer))
# As many rows as are held at once.
_AT_ONCE = 2000


def upgrade() -> None:
    order = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.add_column("people", sa.Column("address", sa.Text(collation=order), nullable=False, server_default=""))
    _fill_addresses()
    op.create_index(op.f("ix_people_address"), "people", ["address"])
    op.create_table(
        "contents",
        sa.Column("digest", sa.String(64, collation=order), primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    _fill_contents()
    op.create_index(op.f("ix_contents_case_id"), "contents", ["case_id"])
    there = sa.text("case_id IS NULL")
    op.create_index("ix_drafts_open", "drafts", ["id"], sqlite_where=there, postgresql_where=there)


def _fill_addresses() -> None:
    change = _people.update().where(_people.c.id == sa.bindparam("number")).values(address=sa.bindparam("after"))
    for found in _pages(_people):
        op.get_bind().execute(change, [{"number": row.id, "after": row.email.lower()} for row in found])


def _fill_contents() -> None:
    for found in _pages(_cases):
        if held := sorted({(digest, row.id) for row in found for digest in _held(row.snapshot)}):
            op.get_bind().execute(_contents.insert(), [{"digest": digest, "case_id": case} for digest, case in held])


def _held(snapshot: str) -> Iterator[str]:
    yield from (one["hash"] for copies in json.loads(snapshot)["documents"].values() for one in copies)


def _pages(table: sa.TableClause) -> Iterator[Any]:
    bind, last = op.get_bind(), 0
    page = sa.select(table).where(table.c.id > sa.bindparam("last")).order_by(table.c.id).limit(_AT_ONCE)
    while found := bind.execute(page, {"last": last}).all():
        yield found
        last = found[-1].id


def downgrade() -> None:
    op.drop_index("ix_drafts_open", "drafts")
    op.drop_table("contents")
    op.drop_index(op.f("ix_people_address"), "people")
    op.drop_column("people", "address")
