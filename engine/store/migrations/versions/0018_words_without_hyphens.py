"""Words that find a case, with their hyphens left out too: smithjones for Smith-Jones."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

# As many rows as are held at once.
_AT_ONCE = 2000
_LONGEST = 60
_cases = sa.table(
    "cases", sa.column("id", sa.Integer), *(sa.column(name, sa.Text) for name in ("label", "organisation", "snapshot"))
)
_words = sa.table("words", sa.column("word", sa.Text), sa.column("case_id", sa.Integer))


def upgrade() -> None:
    bind, last = op.get_bind(), 0
    query = sa.select(_cases).where(_cases.c.id > sa.bindparam("last")).order_by(_cases.c.id).limit(_AT_ONCE)
    while found := bind.execute(query, {"last": last}).all():
        first, last = found[0].id, found[-1].id
        known = {tuple(row) for row in bind.execute(sa.select(_words).where(_words.c.case_id.between(first, last)))}
        wanted = {(word, row.id) for row in found for name in _names(row) for word in _found_by(name)}
        if missing := sorted(wanted - known):
            bind.execute(_words.insert(), [{"word": word, "case_id": case} for word, case in missing])


def downgrade() -> None:
    """The words stay: each is one by which its case may be found."""


def _names(row: Any) -> Iterator[str]:
    if row.organisation:
        yield row.organisation
    if row.label:
        # What lists are sorted by has no hyphens any more: as it was written it stands among the answers.
        answers = json.loads(row.snapshot)["data"].values()
        yield from (one for one in answers if isinstance(one, str) and _reading_order(one) == row.label)


def _found_by(name: str) -> list[str]:
    joined = re.sub("(?<=\\w)[\\-\u2010\u2013](?=\\w)", "", _plain(name))
    return [word[:_LONGEST] for word in re.findall(r"\w+", joined)]


def _reading_order(text: str) -> str:
    return " ".join(re.findall(r"\w+", _plain(text))) or text.casefold()


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    shown = (one for one in decomposed if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    return re.sub("['\u2019\u02bc`]", "", "".join(shown))
