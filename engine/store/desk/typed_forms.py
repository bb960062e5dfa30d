"""Typed forms: what was typed into forms that could not be taken yet."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from engine.store.tables import people, typed_forms


@dataclass(frozen=True)
class StoredForm:
    """A form: where it is sent to, and its fields in order. `late`: it came after its session had ended."""

    path: str
    fields: list[tuple[str, str]]
    late: bool


def insert_form(connection: Connection, digest: str, person: int, form: StoredForm, until: str) -> None:
    """Keep a form for a person."""
    values = {"path": form.path, "fields": json.dumps(form.fields), "late": form.late, "until": until}
    connection.execute(insert(typed_forms).values(hash=digest, person_id=person, **values))


def delete_forms(connection: Connection, now: str, person: int, most: int) -> None:
    """Forget the forms that were kept long enough, and of one person all but the latest."""
    connection.execute(delete(typed_forms).where(typed_forms.c.until <= now))
    latest = select(typed_forms.c.hash).where(typed_forms.c.person_id == person)
    older = latest.order_by(typed_forms.c.until.desc(), typed_forms.c.hash).offset(most)
    # By hash and a bounded number: SQLite allows no LIMIT in DELETE, nor any number of values in one statement.
    gone = [row[0] for row in connection.execute(older.limit(1000))]
    connection.execute(delete(typed_forms).where(typed_forms.c.hash.in_(gone)))


def find_form(connection: Connection, digest: str, login: str, now: str) -> StoredForm | None:
    """The form with this digest, if it is this person's and is kept still."""
    query = select(typed_forms.c.path, typed_forms.c.fields, typed_forms.c.late)
    query = query.join(people, people.c.id == typed_forms.c.person_id)
    query = query.where(typed_forms.c.hash == digest, people.c.login == login, typed_forms.c.until > now)
    row = connection.execute(query).first()
    return StoredForm(row[0], [(name, value) for name, value in json.loads(row[1])], bool(row[2])) if row else None
