"""Cases with their history, and the rows of their tasks and timers: reading and writing."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.case.entry import GENESIS, Entry, Written, chained
from engine.case.snapshot import Snapshot
from engine.case.time.lateness import late_from
from engine.store.cases.index import Columns, index_changes, order_columns
from engine.store.cases.links import link_changes
from engine.store.messages.outbox import telling
from engine.store.statement import BLOCK, Change, Statement, every_column, one_row, put_row, run_together
from engine.store.tables import (
    calendars,
    cases,
    history,
    hooks,
    keys,
    links,
    metadata,
    tasks,
    timers,
    versions,
    waiting,
)

_stamp = (
    select(func.count()).select_from(versions).scalar_subquery(),
    select(func.count()).select_from(calendars).scalar_subquery(),
)
# Both are read with the case: to ask for them apart would be two more round trips for every step.
_hooked = select(func.count()).select_from(hooks).where(hooks.c.active).scalar_subquery()
_one = select(cases.c.head, cases.c.snapshot, *_stamp, _hooked).where(cases.c.id == bindparam("id"))
_READ = Statement(_one)
_INSERT = Statement(
    insert(cases).values({c.name: bindparam(c.name) for c in cases.c if c.name != "id"}).returning(cases.c.id)
)
_AT_EACH_STEP = ("state", "since", "next_due", "seq", "head", "snapshot")
_SELDOM = (
    "version",
    "owner",
    "outcome",
    "organisation",
    "organisation_order",
    "label",
    "subject",
    "kept_until",
    "retained",
)


def _updating(names: Iterable[str]) -> Statement:
    found = update(cases).where(cases.c.id == bindparam("case"), cases.c.seq == bindparam("expected"))
    return Statement(found.values({name: bindparam(name) for name in names}))


# Two, for SQLite writes the index of every column anew that a statement names, though the value be the same.
_UPDATE, _UPDATE_ALL = _updating(_AT_EACH_STEP), _updating((*_AT_EACH_STEP, *_SELDOM))
_INSERT_HISTORY = Statement(every_column(history))
# The one thing in a history that changes: what was written down of what happened stays, the values go.
_SET_PRIVATE = Statement(
    update(history)
    .where(history.c.case_id == bindparam("case"), history.c.seq == bindparam("number"))
    .values(private=bindparam("left"))
)
_HISTORY = Statement(
    select(history.c.seq, history.c.body, history.c.hash, history.c.private)
    .where(history.c.case_id == bindparam("id"), history.c.seq > bindparam("after"))
    .order_by(history.c.seq)
    .limit(bindparam("most"))
)
# A step is followed by few that come about by themselves.
_AT_ONCE = 20
_BACKWARDS = Statement(
    select(history.c.seq, history.c.body, history.c.hash, history.c.private)
    .where(history.c.case_id == bindparam("id"), history.c.seq <= bindparam("last"))
    .order_by(history.c.seq.desc())
    .limit(bindparam("most"))
)
_LATEST = Statement(
    select(history.c.seq, history.c.body, history.c.hash, history.c.private)
    .where(history.c.case_id == bindparam("id"))
    .order_by(history.c.seq.desc())
    .limit(bindparam("most"))
)
_PUT_TASK = put_row(tasks)
_DELETE_TASK = Statement(delete(tasks).where(tasks.c.case_id == bindparam("case"), tasks.c.task == bindparam("task")))
_PUT_TIMER = put_row(timers)
_DELETE_TIMER = Statement(
    delete(timers).where(timers.c.case_id == bindparam("case"), timers.c.timer == bindparam("timer"))
)
_PUT_WAITING = put_row(waiting)
_DELETE_WAITING = Statement(delete(waiting).where(waiting.c.case_id == bindparam("case")))
_KEY = Statement(
    select(keys.c.fingerprint, keys.c.case_id, keys.c.first, keys.c.last).where(keys.c.key == bindparam("key"))
)
_INSERT_KEY = Statement(every_column(keys))
_IDS = Statement(select(cases.c.id).where(cases.c.id > bindparam("last")).order_by(cases.c.id).limit(bindparam("most")))
_ROW = Statement(one_row(cases, cases.c.id))
_PARTS = {table.name: Statement(one_row(table, table.c.case_id)) for table in (tasks, timers, links, waiting)}


@dataclass(frozen=True)
class StoredCase:
    """A case as it stands in the database.

    `head` is the hash of its last entry; `stamp` counts the published versions and calendars; `hooked` says whether
    anybody outside is told of its changes.
    """

    id: int
    head: str
    snapshot: Snapshot
    stamp: tuple[int, int] = (0, 0)
    hooked: bool = True


class StoredEntry(NamedTuple):
    """An entry as it stands in the database; `private` is None where nothing can be erased, or all was."""

    seq: int
    body: str
    hash: str
    private: str | None

    @property
    def entry(self) -> Entry:
        """What happened.

        Raises:
            ValueError: the text is no entry.
        """
        return Entry.from_written(self.body, self.private)


@dataclass(frozen=True)
class Key:
    """What an idempotency key stands for: the hash of what was asked, and the entries it made."""

    fingerprint: str
    case: int
    first: int
    last: int


def read_case(connection: Connection, case: int) -> StoredCase | None:
    """The case with this number; None where there is none."""
    return _stored(case, _READ.row(connection, id=case))


def _stored(case: int, row: Any) -> StoredCase | None:
    return None if row is None else StoredCase(case, row[0], Snapshot.from_json(row[1]), (row[2], row[3]), bool(row[4]))


def insert_case(connection: Connection, snapshot: Snapshot, entries: tuple[Entry, ...], columns: Columns) -> int:
    """Store a new case; its number."""
    chain = _chained(GENESIS, entries)
    values = _row(snapshot, chain[-1].hash) | _seldom(snapshot, columns)
    row = _INSERT.row(connection, process=snapshot.process, opened=snapshot.opened, **values)
    assert row is not None
    case = int(row[0])
    changes = [
        *_history_changes(case, chain),
        *_part_changes(case, None, snapshot),
        *index_changes(case, snapshot.process, None, columns),
        telling(case, snapshot, entries),
    ]
    run_together(connection, changes)
    return case


def update_case(
    connection: Connection,
    before: StoredCase,
    snapshot: Snapshot,
    entries: tuple[Entry, ...],
    columns: tuple[Columns, Columns],
) -> StoredCase | None:
    """Store what was decided; None where the case was changed since it was read: the caller must roll back.

    `columns` are those before and after.
    """
    chain = _chained(before.head, entries)
    changes = [
        # First, for its count is the answer: no row where another transaction was faster.
        _row_change(before, snapshot, chain[-1].hash, columns),
        *_part_changes(before.id, before.snapshot, snapshot),
        *index_changes(before.id, snapshot.process, *columns),
        *([telling(before.id, snapshot, entries)] if before.hooked else []),
        *_history_changes(before.id, chain),
    ]
    if run_together(connection, changes) != 1:
        return None
    return StoredCase(before.id, chain[-1].hash, snapshot, before.stamp, before.hooked)


def _chained(head: str, entries: Iterable[Entry]) -> list[StoredEntry]:
    """Entries as they are stored behind the one with the hash `head`."""
    chain, salts = [], _salts()
    for entry in entries:
        body, private = entry.written(salts)
        head = chained(head, body)
        chain.append(StoredEntry(entry.seq, body, head, private))
    return chain


def _salts() -> Iterator[str]:
    """A salt for each value that can be erased: 128 random bits, in hexadecimal."""
    while True:
        # Several at once: the system is asked once for most steps.
        random = secrets.token_hex(8 * 16)
        yield from (random[at : at + 32] for at in range(0, len(random), 32))


def _row_change(before: StoredCase, snapshot: Snapshot, head: str, columns: tuple[Columns, Columns]) -> Change:
    values = {"case": before.id, "expected": before.snapshot.seq, **_row(snapshot, head)}
    if columns[0] == columns[1] and _standing(before.snapshot) == _standing(snapshot):
        return Change(_UPDATE, values)
    return Change(_UPDATE_ALL, values | _seldom(snapshot, columns[1]))


def _row(snapshot: Snapshot, head: str) -> dict[str, Any]:
    """What each step changes of the row of a case."""
    return {
        "state": snapshot.state,
        "since": since_of(snapshot),
        "next_due": snapshot.next_due,
        "seq": snapshot.seq,
        "head": head,
        "snapshot": snapshot.as_json(),
    }


def _seldom(snapshot: Snapshot, columns: Columns) -> dict[str, Any]:
    """The rest of it."""
    found = {"owner": columns.owner, "organisation": columns.organisation, "kept_until": columns.kept}
    return found | _standing(snapshot) | order_columns(columns)


def _standing(snapshot: Snapshot) -> dict[str, str]:
    return {"version": snapshot.version, "outcome": snapshot.outcome, "retained": snapshot.retained}


def since_of(snapshot: Snapshot) -> str:
    """When the case came into the state it is in."""
    return snapshot.entered.get(snapshot.state, snapshot.last_at)


def _history_changes(case: int, chain: Iterable[StoredEntry]) -> list[Change]:
    return [Change(_INSERT_HISTORY, {"case_id": case, **one._asdict()}) for one in chain]


def _part_changes(case: int, before: Snapshot | None, after: Snapshot) -> list[Change]:
    """What brings the rows that are kept for finding in line with the snapshot."""
    gone, new = _difference(before.tasks if before else {}, after.tasks)
    changes = [Change(_DELETE_TASK, {"case": case, "task": name}) for name in gone]
    changes += [Change(_PUT_TASK, task_row(case, name, after.tasks[name])) for name in new]
    gone, new = _difference(before.timers if before else {}, after.timers)
    changes += [Change(_DELETE_TIMER, {"case": case, "timer": key}) for key in gone]
    changes += [Change(_PUT_TIMER, timer_row(case, key, after.timers[key])) for key in new]
    changes += link_changes(case, before.links if before else {}, after.links)
    return changes + _waiting_changes(case, before.waiting if before else {}, after)


def _waiting_changes(case: int, before: Mapping[str, str], after: Snapshot) -> list[Change]:
    if before == after.waiting:
        return []
    return [
        Change(_PUT_WAITING, waiting_row(case, after)) if after.waiting else Change(_DELETE_WAITING, {"case": case})
    ]


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Names whose rows go, and names whose rows are put: those that are new or changed."""
    gone = [name for name in old if name not in new]
    return gone, [name for name, value in new.items() if old.get(name) != value]


