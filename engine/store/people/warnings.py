"""Warnings that people are shown until they have read them: reading and writing rows. Instants are text, UTC."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, insert, select, update

from engine.store.tables import people, warnings


@dataclass(frozen=True)
class StoredWarning:
    """Something that a person is told. `read` is None until they say that they have read it."""

    id: int
    at: str
    subject: str
    said: str
    read: str | None


def insert_warning(connection: Connection, person: int, subject: str, said: str, now: str) -> None:
    """Tell a person something."""
    connection.execute(insert(warnings).values(person_id=person, at=now, subject=subject, said=said))


def was_told(connection: Connection, person: int, subject: str, said: str) -> bool:
    """Whether a person was told the very same before."""
    same = (warnings.c.person_id == person, warnings.c.subject == subject, warnings.c.said == said)
    return connection.execute(select(warnings.c.id).where(*same).limit(1)).first() is not None


def warnings_of(
    connection: Connection, login: str, most: int, before: int = 0, *, unread: bool = False
) -> list[StoredWarning]:
    """What a person was told, the latest first: what came before a number, or only what they have not read."""
    query = _theirs(login).order_by(warnings.c.id.desc()).limit(most)
    query = query.where(warnings.c.id < before) if before else query
    query = query.where(warnings.c.read.is_(None)) if unread else query
    return [StoredWarning(*row) for row in connection.execute(query)]


def warning_of(connection: Connection, login: str, number: int) -> StoredWarning | None:
    """What a person was told under a number; None where that is nothing, or another's."""
    row = connection.execute(_theirs(login).where(warnings.c.id == number)).first()
    return StoredWarning(*row) if row else None


def mark_read(connection: Connection, number: int, now: str) -> None:
    """Keep that it was read; when that was first."""
    connection.execute(update(warnings).where(warnings.c.id == number, warnings.c.read.is_(None)).values(read=now))


def _theirs(login: str) -> Select[int, str, str, str, str | None]:
    columns = (warnings.c.id, warnings.c.at, warnings.c.subject, warnings.c.said, warnings.c.read)
    return select(*columns).join(people, people.c.id == warnings.c.person_id).where(people.c.login == login)
