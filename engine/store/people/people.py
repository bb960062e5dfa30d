"""People, their organisations, and the tokens by which programs act for them: reading and writing rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from engine.store.statement import Statement
from engine.store.tables import cases, organisations, people, tasks, tokens

_TASK_HOLDERS = Statement(select(tasks.c.person).where(tasks.c.person.is_not(None)).distinct())


@dataclass(frozen=True)
class StoredPerson:
    """A person as they stand in the database."""

    id: int
    login: str
    name: str
    roles: tuple[str, ...]
    organisation: str | None
    active: bool
    email: str = ""
    area: str = ""
    seq: int = 1


@dataclass(frozen=True)
class StoredOrganisation:
    """An organisation as it stands in the database."""

    id: int
    name: str
    area: str
    seq: int


@dataclass(frozen=True)
class StoredToken:
    """A token without its secret, of which only the hash is kept. Instants are text, UTC."""

    id: int
    login: str
    title: str
    scopes: tuple[str, ...]
    issued: str
    expires: str
    revoked: str | None


def insert_organisation(connection: Connection, name: str, area: str) -> None:
    """Keep a new organisation."""
    connection.execute(insert(organisations).values(name=name, area=area))


def all_organisations(connection: Connection) -> list[StoredOrganisation]:
    """Every organisation, by name."""
    query = select(*(organisations.c[name] for name in ("id", "name", "area", "seq"))).order_by(organisations.c.name)
    return [StoredOrganisation(*row) for row in connection.execute(query)]


def processes_of_cases(connection: Connection, names: Iterable[str]) -> list[tuple[str, str]]:
    """Each of these organisations with every process of which cases are its own."""
    query = select(cases.c.organisation, cases.c.process).where(cases.c.organisation.in_(sorted(names))).distinct()
    return [(row[0], row[1]) for row in connection.execute(query)]


def update_organisation(connection: Connection, organisation: StoredOrganisation) -> bool:
    """Change the area of an organisation; whether it is still as it was read."""
    as_read = (organisations.c.id == organisation.id, organisations.c.seq == organisation.seq)
    query = update(organisations).where(*as_read).values(area=organisation.area, seq=organisation.seq + 1)
    return connection.execute(query).rowcount == 1


def insert_person(connection: Connection, person: StoredPerson, organisation_id: int | None) -> None:
    """Keep a new person."""
    connection.execute(insert(people).values(_values(person, organisation_id)))


def update_person(connection: Connection, person: StoredPerson, organisation_id: int | None) -> bool:
    """Change a person; whether they are still as they were read."""
    as_read = (people.c.id == person.id, people.c.seq == person.seq)
    query = update(people).where(*as_read).values(**_values(person, organisation_id), seq=person.seq + 1)
    return connection.execute(query).rowcount == 1


def _values(person: StoredPerson, organisation_id: int | None) -> dict[str, Any]:
    return {
        "login": person.login,
        "name": person.name,
        "organisation_id": organisation_id,
        "roles": json.dumps(sorted(person.roles)),
        "active": person.active,
        "email": person.email,
    }


def find_person(connection: Connection, login: str) -> StoredPerson | None:
    """The person who signs in as `login`; None where there is none."""
    return _first_person(connection, _people().where(people.c.login == login))


def hold_person(connection: Connection, login: str) -> StoredPerson | None:
    """The same; they stay as they are until this transaction ends. One that changes them now is waited for.

    SQLite has one writer at a time, and leaves the lock out.
    """
    return _first_person(connection, _people().where(people.c.login == login).with_for_update(read=True, of=people))


def all_people(connection: Connection) -> list[StoredPerson]:
    """Everybody, by login."""
    return [_person(row) for row in connection.execute(_people().order_by(people.c.login))]


def has_people(connection: Connection) -> bool:
    """Whether anybody is kept, active or not."""
    return connection.execute(select(people.c.id).limit(1)).first() is not None


def reads_email(connection: Connection, address: str) -> bool:
    """Whether somebody who is active is written to at this address."""
    query = select(people.c.id).where(people.c.email == address, people.c.active).limit(1)
    return connection.execute(query).first() is not None


def task_holders(connection: Connection) -> list[str]:
    """The names of those to whom open tasks are given, whether they are kept or not."""
    return [row[0] for row in _TASK_HOLDERS.rows(connection)]


def tasks_given(connection: Connection, login: str) -> list[tuple[int, str]]:
    """The case and the name of every open task that is given to somebody."""
    query = select(tasks.c.case_id, tasks.c.task).where(tasks.c.person == login)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(tasks.c.case_id, tasks.c.task))]


def tasks_of_inactive(connection: Connection) -> dict[str, int]:
    """How many open tasks are given to each person who is not active, by login."""
    query = select(people.c.login, func.count()).join(tasks, tasks.c.person == people.c.login)
    return {row[0]: row[1] for row in connection.execute(query.where(~people.c.active).group_by(people.c.login))}


def _people() -> Select[Any]:
    columns = (people.c.id, people.c.login, people.c.name, people.c.roles, organisations.c.name, people.c.active)
    return select(*columns, people.c.email, organisations.c.area, people.c.seq).outerjoin(
        organisations, organisations.c.id == people.c.organisation_id
    )


def _first_person(connection: Connection, query: Select[Any]) -> StoredPerson | None:
    row = connection.execute(query).first()
    return _person(row) if row else None


def _person(row: Any) -> StoredPerson:
    known = (row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], bool(row[5]), row[6], row[7] or "")
    return StoredPerson(*known, row[8])


def insert_token(connection: Connection, person: int, digest: str, token: StoredToken) -> int:
    """Keep a new token; its number."""
    values = {
        "person_id": person,
        "title": token.title,
        "hash": digest,
        "scopes": json.dumps(sorted(token.scopes)),
        "issued": token.issued,
        "expires": token.expires,
    }
    return int(connection.execute(insert(tokens).values(values).returning(tokens.c.id)).scalar_one())


def all_tokens(connection: Connection, login: str | None) -> list[StoredToken]:
    """Every token, or those of one person, in the order of their issue."""
    query = _tokens().order_by(tokens.c.id)
    if login is not None:
        query = query.where(people.c.login == login)
    return [_token(row) for row in connection.execute(query)]


def find_token(connection: Connection, digest: str) -> StoredToken | None:
    """The token whose secret has this hash; None where there is none."""
    row = connection.execute(_tokens().where(tokens.c.hash == digest)).first()
    return _token(row) if row else None


def revoke_token(connection: Connection, number: int, at: str) -> bool:
    """Whether there was such a token that was not revoked yet."""
    query = update(tokens).where(tokens.c.id == number, tokens.c.revoked.is_(None)).values(revoked=at)
    return connection.execute(query).rowcount == 1


def _tokens() -> Select[Any]:
    columns = (tokens.c.id, people.c.login, tokens.c.title, tokens.c.scopes)
    times = (tokens.c.issued, tokens.c.expires, tokens.c.revoked)
    return select(*columns, *times).join(people, people.c.id == tokens.c.person_id)


def _token(row: Any) -> StoredToken:
    return StoredToken(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], row[5], row[6])
