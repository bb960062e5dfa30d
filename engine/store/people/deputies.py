"""Deputies: who acts for whom between two instants: reading and writing rows. Instants are text, UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, insert, or_, select, update

from engine.store.people.people import StoredPerson
from engine.store.statement import Statement
from engine.store.tables import deputies, organisations, people

_deputy = people.alias("deputy")
# Asked for every page of who acts for somebody, so the statement is compiled once; `now` is its one instant.
RUNNING = (
    deputies.c.begins <= bindparam("now"),
    deputies.c.ends > bindparam("now"),
    deputies.c.taken_back.is_(None),
)


@dataclass(frozen=True)
class StoredDeputy:
    """`deputy` acts for `person` (logins, and what they are called), on the days from `first` to `last`, both included:
    from `begins` until before `ends`. `taken_back` is None where it was not.
    """

    id: int
    person: str
    person_name: str
    deputy: str
    deputy_name: str
    first: str
    last: str
    begins: str
    ends: str
    made: str
    by: str
    taken_back: str | None


_columns = (
    deputies.c.id,
    people.c.login,
    people.c.name,
    _deputy.c.login.label("deputy"),
    _deputy.c.name.label("deputy_name"),
    *(deputies.c[name] for name in ("first_day", "last_day", "begins", "ends", "made", "by", "taken_back")),
)
_ACTED_FOR = Statement(
    select(
        people.c.id,
        people.c.login,
        people.c.name,
        people.c.roles,
        organisations.c.name,
        people.c.email,
        organisations.c.area,
        people.c.seq,
        deputies.c.last_day,
    )
    .join(deputies, deputies.c.person_id == people.c.id)
    .outerjoin(organisations, organisations.c.id == people.c.organisation_id)
    .where(deputies.c.deputy_id == bindparam("deputy"), people.c.active, *RUNNING)
    .order_by(people.c.login, deputies.c.last_day.desc())
)


def insert_deputy(connection: Connection, person: int, deputy: int, said: StoredDeputy) -> int:
    """Keep a new one; its number."""
    names = ("begins", "ends", "made", "by")
    values = {name: getattr(said, name) for name in names} | {"first_day": said.first, "last_day": said.last}
    query = insert(deputies).values(person_id=person, deputy_id=deputy, **values).returning(deputies.c.id)
    return int(connection.execute(query).scalar_one())


def find_deputy(connection: Connection, number: int) -> StoredDeputy | None:
    """The one of this number; None where there is none."""
    row = connection.execute(_deputies().where(deputies.c.id == number)).first()
    return StoredDeputy(*row) if row else None


def take_back(connection: Connection, number: int, now: str) -> bool:
    """Let one end now; whether it had not ended, and had not been taken back."""
    query = update(deputies).where(deputies.c.id == number, deputies.c.taken_back.is_(None), deputies.c.ends > now)
    return connection.execute(query.values(taken_back=now)).rowcount == 1


def deputies_between(connection: Connection, person: int, deputy: int, begins: str, ends: str) -> list[StoredDeputy]:
    """Those of two people that stand, and run at some time between two instants."""
    theirs = (deputies.c.person_id == person, deputies.c.deputy_id == deputy, deputies.c.taken_back.is_(None))
    query = _deputies().where(*theirs, deputies.c.begins < ends, deputies.c.ends > begins)
    return [StoredDeputy(*row) for row in connection.execute(query.order_by(deputies.c.id))]


def deputies_of(
    connection: Connection, login: str | None, most: int, before: int = 0, ending_after: str = ""
) -> list[StoredDeputy]:
    """Who acts for somebody, and for whom they act, the latest first: at most so many, before a number where one is
    given; of everybody (None). With `ending_after` those only that stand and end later.
    """
    query = _deputies().order_by(deputies.c.id.desc()).limit(most)
    if login is not None:
        query = query.where(or_(people.c.login == login, _deputy.c.login == login))
    if ending_after:
        query = query.where(and_(deputies.c.taken_back.is_(None), deputies.c.ends > ending_after))
    query = query.where(deputies.c.id < before) if before else query
    return [StoredDeputy(*row) for row in connection.execute(query)]


def acted_for(connection: Connection, deputy: int, now: str) -> list[tuple[StoredPerson, str]]:
    """For whom somebody may act at an instant, by login: who is active, and the last day on which they may."""
    found: dict[str, tuple[StoredPerson, str]] = {}
    for row in _ACTED_FOR.rows(connection, deputy=deputy, now=now):
        held = tuple(json.loads(row[3]))
        known = (row[0], row[1], row[2], held, row[4])
        person = StoredPerson(*known, active=True, email=row[5], area=row[6] or "", seq=row[7])
        found.setdefault(person.login, (person, row[8]))
    return list(found.values())


def running(connection: Connection, now: str) -> list[tuple[str, str, str, str]]:
    """Everybody for whom somebody acts at an instant: their login, and login, name and e-mail of who does."""
    columns = (people.c.login, _deputy.c.login, _deputy.c.name, _deputy.c.email)
    query = _joined(select(*columns)).where(*RUNNING, people.c.active, _deputy.c.active)
    rows = connection.execute(query.order_by(people.c.login, _deputy.c.login).distinct(), {"now": now})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _joined(query: Select[Any]) -> Select[Any]:
    joined = query.select_from(deputies).join(people, people.c.id == deputies.c.person_id)
    return joined.join(_deputy, _deputy.c.id == deputies.c.deputy_id)


def _deputies() -> Select[Any]:
    return _joined(select(*_columns))
