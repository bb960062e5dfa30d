"""Cases, their history, tasks, timers and places: reading and writing their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engine.case.entry import GENESIS, Entry, chained
from engine.case.snapshot import Snapshot
from engine.store.statement import Statement
from engine.store.tables import cases, history, keys, places, tasks, timers, waiting

_one = select(cases.c.process, cases.c.version, cases.c.seq, cases.c.head, cases.c.snapshot).where(
    cases.c.id == bindparam("id")
)
_READ = Statement(_one)
_LOCK = Statement(_one, _one.with_for_update())
_INSERT = Statement(insert(cases).values({c.name: bindparam(c.name) for c in cases.c if c.name != "id"}).returning(cases.c.id))
_UPDATE = Statement(
    update(cases)
    .where(cases.c.id == bindparam("id"), cases.c.seq == bindparam("expected"))
    .values({name: bindparam(name) for name in ("version", "state", "owner", "outcome", "organisation", "next_due", "seq", "head", "snapshot")})
)
_INSERT_HISTORY = Statement(insert(history).values({c.name: bindparam(c.name) for c in history.c}))
_HISTORY = Statement(
    select(history.c.seq, history.c.body, history.c.hash)
    .where(history.c.case_id == bindparam("id"), history.c.seq > bindparam("after_seq"))
    .order_by(history.c.seq)
    .limit(bindparam("most"))
)
_INSERT_TASK = Statement(insert(tasks).values({c.name: bindparam(c.name) for c in tasks.c}))
_DELETE_TASK = Statement(
    delete(tasks).where(tasks.c.case_id == bindparam("case_id"), tasks.c.task == bindparam("task"))
)
_INSERT_TIMER = Statement(insert(timers).values({c.name: bindparam(c.name) for c in timers.c}))
_DELETE_TIMER = Statement(
    delete(timers).where(timers.c.case_id == bindparam("case_id"), timers.c.timer == bindparam("timer"))
)
_INSERT_WAITING = Statement(insert(waiting).values({c.name: bindparam(c.name) for c in waiting.c}))
_DELETE_WAITING = Statement(delete(waiting).where(waiting.c.case_id == bindparam("case_id")))
_place_key = and_(places.c.process == bindparam("of"), places.c.place == bindparam("kind"))
_NEW_PLACE = Statement(
    sqlite_insert(places).values(process=bindparam("of"), place=bindparam("kind"), taken=0).on_conflict_do_nothing(),
    postgres_insert(places).values(process=bindparam("of"), place=bindparam("kind"), taken=0).on_conflict_do_nothing(),
)
_TAKE = Statement(
    update(places)
    .where(_place_key, places.c.taken + bindparam("count", type_=places.c.taken.type) <= bindparam("capacity"))
    .values(taken=places.c.taken + bindparam("count", type_=places.c.taken.type))
)
_GIVE_BACK = Statement(
    update(places).where(_place_key).values(taken=places.c.taken - bindparam("count", type_=places.c.taken.type))
)
_TAKEN = Statement(select(places.c.place, places.c.taken).where(places.c.process == bindparam("of")))
_KEY = Statement(select(keys.c.fingerprint, keys.c.case_id, keys.c.first, keys.c.last).where(keys.c.key == bindparam("key")))
_INSERT_KEY = Statement(insert(keys).values({c.name: bindparam(c.name) for c in keys.c}))
_LONGEST_WAITING = Statement(
    select(waiting.c.case_id)
    .where(waiting.c.process == bindparam("of"), waiting.c.place == bindparam("kind"))
    .order_by(waiting.c.since, waiting.c.case_id)
    .limit(bindparam("most"))
)
_WAITED_FOR = Statement(select(waiting.c.process, waiting.c.place).distinct())
_NEXT_DUE = Statement(select(func.min(timers.c.due)))
_due = (
    select(timers.c.case_id, timers.c.timer, timers.c.due)
    .where(timers.c.due <= bindparam("now"))
    .order_by(timers.c.due, timers.c.case_id)
    .limit(bindparam("most"))
)
_DUE = Statement(_due)
_COUNT_DUE = Statement(select(func.count()).select_from(timers).where(timers.c.due <= bindparam("now")))
_TAKE_DUE = Statement(_due, _due.with_for_update(skip_locked=True))
_IDS = Statement(select(cases.c.id).where(cases.c.id > bindparam("after_id")).order_by(cases.c.id).limit(bindparam("most")))
_PARTS = {
    "tasks": Statement(select(tasks).where(tasks.c.case_id == bindparam("id")).order_by(tasks.c.task)),
    "timers": Statement(select(timers).where(timers.c.case_id == bindparam("id")).order_by(timers.c.timer)),
    "waiting": Statement(select(waiting).where(waiting.c.case_id == bindparam("id"))),
}
_ROW = Statement(select(cases).where(cases.c.id == bindparam("id")))
_ALL_PLACES = Statement(select(places.c.process, places.c.place, places.c.taken))


@dataclass(frozen=True)
class StoredCase:
    """A case as it stands in the database. `head` is the hash of its last entry."""

    id: int
    process: str
    version: str
    head: str
    snapshot: Snapshot


def read_case(connection: Connection, case: int) -> StoredCase | None:
    """The case with this number; None where there is none."""
    return _stored(case, _READ.run(connection, id=case).first())


def lock_case(connection: Connection, case: int) -> StoredCase | None:
    """The same, held against other writers until the transaction ends."""
    return _stored(case, _LOCK.run(connection, id=case).first())


def _stored(case: int, row: Any) -> StoredCase | None:
    return None if row is None else StoredCase(case, row[0], row[1], row[3], Snapshot.from_json(row[4]))


@dataclass(frozen=True)
class Columns:
    """What the case's row says beside its snapshot, so that it can be found."""

    owner: str
    organisation: str | None


