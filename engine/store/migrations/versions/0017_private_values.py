"""Values that can be erased stand beside the history, which holds a salted digest of each: every chain is written anew.

The head of the chain that was there before stands in the first entry of the new one. All of it is one transaction:
whoever is stopped half-way begins again with what was there before.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

PAGE = 500
GENESIS = "0" * 64
_PRIVATE: dict[str, frozenset[str] | None] = {
    "data": None,
    "document": frozenset({"name"}),
    "note": frozenset({"reason"}),
}
_CANONICAL: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
_cases = sa.table("cases", sa.column("id", sa.BigInteger), sa.column("head", sa.String))
_history = sa.table(
    "history",
    sa.column("case_id", sa.BigInteger),
    sa.column("seq", sa.Integer),
    sa.column("body", sa.Text),
    sa.column("hash", sa.String),
    sa.column("private", sa.Text),
)
Row = tuple[dict[str, Any], dict[str, Any]]


def upgrade() -> None:
    _unguard()
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("history", sa.Column("private", text))
    _rewrite(_hidden)
    _guard("UPDATE OF case_id, seq, body, hash")


def downgrade() -> None:
    """What was erased stays so: such a value is as a field that was emptied."""
    _unguard()
    _rewrite(_shown)
    op.execute("ALTER TABLE history DROP COLUMN private")
    _guard("UPDATE")


def _unguard() -> None:
    op.execute("DROP TRIGGER IF EXISTS history_no_update" + ("" if _is_sqlite() else " ON history"))


def _guard(action: str) -> None:
    """Entries are changed by nobody, but for the values beside them."""
    head = f"CREATE TRIGGER history_no_update BEFORE {action} ON history FOR EACH ROW"
    body = "BEGIN SELECT RAISE(ABORT, 'history is only added to'); END"
    op.execute(f"{head} {body}" if _is_sqlite() else f"{head} EXECUTE FUNCTION only_added_to()")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _hidden(body: dict[str, Any], _: dict[str, Any], old_head: str) -> Row:
    values: dict[str, Any] = {}
    for effect, names in _PRIVATE.items():
        for name, value in body.get(effect, {}).items():
            if value is not None and (names is None or name in names):
                salt = secrets.token_hex(16)
                body[effect][name] = {"sha256": _digest(salt, value)}
                values.setdefault(effect, {})[name] = [salt, value]
    return (body | {"old_head": old_head} if old_head else body), values


def _digest(salt: str, value: Any) -> str:
    return hashlib.sha256(f"{salt}\n{json.dumps(value, **_CANONICAL)}".encode()).hexdigest()


def _shown(body: dict[str, Any], values: dict[str, Any], _: str) -> Row:
    for effect in _PRIVATE:
        for name, value in body.get(effect, {}).items():
            if isinstance(value, dict):
                known = values.get(effect, {}).get(name)
                body[effect][name] = known[1] if known else None if effect == "data" else ""
    return {name: value for name, value in body.items() if name not in {"old_head", "erased"}}, {}


def _rewrite(change: Callable[[dict[str, Any], dict[str, Any], str], Row]) -> None:
    bind = op.get_bind()
    for number, old_head in _numbers():
        head, is_first = GENESIS, True
        rows = sa.select(_history.c.seq, _history.c.body, _history.c.private).where(_history.c.case_id == number)
        for seq, text, private in bind.execute(rows.order_by(_history.c.seq)).all():
            changed, values = change(json.loads(text), json.loads(private or "{}"), old_head if is_first else "")
            body, is_first = json.dumps(changed, **_CANONICAL), False
            head = hashlib.sha256(f"{head}\n{body}".encode()).hexdigest()
            beside = json.dumps(values, **_CANONICAL) if values else None
            one = sa.and_(_history.c.case_id == number, _history.c.seq == seq)
            bind.execute(_history.update().where(one).values(body=body, hash=head, private=beside))
        bind.execute(_cases.update().where(_cases.c.id == number).values(head=head))


def _numbers() -> Iterator[tuple[int, str]]:
    last = 0
    page = sa.select(_cases.c.id, _cases.c.head).order_by(_cases.c.id).limit(PAGE)
    while rows := op.get_bind().execute(page.where(_cases.c.id > last)).all():
        for number, head in rows:
            yield number, head
            last = number