def task_row(case: int, name: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """The row that stands for an open task."""
    optional = {key: task.get(key) for key in ("person", "escalated", "due", "overdue_of")} | {"late": late_from(task)}
    return {"case_id": case, "task": name, "role": task["role"], "raised": task["raised"], **optional}


def timer_row(case: int, key: str, times: list[str]) -> dict[str, Any]:
    """The row that stands for a running timer."""
    return {"case_id": case, "timer": key, "due": times[0]}


def waiting_row(case: int, snapshot: Snapshot) -> dict[str, Any]:
    """The row that stands for a case's turn in the queue for a place."""
    wait = snapshot.waiting
    return {"case_id": case, "process": snapshot.process, "place": wait["place"], "since": wait["since"]}


def history_of(connection: Connection, case: int, after: int = 0) -> Iterator[StoredEntry]:
    """The entries of a case behind a number, in order, read in blocks: a timer may have made very many of them."""
    while rows := history_after(connection, case, after, BLOCK):
        yield from rows
        if len(rows) < BLOCK:
            return
        after = rows[-1].seq


def history_after(connection: Connection, case: int, after: int, most: int) -> list[StoredEntry]:
    """The entries of a case behind a number, in order: at most so many."""
    return [StoredEntry(*row) for row in _HISTORY.rows(connection, id=case, after=after, most=most)]


def entries_of(connection: Connection, case: int, last: int | None = None) -> list[Entry]:
    """What happened to a case in order, up to a number where one is given."""
    return [one.entry for one in history_of(connection, case) if last is None or one.seq <= last]


def history_back(connection: Connection, case: int, last: int) -> Iterator[StoredEntry]:
    """The entries of a case up to a number, the latest first, read as far as somebody asks."""
    while rows := history_until(connection, case, last, _AT_ONCE):
        yield from rows
        last = rows[-1].seq - 1


def history_until(connection: Connection, case: int, last: int, most: int) -> list[StoredEntry]:
    """The entries of a case up to a number, the latest first: at most so many."""
    return [StoredEntry(*row) for row in _BACKWARDS.rows(connection, id=case, last=last, most=most)]


def erase_private(connection: Connection, case: int, paths: Container[str]) -> None:
    """Erase private values with their salts, by their paths, beside every entry of a case."""
    for one in list(history_of(connection, case)):
        left = Written(one.body, one.private).without(paths) if one.private else None
        if left != one.private:
            _SET_PRIVATE.change(connection, case=case, number=one.seq, left=left)


def entries_at(connection: Connection, case: int, at: str, most: int = 1000) -> list[Entry]:
    """The last entries of a case that happened at `at`, newest first: at most so many."""
    entries = (StoredEntry(*row).entry for row in _LATEST.rows(connection, id=case, most=most))
    return list(takewhile(lambda entry: entry.at == at, entries))


def snapshots_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Snapshot]:
    """Several cases by their numbers, as far as they are there, in one query."""
    query = select(cases.c.id, cases.c.snapshot).where(cases.c.id.in_(sorted(set(numbers))))
    return {row[0]: Snapshot.from_json(row[1]) for row in connection.execute(query)}