def insert_case(connection: Connection, snapshot: Snapshot, entries: tuple[Entry, ...], columns: Columns) -> int:
    """Store a new case; its number."""
    hashes = _hashes(GENESIS, entries)
    row = _INSERT.run(
        connection,
        process=snapshot.process,
        opened=snapshot.opened,
        **_row(snapshot, hashes[-1], columns),
    ).one()
    case = int(row[0])
    _write_parts(connection, case, None, snapshot)
    _write_history(connection, case, entries, hashes)
    return case


def update_case(
    connection: Connection, before: StoredCase, snapshot: Snapshot, entries: tuple[Entry, ...], columns: Columns
) -> StoredCase | None:
    """Store what was decided; None where the case was changed since it was read."""
    hashes = _hashes(before.head, entries)
    result = _UPDATE.run(
        connection, id=before.id, expected=before.snapshot.seq, **_row(snapshot, hashes[-1], columns)
    )
    if result.rowcount != 1:
        return None
    _write_parts(connection, before.id, before.snapshot, snapshot)
    _write_history(connection, before.id, entries, hashes)
    return StoredCase(before.id, snapshot.process, snapshot.version, hashes[-1], snapshot)


def _hashes(head: str, entries: tuple[Entry, ...]) -> list[str]:
    hashes = []
    for entry in entries:
        head = chained(head, entry.body())
        hashes.append(head)
    return hashes


def _row(snapshot: Snapshot, head: str, columns: Columns) -> dict[str, Any]:
    return {
        "version": snapshot.version,
        "state": snapshot.state,
        "owner": columns.owner,
        "outcome": snapshot.outcome,
        "organisation": columns.organisation,
        "next_due": snapshot.next_due,
        "seq": snapshot.seq,
        "head": head,
        "snapshot": snapshot.as_json(),
    }


def _write_history(connection: Connection, case: int, entries: tuple[Entry, ...], hashes: list[str]) -> None:
    rows = [
        {"case_id": case, "seq": entry.seq, "body": entry.body(), "hash": digest}
        for entry, digest in zip(entries, hashes, strict=True)
    ]
    _INSERT_HISTORY.run_many(connection, rows)


def _write_parts(connection: Connection, case: int, before: Snapshot | None, after: Snapshot) -> None:
    """Bring the rows that are kept for finding in line with the snapshot."""
    old_tasks, old_timers = (before.tasks, before.timers) if before else ({}, {})
    gone, new = _difference(old_tasks, after.tasks)
    _DELETE_TASK.run_many(connection, [{"case_id": case, "task": name} for name in gone])
    _INSERT_TASK.run_many(connection, [task_row(case, name, after.tasks[name]) for name in new])
    gone, new = _difference(old_timers, after.timers)
    _DELETE_TIMER.run_many(connection, [{"case_id": case, "timer": key} for key in gone])
    _INSERT_TIMER.run_many(
        connection, [{"case_id": case, "timer": key, "due": after.timers[key][0]} for key in new]
    )
    was_waiting = before.waiting if before else {}
    if was_waiting != after.waiting:
        if was_waiting:
            _DELETE_WAITING.run(connection, case_id=case)
        if after.waiting:
            _INSERT_WAITING.run(connection, **waiting_row(case, after))


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Names whose rows go, and names whose rows come; a changed one does both."""
    gone = [name for name, value in old.items() if new.get(name) != value]
    return gone, [name for name, value in new.items() if old.get(name) != value]


def task_row(case: int, name: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """The row that stands for an open task."""
    optional = {key: task.get(key) for key in ("person", "escalated", "due")}
    return {"case_id": case, "task": name, "role": task["role"], "raised": task["raised"], **optional}


def waiting_row(case: int, snapshot: Snapshot) -> dict[str, Any]:
    """The row that stands for a case's turn in the queue for a place."""
    wait = snapshot.waiting
    return {"case_id": case, "process": snapshot.process, "place": wait["place"], "since": wait["since"]}


