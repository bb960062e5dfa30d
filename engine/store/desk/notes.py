"""Notes that people write on cases, the drafts of cases not begun yet, and the views of lists that people keep."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.store.statement import Statement
from engine.store.tables import cases, drafts, notes, people, saved_views

_columns = ("process", "state", "data", "documents", "seq", "changed", "key", "case_id")
_theirs = (
    select(drafts.c.id, people.c.login, *(drafts.c[name] for name in _columns))
    .join(people, people.c.id == drafts.c.person_id)
    .where(people.c.login == bindparam("login"))
    .order_by(drafts.c.id)
)
_unsent = _theirs.where(drafts.c.case_id.is_(None))
_UNSENT = Statement(_unsent)
_UNSENT_PAGE = Statement(_unsent.where(drafts.c.id > bindparam("after")).limit(bindparam("most")))
_UNSENT_COUNT = Statement(_unsent.with_only_columns(func.count(), maintain_column_froms=True).order_by(None))
_UNTOUCHED = Statement(
    _unsent.where(drafts.c.process == bindparam("process"), drafts.c.state == bindparam("state"), drafts.c.seq == 1)
)
_OF_NOTE = (notes.c.at, notes.c.by, notes.c.text, notes.c.meeting_id, notes.c.acting_for)
_DRAFT = Statement(_theirs.where(drafts.c.id == bindparam("id")))


@dataclass(frozen=True)
class StoredNote:
    """A note on a case. `meeting` is the number of the meeting at which it was written; None elsewhere. `acting_for` is
    the login of the person for whom `by` acted; empty where that is nobody else.
    """

    at: str
    by: str
    text: str
    meeting: int | None
    acting_for: str = ""


@dataclass(frozen=True)
class StoredDraft:
    """A case that somebody has begun to write down. `documents` lists kind, name, digest, size and type.

    `key` is random; `case` is what came of it once it was sent, and then it holds nothing else any more.
    """

    id: int
    login: str
    process: str
    state: str
    data: dict[str, Any]
    documents: list[dict[str, Any]]
    seq: int
    changed: str
    key: str = ""
    case: int | None = None


def hold_notes(connection: Connection, case: int) -> None:
    """Nobody else adds a note to a case until this transaction ends; who does so now is waited for."""
    # SQLite has one writer at a time, and leaves the lock out.
    connection.execute(select(cases.c.id).where(cases.c.id == case).with_for_update(key_share=True))


def insert_note(connection: Connection, case: int, note: StoredNote) -> None:
    """Keep a note."""
    values = {"case_id": case, "meeting_id": note.meeting, "at": note.at, "by": note.by, "text": note.text}
    connection.execute(insert(notes).values(values | {"acting_for": note.acting_for}))


def notes_of(
    connection: Connection, case: int, most: int, before: int = 0, meeting: int = 0
) -> list[tuple[int, StoredNote]]:
    """The notes of a case with their numbers, the latest first: those before one, and those of a meeting."""
    query = select(notes.c.id, *_OF_NOTE).where(notes.c.case_id == case)
    if before:
        query = query.where(notes.c.id < before)
    if meeting:
        query = query.where(notes.c.meeting_id == meeting)
    rows = connection.execute(query.order_by(notes.c.id.desc()).limit(most))
    return [(row[0], StoredNote(*row[1:])) for row in rows]


def notes_at(connection: Connection, meeting: int, numbers: Collection[int]) -> dict[int, list[StoredNote]]:
    """What was written on these cases at a meeting, the earliest first, by the cases."""
    query = select(notes.c.case_id, *_OF_NOTE)
    query = query.where(notes.c.meeting_id == meeting, notes.c.case_id.in_(sorted(numbers))).order_by(notes.c.id)
    found = dict[int, list[StoredNote]]()
    for row in connection.execute(query):
        found.setdefault(row[0], []).append(StoredNote(*row[1:]))
    return found


def insert_draft(connection: Connection, person: int, process: str, state: str, now: str) -> int:
    """Keep a new draft; its number."""
    # Not the number: after a restore numbers come again, and what was sealed before must fit no other draft.
    key = secrets.token_urlsafe(16)
    values = {"person_id": person, "process": process, "state": state, "data": "{}", "documents": "[]", "seq": 1}
    query = insert(drafts).values(changed=now, key=key, **values).returning(drafts.c.id)
    return int(connection.execute(query).scalar_one())


def untouched_draft(connection: Connection, login: str, process: str, state: str) -> int | None:
    """The number of a person's draft of this kind that nothing was written into; None where there is none."""
    row = _UNTOUCHED.row(connection, login=login, process=process, state=state)
    return _draft(row).id if row else None


def update_draft(connection: Connection, draft: StoredDraft, expected: int) -> bool:
    """Change a draft; whether it was as expected."""
    query = update(drafts).where(drafts.c.id == draft.id, drafts.c.seq == expected, drafts.c.case_id.is_(None))
    values = {"data": json.dumps(draft.data), "documents": json.dumps(draft.documents)}
    return connection.execute(query.values(seq=expected + 1, changed=draft.changed, **values)).rowcount == 1


def mark_sent(connection: Connection, draft: StoredDraft, case: int) -> bool:
    """Keep which case came of a draft, and nothing else of it; whether nobody changed or sent it meanwhile."""
    query = update(drafts).where(drafts.c.id == draft.id, drafts.c.seq == draft.seq, drafts.c.case_id.is_(None))
    # What was typed stands in the case now, for those who may see it there: no second copy stays.
    sent = query.values(case_id=case, data="{}", documents="[]", seq=draft.seq + 1)
    return connection.execute(sent).rowcount == 1


def delete_draft(connection: Connection, number: int) -> None:
    """Forget a draft."""
    connection.execute(delete(drafts).where(drafts.c.id == number))


def drafts_of(connection: Connection, login: str, number: int | None = None) -> list[StoredDraft]:
    """The drafts of a person that were not sent, or the one of this number if it is theirs, sent or not."""
    rows = _UNSENT.rows(connection, login=login) if number is None else _DRAFT.rows(connection, login=login, id=number)
    return [_draft(row) for row in rows]


def draft_page(connection: Connection, login: str, after: int, most: int) -> list[StoredDraft]:
    """At most so many drafts of a person that were not sent, behind one of this number, the oldest first."""
    return [_draft(row) for row in _UNSENT_PAGE.rows(connection, login=login, after=after, most=most)]


def count_drafts(connection: Connection, login: str) -> int:
    """How many drafts of a person were not sent."""
    row = _UNSENT_COUNT.row(connection, login=login)
    return int(row[0]) if row else 0


def _draft(row: tuple[Any, ...]) -> StoredDraft:
    return StoredDraft(row[0], row[1], row[2], row[3], json.loads(row[4]), json.loads(row[5]), *row[6:])


def insert_view(connection: Connection, person: int, title: str, query: str) -> None:
    """Keep how a list was looked at."""
    connection.execute(insert(saved_views).values(person_id=person, title=title, query=query))


def views_of(connection: Connection, login: str) -> list[tuple[int, str, str]]:
    """Number, title and query of the views that a person keeps."""
    query = select(saved_views.c.id, saved_views.c.title, saved_views.c.query)
    joined = query.join(people, people.c.id == saved_views.c.person_id).where(people.c.login == login)
    return [(row[0], row[1], row[2]) for row in connection.execute(joined.order_by(saved_views.c.id))]


def delete_view(connection: Connection, person: int, number: int) -> None:
    """Forget a view of this person."""
    connection.execute(delete(saved_views).where(saved_views.c.id == number, saved_views.c.person_id == person))
