"""Names in plain letters: Łukasz stands beside Lukas, and is found so. The index of cases is written anew after it."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_TABLES = ("people", "organisations")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bb\u02bc`\u00b4\u2032"), "'")
_LETTERS = {"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ȷ": "j", "ŋ": "n", "ĸ": "k", "ə": "e"}


def upgrade() -> None:
    bind = op.get_bind()
    for name in _TABLES:
        columns = (sa.column("id", sa.BigInteger), sa.column("name", sa.Text), sa.column("name_order", sa.Text))
        table = sa.table(name, *columns)
        known = bind.execute(sa.select(table.c.id, table.c.name)).all()
        change = table.update().where(table.c.id == sa.bindparam("number")).values(name_order=sa.bindparam("after"))
        if known:
            bind.execute(change, [{"number": number, "after": _reading_order(text)} for number, text in known])


def downgrade() -> None:
    """Names keep their place: a program of before puts those that it changes where it knows them."""


def _reading_order(text: str) -> str:
    # As the program did it when this was written. What it does since then is another migration's.
    folded = text.translate(_APOSTROPHES).casefold()
    plain = "".join(map(_plain_sign, unicodedata.normalize("NFKD", folded)))
    words = re.findall(r"\w+", plain.replace("'", ""))
    return " ".join(words) or text.casefold()


def _plain_sign(sign: str) -> str:
    if unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}:
        return ""
    crossed = re.fullmatch("LATIN SMALL LETTER ([A-Z]) WITH .+", unicodedata.name(sign, ""))
    return crossed[1].lower() if crossed else _LETTERS.get(sign, sign)