def taken(connection: Connection, process: str) -> dict[str, int]:
    """How many of each place the cases of a process hold."""
    return {row[0]: row[1] for row in _TAKEN.run(connection, of=process)}


def all_places(connection: Connection) -> dict[tuple[str, str], int]:
    """The same for every process, by process and place."""
    return {(row[0], row[1]): row[2] for row in _ALL_PLACES.run(connection)}


def take_place(connection: Connection, process: str, place: str, count: int, capacity: int) -> bool:
    """Take places, or none when fewer than `count` are free."""
    _NEW_PLACE.run(connection, of=process, kind=place)
    return _TAKE.run(connection, of=process, kind=place, count=count, capacity=capacity).rowcount == 1


def give_back_place(connection: Connection, process: str, place: str, count: int) -> None:
    """Give places back."""
    _GIVE_BACK.run(connection, of=process, kind=place, count=count)


def longest_waiting(connection: Connection, process: str, place: str, most: int) -> list[int]:
    """The cases that wait for a place, the longest waiting first."""
    return [row[0] for row in _LONGEST_WAITING.run(connection, of=process, kind=place, most=most)]


def waited_for(connection: Connection) -> list[tuple[str, str]]:
    """The places, with their processes, that some case waits for."""
    return sorted((row[0], row[1]) for row in _WAITED_FOR.run(connection))


def history_of(connection: Connection, case: int, after: int = 0, most: int = 1_000_000) -> Iterator[tuple[int, str, str]]:
    """The entries of a case in order: number, body, hash."""
    for row in _HISTORY.run(connection, id=case, after_seq=after, most=most):
        yield row[0], row[1], row[2]


def next_due(connection: Connection) -> str | None:
    """When the next timer of any case is due; None where none runs."""
    row = _NEXT_DUE.run(connection).one()
    return row[0]


def count_due(connection: Connection, now: str) -> int:
    """How many timers are due by `now`."""
    return int(_COUNT_DUE.run(connection, now=now).scalar_one())


def take_due(connection: Connection, now: str, most: int) -> list[tuple[int, str, str]]:
    """Timers that are due (case, timer, due), in order; on PostgreSQL none that another process has."""
    return [(row[0], row[1], row[2]) for row in _TAKE_DUE.run(connection, now=now, most=most)]


def case_ids(connection: Connection, after: int, most: int) -> list[int]:
    """The numbers of stored cases, in order, after a given one."""
    return [row[0] for row in _IDS.run(connection, after_id=after, most=most)]


def case_row(connection: Connection, case: int) -> dict[str, Any] | None:
    """Every column of a case's row."""
    row = _ROW.run(connection, id=case).first()
    return dict(zip((c.name for c in cases.c), row, strict=True)) if row else None


def part_rows(connection: Connection, part: str, case: int) -> list[dict[str, Any]]:
    """The rows of `tasks`, `timers` or `waiting` that belong to a case."""
    table = {"tasks": tasks, "timers": timers, "waiting": waiting}[part]
    names = [column.name for column in table.c]
    return [dict(zip(names, row, strict=True)) for row in _PARTS[part].run(connection, id=case)]


def read_key(connection: Connection, key: str) -> tuple[str, int, int, int] | None:
    """What an idempotency key stands for: fingerprint, case, first and last entry."""
    row = _KEY.run(connection, key=key).first()
    return (row[0], row[1], row[2], row[3]) if row else None


