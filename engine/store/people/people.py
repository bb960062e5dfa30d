"""People, their organisations, and the tokens by which programs act for them: reading and writing rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, insert, or_, select, update

from engine.case.sight import Among
from engine.source.sign import other_spellings
from engine.store.cases.index import NOWHERE, reading_order, sought
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
    processes: tuple[str, ...] = ()


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


def insert_organisation(connection: Connection, name: str, area: str, processes: Iterable[str]) -> None:
    """Keep a new organisation."""
    connection.execute(
        insert(organisations).values(
            name=name, area=area, name_order=reading_order(name), processes=json.dumps(sorted(processes))
        )
    )


_organisation = select(*(organisations.c[name] for name in ("id", "name", "area", "seq", "processes")))


def all_organisations(connection: Connection) -> list[StoredOrganisation]:
    """Every organisation, by name as people sort names."""
    return organisation_page(connection, None, "", None)


def organisation_page(
    connection: Connection,
    last: tuple[str, str] | None,
    search: str,
    most: int | None,
    *,
    only_unchosen: bool = False,
) -> list[StoredOrganisation]:
    """At most so many organisations, by name as people sort names: those in whose name all of the words stand.

    `last`: `place_of_organisation` of the one after which they are to come. `only_unchosen`: those for which no
    processes were chosen.
    """
    query = _organisation.where(*_named(organisations.c.name_order, search)).limit(most)
    if only_unchosen:
        query = query.where(organisations.c.processes == json.dumps([]))
    if last is not None:
        order, name = last
        behind = or_(organisations.c.name_order > order, organisations.c.name > name)
        # The plain comparison lets the index be used; the other part only settles equal values.
        query = query.where(and_(organisations.c.name_order >= order, behind))
    rows = connection.execute(query.order_by(organisations.c.name_order, organisations.c.name))
    return [_organisation_of(row) for row in rows]


def place_of_organisation(organisation: StoredOrganisation) -> tuple[str, str]:
    """Where a page that ends with this organisation ends."""
    return reading_order(organisation.name), organisation.name


def organisation_named(connection: Connection, name: str) -> StoredOrganisation | None:
    """The organisation of this name, whichever way its accents are written; None where there is none."""
    found = {row.name: row for row in connection.execute(_organisation.where(_is_called(name)))}
    row = found.get(name) or next(iter(found.values()), None)
    return _organisation_of(row) if row else None


def organisations_named(connection: Connection, names: Iterable[str]) -> list[StoredOrganisation]:
    """The organisations of just these names, as far as they are there, by name as people sort names."""
    query = _organisation.where(organisations.c.name.in_(list(names)))
    rows = connection.execute(query.order_by(organisations.c.name_order, organisations.c.name))
    return [_organisation_of(row) for row in rows]


def _is_called(name: str | None) -> ColumnElement[bool]:
    """That an organisation has this name, whichever way its accents are written; of None: that there is none."""
    if name is None:
        return organisations.c.name.is_(None)
    return organisations.c.name.in_((name, *other_spellings(name)))


def _organisation_of(row: Any) -> StoredOrganisation:
    return StoredOrganisation(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])))


def roles_in_organisations(connection: Connection, names: Sequence[str] | None = None) -> list[tuple[str, list[str]]]:
    """Each organisation, or each of these, with roles that one of its people holds, active or not; each set once."""
    query = select(organisations.c.name, people.c.roles).join(people, people.c.organisation_id == organisations.c.id)
    query = query if names is None else query.where(organisations.c.name.in_(names))
    return [(row[0], json.loads(row[1])) for row in connection.execute(query.distinct())]


def _named(column: ColumnElement[str], search: str, *others: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """That each word of what is searched for stands in a name, or in another column."""
    words = sought(reading_order(search)) if search.strip() else []
    if words == [NOWHERE]:
        return [false()]
    return [or_(*(one.contains(word, autoescape=True) for one in (column, *others))) for word in words]


def active_in(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """How many active people belong to each of these organisations; none stands for those without any."""
    query = select(organisations.c.name, func.count()).join(people, people.c.organisation_id == organisations.c.id)
    query = query.where(people.c.active, organisations.c.name.in_(sorted(names))).group_by(organisations.c.name)
    return {row[0]: row[1] for row in connection.execute(query)}


def processes_of_cases(connection: Connection, names: Iterable[str]) -> list[tuple[str, str]]:
    """Each of these organisations with every process of which cases are its own."""
    meant = {spelt: name for name in sorted(names) for spelt in (*other_spellings(name), name)}
    query = select(cases.c.organisation, cases.c.process).where(cases.c.organisation.in_(sorted(meant))).distinct()
    return [(meant[row[0]], row[1]) for row in connection.execute(query)]


def update_organisation(connection: Connection, organisation: StoredOrganisation) -> bool:
    """Change the area and the processes of an organisation; whether it is still as it was read."""
    as_read = (organisations.c.id == organisation.id, organisations.c.seq == organisation.seq)
    values = {"area": organisation.area, "processes": json.dumps(sorted(organisation.processes))}
    query = update(organisations).where(*as_read).values(**values, seq=organisation.seq + 1)
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
        "name_order": reading_order(person.name),
        "address": person.email.lower(),
    }


def find_person(connection: Connection, login: str) -> StoredPerson | None:
    """The person who signs in as `login`; None where there is none."""
    return _first_person(connection, _people().where(people.c.login == login))


def names_of(connection: Connection, logins: Iterable[str]) -> dict[str, str]:
    """What people are called, by login; who is not kept is left out."""
    wanted = sorted(set(logins))
    if not wanted:
        return {}
    query = select(people.c.login, people.c.name).where(people.c.login.in_(wanted))
    return {row[0]: row[1] for row in connection.execute(query)}


def hold_person(connection: Connection, login: str, *, alone: bool = False) -> StoredPerson | None:
    """The same; they stay as they are until this transaction ends. One that changes them now is waited for. With
    `alone`, so is whoever else holds them.

    SQLite has one writer at a time, and leaves the lock out.
    """
    # Not so strong that it keeps away who only adds a row that belongs to them.
    query = _people().where(people.c.login == login).with_for_update(read=not alone, key_share=alone, of=people)
    return _first_person(connection, query)


def all_people(connection: Connection) -> list[StoredPerson]:
    """Everybody, by login."""
    return [_person(row) for row in connection.execute(_people().order_by(people.c.login))]


def people_page(
    connection: Connection,
    after: str,
    search: str,
    most: int,
    *,
    only_active: bool = False,
    among: Iterable[Among] | None = None,
) -> list[StoredPerson]:
    """At most so many people behind a login, by login: those in whose name or login all of the words stand.

    `among`: only those who are in one of these.
    """
    query = _people().where(people.c.login > after, *_named(people.c.name_order, search, people.c.login))
    query = query.where(people.c.active) if only_active else query
    if among is not None:
        query = query.where(or_(false(), *map(_in, among)))
    return [_person(row) for row in connection.execute(query.order_by(people.c.login).limit(most))]


def _in(among: Among) -> ColumnElement[bool]:
    """That somebody is among these."""
    ways = [_holds(role) for role in sorted(among.roles)]
    if among.organisation is not None:
        ways.append(_is_called(among.organisation))
    within = [_is_called(name) for name in among.within]
    return and_(or_(false(), *ways), or_(*within)) if within else or_(false(), *ways)


def _holds(role: str) -> ColumnElement[bool]:
    """That somebody holds a role, as it is written with its process. Roles are kept as a list of texts in JSON."""
    return people.c.roles.contains(json.dumps(role), autoescape=True)


def active_with(connection: Connection, *roles: str) -> list[StoredPerson]:
    """Those who are active and hold one or more of these roles, as written with their process, by login."""
    query = _people().where(people.c.active, or_(false(), *map(_holds, roles))).order_by(people.c.login)
    return [_person(row) for row in connection.execute(query)]


def task_holders_known(connection: Connection) -> dict[str, StoredPerson]:
    """Of those to whom open tasks are given, each who is kept, by login."""
    given = select(tasks.c.person).where(tasks.c.person.is_not(None))
    return {row[1]: _person(row) for row in connection.execute(_people().where(people.c.login.in_(given)))}


def acting_without_organisation(connection: Connection) -> list[StoredPerson]:
    """Those who are active and belong to no organisation, by login."""
    query = _people().where(people.c.active, people.c.organisation_id.is_(None)).order_by(people.c.login)
    return [_person(row) for row in connection.execute(query)]


def roles_of_active(connection: Connection) -> list[tuple[str, ...]]:
    """The roles that active people hold together; each such set once."""
    return [
        tuple(json.loads(row[0]))
        for row in connection.execute(select(people.c.roles).where(people.c.active).distinct())
    ]


def has_people(connection: Connection) -> bool:
    """Whether anybody is kept, active or not."""
    return connection.execute(select(people.c.id).limit(1)).first() is not None


def reads_email(connection: Connection, address: str) -> bool:
    """Whether somebody who is active is written to at this address."""
    found = (people.c.address == address.lower(), people.c.email == address, people.c.active)
    query = select(people.c.id).where(*found).limit(1)
    return connection.execute(query).first() is not None


def active_at(connection: Connection, address: str) -> list[StoredPerson]:
    """Those who are active and have this e-mail address, whatever its capitals, by login."""
    said = address.lower()
    is_theirs = people.c.address.in_((said, *other_spellings(said)))
    query = _people().where(is_theirs, people.c.active).order_by(people.c.login)
    return [_person(row) for row in connection.execute(query)]


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


def token_page(connection: Connection, login: str | None, after: int, most: int) -> list[StoredToken]:
    """At most so many of the same, behind a number."""
    query = _tokens().where(tokens.c.id > after, *([people.c.login == login] if login is not None else []))
    return [_token(row) for row in connection.execute(query.order_by(tokens.c.id).limit(most))]


def holder_of(connection: Connection, number: int) -> str | None:
    """The login of the person whom a token was issued to; None where there is no token of this number."""
    row = connection.execute(_tokens().where(tokens.c.id == number)).first()
    return _token(row).login if row else None


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
