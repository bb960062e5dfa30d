"""People, their organisations, and the tokens by which programs act for them: reading and writing rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from engine.store.tables import cases, organisations, people, tokens


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


def all_organisations(connection: Connection) -> list[tuple[int, str, str]]:
    """Number, name and area of every organisation, by name."""
    query = select(organisations.c.id, organisations.c.name, organisations.c.area).order_by(organisations.c.name)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def processes_of_cases(connection: Connection, names: Iterable[str]) -> list[tuple[str, str]]:
    """Each of these organisations with every process of which cases are its own."""
    query = select(cases.c.organisation, cases.c.process).where(cases.c.organisation.in_(sorted(names))).distinct()
    return [(row[0], row[1]) for row in connection.execute(query)]


def change_organisation(connection: Connection, name: str, area: str) -> bool:
    """Give an organisation another area; whether there is one of this name."""
    query = update(organisations).where(organisations.c.name == name).values(area=area)
    return connection.execute(query).rowcount == 1


def put_person(connection: Connection, person: StoredPerson, organisation_id: int | None) -> None:
    """Keep a new person (number 0), or change one."""
    values = {
        "login": person.login,
        "name": person.name,
        "organisation_id": organisation_id,
        "roles": json.dumps(sorted(person.roles)),
        "active": person.active,
        "email": person.email,
    }
    if person.id:
        connection.execute(update(people).where(people.c.id == person.id).values(values))
    else:
        connection.execute(insert(people).values(values))


def find_person(connection: Connection, login: str) -> StoredPerson | None:
    """The person who signs in as `login`; None where there is none."""
    return _first_person(connection, _people().where(people.c.login == login))


def all_people(connection: Connection) -> list[StoredPerson]:
    """Everybody, by login."""
    return [_person(row) for row in connection.execute(_people().order_by(people.c.login))]


def _people() -> Select[Any]:
    columns = (people.c.id, people.c.login, people.c.name, people.c.roles, organisations.c.name, people.c.active)
    return select(*columns, people.c.email, organisations.c.area).outerjoin(
        organisations, organisations.c.id == people.c.organisation_id
    )


def _first_person(connection: Connection, query: Select[Any]) -> StoredPerson | None:
    row = connection.execute(query).first()
    return _person(row) if row else None


def _person(row: Any) -> StoredPerson:
    return StoredPerson(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], bool(row[5]), row[6], row[7] or "")


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