def insert_key(connection: Connection, key: str, fingerprint: str, case: int, first: int, last: int) -> None:
    """Remember what an idempotency key did."""
    _INSERT_KEY.run(connection, key=key, fingerprint=fingerprint, case_id=case, first=first, last=last)


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted. `overdue_at` asks for those with a task due before it."""

    process: str = ""
    state: str = ""
    owner: str = ""
    organisation: str | None = None
    open_only: bool = False
    overdue_at: str = ""
    after: str = ""


def find_cases(connection: Connection, wanted: CaseFilter, most: int) -> list[dict[str, Any]]:
    """One page of cases: by number, or by their oldest due task where overdue ones are asked for."""
    columns = (cases.c.id, cases.c.next_due, cases.c.owner, cases.c.snapshot)
    query = select(*columns).limit(most)
    equal = {"process": wanted.process, "owner": wanted.owner, "organisation": wanted.organisation}
    for name, value in equal.items():
        if value:
            query = query.where(cases.c[name] == value)
    if wanted.state:
        inside = wanted.state + "."
        query = query.where(or_(cases.c.state == wanted.state, cases.c.state.between(inside, inside + "~")))
    if wanted.open_only:
        query = query.where(cases.c.outcome == "")
    query = _ordered(query, wanted)
    return [row._asdict() for row in connection.execute(query)]


def _ordered(query: Any, wanted: CaseFilter) -> Any:
    due, _, number = wanted.after.rpartition("|")
    if not wanted.overdue_at:
        return query.where(cases.c.id > int(number or 0)).order_by(cases.c.id)
    query = query.where(cases.c.next_due < wanted.overdue_at).order_by(cases.c.next_due, cases.c.id)
    if due:
        later = or_(cases.c.next_due > due, and_(cases.c.next_due == due, cases.c.id > int(number)))
        query = query.where(cases.c.next_due >= due, later)
    return query


@dataclass(frozen=True)
class TaskFilter:
    """Which open tasks are wanted. `roles` also finds tasks escalated to one of them."""

    roles: tuple[str, ...] = ()
    person: str = ""
    overdue_at: str = ""
    due_by: str = ""
    case: int = 0
    after: str = ""


def find_tasks(connection: Connection, wanted: TaskFilter, most: int) -> list[dict[str, Any]]:
    """One page of open tasks with their cases, by due date; those without a date come last."""
    found: list[dict[str, Any]] = []
    for dated in (True, False):
        if len(found) < most and not (not dated and (wanted.overdue_at or wanted.due_by)):
            found += _task_page(connection, wanted, most - len(found), dated)
    return found


def _task_page(connection: Connection, wanted: TaskFilter, most: int, dated: bool) -> list[dict[str, Any]]:
    query = (
        select(*tasks.c, cases.c.process, cases.c.snapshot)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(tasks.c.due.is_not(None) if dated else tasks.c.due.is_(None))
        .order_by(tasks.c.due, tasks.c.case_id, tasks.c.task)
        .limit(most)
    )
    if wanted.person:
        query = query.where(tasks.c.person == wanted.person)
    if wanted.case:
        query = query.where(tasks.c.case_id == wanted.case)
    if wanted.overdue_at:
        query = query.where(tasks.c.due < wanted.overdue_at)
    if wanted.due_by:
        query = query.where(tasks.c.due <= wanted.due_by)
    query = _after_task(query, wanted.after, dated)
    if query is None:
        return []
    if not wanted.roles:
        return [row._asdict() for row in connection.execute(query)]
    return _of_roles(connection, query, wanted.roles, most)


def _of_roles(connection: Connection, query: Any, roles: tuple[str, ...], most: int) -> list[dict[str, Any]]:
    """One look-up per role and way of being concerned, each along an index, merged by due date."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for role in roles:
        for column in (tasks.c.role, tasks.c.escalated):
            for row in connection.execute(query.where(column == role)):
                found[row.case_id, row.task] = row._asdict()
    return sorted(found.values(), key=lambda task: (task["due"] or "", task["case_id"], task["task"]))[:most]


def _after_task(query: Any, after: str, dated: bool) -> Any:
    """Begin behind the task a page ended with: `due|case|task`."""
    if not after:
        return query
    due, case, name = after.split("|")
    behind = or_(tasks.c.case_id > int(case), and_(tasks.c.case_id == int(case), tasks.c.task > name))
    if not due:
        return None if dated else query.where(behind)
    if not dated:
        return query
    return query.where(tasks.c.due >= due, or_(tasks.c.due > due, behind))


def find_timers(connection: Connection, due_by: str, case: int, most: int) -> list[dict[str, Any]]:
    """Timers in the order in which they will fire."""
    query = (
        select(*timers.c, cases.c.process, cases.c.snapshot)
        .join(cases, cases.c.id == timers.c.case_id)
        .order_by(timers.c.due, timers.c.case_id)
        .limit(most)
    )
    if due_by:
        query = query.where(timers.c.due <= due_by)
    if case:
        query = query.where(timers.c.case_id == case)
    return [row._asdict() for row in connection.execute(query)]
