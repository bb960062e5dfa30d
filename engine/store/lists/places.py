"""Places: how many are taken, and who waits for one. Taking one is conditional in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Integer, and_, bindparam, or_, select, update

from engine.store.statement import Statement, put_missing
from engine.store.tables import cases, places, waiting

# Seldom is more than one place free; who waits behind these is read only if all of them refuse.
AT_ONCE = 50
_this_one = and_(places.c.process == bindparam("of"), places.c.place == bindparam("kind"))
_count = bindparam("count", type_=Integer)
# The row of a place is made when it is first taken: capacities stand in the process, not here.
_NEW = put_missing(places, {"process": bindparam("of"), "place": bindparam("kind"), "taken": 0})
_TAKE = Statement(
    update(places)
    .where(_this_one, places.c.taken + _count <= bindparam("capacity", type_=Integer))
    .values(taken=places.c.taken + _count)
)
_GIVE_BACK = Statement(update(places).where(_this_one).values(taken=places.c.taken - _count))
_TAKEN = Statement(select(places.c.place, places.c.taken).where(places.c.process == bindparam("of")))
_ALL = Statement(select(places.c.process, places.c.place, places.c.taken))
_LONGEST_WAITING = Statement(
    select(waiting.c.case_id, waiting.c.since, cases.c.head)
    .join(cases, cases.c.id == waiting.c.case_id)
    .where(
        waiting.c.process == bindparam("of"),
        waiting.c.place == bindparam("kind"),
        # Says it twice: by this line the index is used, the next one leaves out those read before.
        waiting.c.since >= bindparam("after"),
        or_(waiting.c.since > bindparam("after"), waiting.c.case_id > bindparam("last")),
    )
    .order_by(waiting.c.since, waiting.c.case_id)
    .limit(AT_ONCE)
)
_WAITED_FOR = Statement(select(waiting.c.process, waiting.c.place).distinct())


class Waiting(NamedTuple):
    """A case that waits for a place, with the hash of its last entry."""

    case: int
    head: str


def taken(connection: Connection, process: str) -> dict[str, int]:
    """How many of each place the cases of a process hold."""
    return {row[0]: row[1] for row in _TAKEN.rows(connection, of=process)}


def all_taken(connection: Connection) -> dict[tuple[str, str], int]:
    """The same for every process, by process and place."""
    return {(row[0], row[1]): row[2] for row in _ALL.rows(connection)}


def take_place(connection: Connection, process: str, place: str, count: int, capacity: int) -> bool:
    """Take places, or none when fewer than `count` are free."""
    if _TAKE.change(connection, of=process, kind=place, count=count, capacity=capacity) == 1:
        return True
    # The first try fails where none is left, and where the row is not there yet: make sure of that, and try again.
    _NEW.change(connection, of=process, kind=place)
    return _TAKE.change(connection, of=process, kind=place, count=count, capacity=capacity) == 1


def give_back_place(connection: Connection, process: str, place: str, count: int) -> None:
    """Give places back."""
    _GIVE_BACK.change(connection, of=process, kind=place, count=count)


def longest_waiting(connection: Connection, process: str, place: str) -> Iterator[Waiting]:
    """The cases that wait for a place, the longest waiting first, read as far as somebody asks."""
    last = {"after": "", "last": 0}
    while rows := _LONGEST_WAITING.rows(connection, of=process, kind=place, **last):
        for case, since, head in rows:
            yield Waiting(case, head)
            last = {"after": since, "last": case}


def waited_for(connection: Connection) -> list[tuple[str, str]]:
    """The places, with their processes, that some case waits for."""
    return sorted((row[0], row[1]) for row in _WAITED_FOR.rows(connection))