def case_ids(connection: Connection, after: int, most: int) -> list[int]:
    """The numbers of stored cases, in order, after a given one."""
    return [row[0] for row in _IDS.rows(connection, last=after, most=most)]


def case_row(connection: Connection, case: int) -> dict[str, Any] | None:
    """Every column of a case's row."""
    row = _ROW.row(connection, id=case)
    return dict(zip((c.name for c in cases.c), row, strict=True)) if row else None


def part_rows(connection: Connection, part: str, case: int) -> list[dict[str, Any]]:
    """The rows of `tasks`, `timers`, `links` or `waiting` that belong to a case."""
    names = [column.name for column in {"tasks": tasks, "timers": timers, "links": links, "waiting": waiting}[part].c]
    return [dict(zip(names, row, strict=True)) for row in _PARTS[part].rows(connection, id=case)]


def of_no_case(connection: Connection) -> Iterator[tuple[str, int]]:
    """Each table with the numbers that it gives as those of cases, and that no case has."""
    for table in metadata.sorted_tables:
        if "case_id" in table.c:
            there = select(cases.c.id).where(cases.c.id == table.c.case_id).exists()
            query = select(table.c.case_id).where(table.c.case_id.is_not(None), ~there).distinct()
            yield from ((table.name, row[0]) for row in connection.execute(query.order_by(table.c.case_id)))


def read_key(connection: Connection, key: str) -> Key | None:
    """What an idempotency key did; None where it is new."""
    row = _KEY.row(connection, key=key)
    return Key(row[0], row[1], row[2], row[3]) if row else None


def insert_key(connection: Connection, name: str, key: Key) -> None:
    """Remember what an idempotency key did."""
    _INSERT_KEY.change(
        connection, key=name, fingerprint=key.fingerprint, case_id=key.case, first=key.first, last=key.last
    )


def has_cases(connection: Connection) -> bool:
    """Whether there is any case at all."""
    return connection.execute(select(cases.c.id).limit(1)).first() is not None
