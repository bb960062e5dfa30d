"""Roles of people belong to processes: those of today go to every process that knows them, so that nobody loses any."""

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from engine.source.reader import read

revision = "0006"
down_revision = "0005"

_HOUSE = {"administrator", "auditor"}
_people = sa.table("people", sa.column("id", sa.BigInteger), sa.column("roles", sa.Text))
_versions = sa.table("versions", sa.column("process", sa.Text), sa.column("text", sa.Text))


def upgrade() -> None:
    known = _roles_of_processes()

    def with_processes(roles: list[str]) -> set[str]:
        of = {f"{process}/{role}" for role in roles for process, names in known.items() if role in names}
        return of | (_HOUSE & set(roles))

    _rewrite(with_processes)


def downgrade() -> None:
    _rewrite(lambda roles: {one.rpartition("/")[2] for one in roles})


def _roles_of_processes() -> dict[str, set[str]]:
    """The roles that any version of each process knows."""
    known: dict[str, set[str]] = {}
    for process, text in op.get_bind().execute(sa.select(_versions.c.process, _versions.c.text)).all():
        known.setdefault(process, set()).update(read(text, process).data["roles"])
    return known


def _rewrite(change: Callable[[list[str]], set[str]]) -> None:
    bind = op.get_bind()
    for number, roles in bind.execute(sa.select(_people.c.id, _people.c.roles)).all():
        changed = json.dumps(sorted(change(json.loads(roles))))
        if changed != roles:
            bind.execute(_people.update().where(_people.c.id == number).values(roles=changed))
