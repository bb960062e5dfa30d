"""Words that find a case, with their apostrophes left out too: oneil for O'Neil."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# As many rows as are held at once.
_AT_ONCE = 2000
_LONGEST = 60
_cases = sa.table(
    "cases", sa.column("id", sa.Integer), *(sa.column(name, sa.Text) for name in ("label", "organisation_order"))
)
_words = sa.table("words", sa.column("word", sa.Text), sa.column("case_id", sa.Integer))


def upgrade() -> None:
    bind, last = op.get_bind(), 0
    query = sa.select(_cases).where(_cases.c.id > sa.bindparam("last")).order_by(_cases.c.id).limit(_AT_ONCE)
    while found := bind.execute(query, {"last": last}).all():
        first, last = found[0].id, found[-1].id
        known = {tuple(row) for row in bind.execute(sa.select(_words).where(_words.c.case_id.between(first, last)))}
        wanted = {(word, row.id) for row in found for word in _found_by(row.label, row.organisation_order)}
        if missing := sorted(wanted - known):
            bind.execute(_words.insert(), [{"word": word, "case_id": case} for word, case in missing])


def downgrade() -> None:
    """The words stay: each is one by which its case may be found."""


def _found_by(*names: str | None) -> list[str]:
    # What lists are sorted by is without apostrophes already.
    return [word[:_LONGEST] for name in names if name for word in re.findall(r"\w+", name)]
