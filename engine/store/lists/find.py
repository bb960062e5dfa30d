"""Find: pages of cases, tasks and timers, each along an index, so that a page costs the same in any crowd."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, FromClause, and_, exists, false, func, or_, select, union_all

from engine.case.sight import EVERYTHING, Holders, ListSight
from engine.store.lists.registers import is_no_row, is_of
from engine.store.lists.seen import organisation_of, seen_by
from engine.store.lists.shape import Row, in_parts, rows_of, value
from engine.store.tables import bookings, cases, hearings, tasks, timers, words

Place = tuple[Any, ...]
LAST = "\U0010ffff"  # the last code point: behind it nothing that begins with the word can stand
MOST_STATES = 100  # asked for at once; SQLite joins at most 500 queries, and a state may hold more of them


def _stranded(wanted: TaskFilter, table: FromClause = tasks) -> ColumnElement[bool]:
    """The tasks that are given to somebody who does not see their case."""
    found = []
    for n, one in enumerate(wanted.holders):
        # Not one after the other with OR: SQLite takes a thousand of those.
        theirs = table.c.person.in_([value("holders", n, "names", name) for name, _ in enumerate(one.names)])
        sees = seen_by(one.sight, ("holders", n, "sight"), organisation_of(table))
        # Of a case without an organisation SQL alone says neither that it is seen nor that it is not.
        seen = (func.coalesce(part, false(), type_=Boolean) for part in sees)
        found.append(and_(theirs, *(~part for part in seen)))
    return or_(false(), *found)


def beginning(word: str) -> tuple[str, str]:
    """A word, and what comes behind everything that begins with it."""
    return word, word + LAST


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted. `states` are pairs of process and state; empty: every state. `spelt`: other ways in which
    the name of the organisation may be kept.

    `agenda` asks for those that are booked on one: process, meeting, series and day; `stood` for those that
    stood on one and do not any more. `up_to` is the highest number.
    `overdue_at` asks for cases with a task that is overdue then. `words` are beginnings of words by which a case is
    found.
    `sort` is a column, with `-` before it for the other way round. `after` is where the page before ended: the value
    in that column, and the number of the case.
    """

    process: str = ""
    states: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    organisation: str | None = None
    spelt: tuple[str, ...] = ()
    open_only: bool = False
    ended_only: bool = False
    overdue_at: str = ""
    since_from: str = ""
    agenda: tuple[str, ...] = ()
    stood: tuple[str, ...] = ()
    up_to: int = 0
    words: tuple[tuple[str, str], ...] = ()
    sort: str = "id"
    after: Place = ()
    sight: ListSight = EVERYTHING


_BOOKED_ON = (bookings.c.process, bookings.c.meeting, bookings.c.series, bookings.c.day)
_STOOD_ON = (hearings.c.process, hearings.c.meeting, hearings.c.series, hearings.c.day)
SORTS = ("id", "label", "organisation", "since", "next_due")
# Cases are found by the name of their organisation as it is, and sorted by what stands for it where people read lists.
_SORTED_BY = {one: one for one in SORTS} | {"organisation": "organisation_order"}


def _way(sort: str) -> tuple[str, bool]:
    """The column that a list is sorted by, and whether downwards."""
    return _SORTED_BY[sort.removeprefix("-")], sort.startswith("-")


def find_cases(connection: Connection, wanted: CaseFilter, most: int) -> list[Row]:
    """One page of cases, in the order asked for; those without a value in its column are left to the end."""
    # What is overdue for longest comes first, along the index that finds it.
    sort = "next_due" if wanted.overdue_at else wanted.sort
    name, down = _way(sort)
    found: list[Row] = []
    if name == "id" or not wanted.after or wanted.after[0] is not None:
        rows = _rows_in_states(connection, _with_value, wanted, sort, most)
        found = _merged(rows, most, tuple(dict.fromkeys((name, "id"))), down=down) if wanted.states else rows
    # These have a value in every case that is found: there is no rest without one.
    if name in ("id", "since") or wanted.overdue_at or len(found) >= most:
        return found
    rows = _rows_in_states(connection, _without_value, wanted, name, most - len(found))
    return found + (_merged(rows, most - len(found), ("id",)) if wanted.states else rows)


def _rows_in_states(connection: Connection, make: Any, wanted: CaseFilter, sort: str, most: int) -> list[Row]:
    some_at_a_time = in_parts(wanted, "states", MOST_STATES)
    return [row for some in some_at_a_time for row in rows_of(connection, make, some, sort, most=most)]


def _filtered(wanted: CaseFilter) -> Any:
    query = select(*(cases.c[name] for name in (*_SORTED_BY.values(), "process", "state", "owner", "snapshot")))
    given = [cases.c[name] == value(name) for name in ("process", "owner") if getattr(wanted, name)]
    if not wanted.process and not wanted.states:
        given.append(is_no_row())
    if wanted.organisation:
        names = (value("organisation"), *(value("spelt", n) for n, _ in enumerate(wanted.spelt)))
        given.append(or_(*(cases.c.organisation == one for one in names)))
    if wanted.open_only:
        given.append(cases.c.outcome == "")
    if wanted.ended_only:
        given.append(cases.c.outcome != "")
    if wanted.overdue_at:
        given.append(cases.c.next_due < value("overdue_at"))
    if wanted.since_from:
        given.append(cases.c.since >= value("since_from"))
    return query.where(*given, *_standing(wanted), *seen_by(wanted.sight))


def _standing(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """That a case stands on an agenda, up to a number, and among those that words find."""
    found = [cases.c.id <= value("up_to")] if wanted.up_to else []
    if wanted.agenda:
        told = (column == value("agenda", n) for n, column in enumerate(_BOOKED_ON))
        found.append(cases.c.id.in_(select(bookings.c.case_id).where(*told)))
    if wanted.stood:
        told = (column == value("stood", n) for n, column in enumerate(_STOOD_ON))
        found.append(cases.c.id.in_(select(hearings.c.case_id).where(*told, hearings.c.until > 0)))
    for n, _ in enumerate(wanted.words):
        begins = (words.c.word >= value("words", n, 0), words.c.word < value("words", n, 1))
        # Not a join: a case of which two words begin alike would be found twice.
        found.append(cases.c.id.in_(select(words.c.case_id).where(*begins)))
    return found


def _with_value(wanted: CaseFilter, sort: str) -> Any:
    """The cases that have a value in the column they are sorted by."""
    name, down = _way(sort)
    column = cases.c[name]
    ordered = (column.desc(), cases.c.id.desc()) if down else (column, cases.c.id)
    query = _filtered(wanted).where(column.is_not(None)).order_by(*ordered).limit(value("most"))
    return _in_states(query.where(_behind(column, down=down)) if wanted.after else query, wanted)


def _behind(column: Any, *, down: bool) -> Any:
    """What follows the case that a page ended with."""
    last, number = value("after", 0), value("after", 1)
    if column is cases.c.id:
        return column < number if down else column > number
    if down:
        # The plain comparison lets the index be used; the other part only settles equal values.
        return and_(column <= last, or_(column < last, cases.c.id < number))
    return and_(column >= last, or_(column > last, cases.c.id > number))


def _without_value(wanted: CaseFilter, name: str) -> Any:
    query = _filtered(wanted).where(cases.c[name].is_(None)).order_by(cases.c.id).limit(value("most"))
    if wanted.after and wanted.after[0] is None:  # the page before had come to those without a value
        query = query.where(cases.c.id > value("after", 1))
    return _in_states(query, wanted)


def _in_states(query: Any, wanted: CaseFilter) -> Any:
    """A page of every state, or one of each that is wanted, one after the other."""
    if not wanted.states:
        return query
    # A page of each state along its index, then merged: state IN (...) would sort every case that matches.
    return union_all(*(select(query.where(_in_state(n)).subquery()) for n, _ in enumerate(wanted.states)))


def _in_state(number: int) -> Any:
    state = (cases.c.process == value("states", number, 0), cases.c.state == value("states", number, 1))
    return and_(*state)


def place_of(row: Row, sort: str) -> Place:
    """Where a page that ends with this case ends."""
    name, _ = _way(sort)
    return None if name == "id" else row[name], row["id"]


def find_lanes(connection: Connection, wanted: CaseFilter, most: int) -> list[Row]:
    """The first cases of each of the states that are wanted, `most` of each, in the order asked for."""
    return _rows_in_states(connection, _with_value, wanted, wanted.sort, most)


def count_lanes(connection: Connection, wanted: CaseFilter) -> dict[str, int]:
    """How many cases there are in each state."""
    return {row["state"]: row["count"] for row in rows_of(connection, _lane_counts, wanted)}


def _lane_counts(wanted: CaseFilter) -> Any:
    return _filtered(wanted).with_only_columns(cases.c.state, func.count().label("count")).group_by(cases.c.state)


def count_cases(connection: Connection, wanted: CaseFilter, most: int | None = None) -> int:
    """How many cases there are, but not more than `most`."""
    parts = in_parts(wanted, "states", MOST_STATES)
    found = sum(_count(rows_of(connection, _case_count, one, most is not None, most=most)) for one in parts)
    return found if most is None else min(found, most)


def _case_count(wanted: CaseFilter, limited: bool) -> Any:  # noqa: FBT001
    query = _filtered(wanted).with_only_columns(cases.c.id)
    if wanted.states:
        query = query.where(or_(*(_in_state(n) for n, _ in enumerate(wanted.states))))
    return _counting(query, limited)


def _counting(query: Any, limited: bool) -> Any:  # noqa: FBT001
    found = (query.limit(value("most")) if limited else query).subquery()
    return select(func.count().label("count")).select_from(found)


def _count(rows: list[Row]) -> int:
    return int(rows[0]["count"])


def _merged(rows: Iterable[Row], most: int, order: tuple[str, ...], *, down: bool = False) -> list[Row]:
    """The first rows of several pages that share an order, each row once."""
    # A row without a value has an empty one here: Python cannot put None and text in order.
    found = {tuple(row[name] if row[name] is not None else "" for name in order): row for row in rows}
    return [found[key] for key in sorted(found, reverse=down)[:most]]


@dataclass(frozen=True)
class TaskFilter:
    """Which open tasks are wanted. `roles` are pairs of process (empty: any) and role; escalated ones are found too.

    Times are those from which on a task is overdue: for most of them, when they are due. `stranded` asks for those of
    `holders` that these cannot do.
    """

    roles: tuple[tuple[str, str], ...] = ()
    person: str = ""
    overdue_at: str = ""
    due_from: str = ""
    due_before: str = ""
    case: int = 0
    stranded: bool = False
    holders: tuple[Holders, ...] = ()
    after: Place = ()
    sight: ListSight = EVERYTHING


def find_tasks(connection: Connection, wanted: TaskFilter, most: int) -> list[Row]:
    """One page of open tasks with their cases, by due date; those without a date come last."""
    found: list[Row] = []
    if not wanted.after or wanted.after[0] is not None:
        found = _task_page(connection, wanted, most, dated=True)
    if len(found) < most and not (wanted.overdue_at or wanted.due_from or wanted.due_before):
        found += _task_page(connection, wanted, most - len(found), dated=False)
    return found


def _task_page(connection: Connection, wanted: TaskFilter, most: int, *, dated: bool) -> list[Row]:
    rows = rows_of(connection, _tasks, wanted, dated, most=most)
    return _merged(rows, most, ("late", "case_id", "task")) if wanted.roles else rows


def _tasks(wanted: TaskFilter, dated: bool) -> Any:  # noqa: FBT001
    query = (
        select(*tasks.c, cases.c.process, cases.c.snapshot)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(tasks.c.late.is_not(None) if dated else tasks.c.late.is_(None), *seen_by(wanted.sight))
        .order_by(tasks.c.late, tasks.c.case_id, tasks.c.task)
        .limit(value("most"))
    )
    query = _after_task(_narrowed(query, wanted), wanted.after, dated)
    if not wanted.roles:
        return query
    return union_all(*(select(query.where(one).subquery()) for one in _for_roles(wanted.roles)))


def _for_roles(roles: tuple[tuple[str, str], ...], table: FromClause = tasks) -> list[ColumnElement[bool]]:
    """What is for one of the roles, each with the column that says so, so that each is found along an index."""
    found = []
    for n, (process, _) in enumerate(roles):
        of = (is_of(value("roles", n, 0)),) if process else ()
        found += [and_(column == value("roles", n, 1), *of) for column in (table.c.role, table.c.escalated)]
    return found


def _said_once(wanted: TaskFilter) -> ColumnElement[bool]:
    """Leaves out a task of which another one, that is found as well, says that it is overdue: one row for one thing."""
    other = tasks.alias("other")
    found = [other.c.case_id == tasks.c.case_id, other.c.overdue_of == tasks.c.task]
    if wanted.person:
        found.append(other.c.person == value("person"))
    if wanted.roles:
        found.append(or_(*_for_roles(wanted.roles, other)))
    if wanted.stranded:  # else what is left behind would be hidden by what is with somebody, or with its role
        found.append(_stranded(wanted, other))
    if not wanted.overdue_at:  # who postponed what says that it is overdue is not asked for the same thing again
        found += _in_time(wanted, other)
    return ~exists().where(*found)


def _in_time(wanted: TaskFilter, table: FromClause = tasks) -> list[ColumnElement[bool]]:
    """What is overdue from an instant on that lies within the times that are wanted."""
    found = [table.c.late < value(name) for name in ("overdue_at", "due_before") if getattr(wanted, name)]
    return [*found, table.c.late >= value("due_from")] if wanted.due_from else found


def _narrowed(query: Any, wanted: TaskFilter) -> Any:
    """The tasks that are wanted, whatever roles they are for and whoever may see them."""
    query = query.where(_said_once(wanted))
    if wanted.person:
        query = query.where(tasks.c.person == value("person"))
    if wanted.case:
        query = query.where(tasks.c.case_id == value("case"))
    if wanted.stranded:
        query = query.where(_stranded(wanted))
    return query.where(*_in_time(wanted))


def count_tasks(connection: Connection, wanted: TaskFilter, most: int) -> int:
    """How many open tasks there are, but not more than `most`."""
    if wanted.stranded and not wanted.holders:
        return 0  # on most first pages, and so it is not asked there
    return _count(rows_of(connection, _task_count, wanted, most=most))


def _task_count(wanted: TaskFilter) -> Any:
    conditions = [or_(*_for_roles(wanted.roles))] if wanted.roles else []
    seen = seen_by(wanted.sight)
    query = _narrowed(select(tasks.c.case_id), wanted)
    if seen or wanted.stranded or any(process for process, _ in wanted.roles):
        query = query.join(cases, cases.c.id == tasks.c.case_id)
    return _counting(query.where(*conditions, *seen), limited=True)


def place_of_task(row: Row) -> Place:
    """Where a page that ends with this task ends."""
    return row["late"], row["case_id"], row["task"]


def _after_task(query: Any, after: Place, dated: bool) -> Any:  # noqa: FBT001
    """Begin behind the task a page ended with."""
    if not after or (after[0] is not None and not dated):
        return query
    due, case, name = (value("after", n) for n in range(3))
    behind = or_(tasks.c.case_id > case, and_(tasks.c.case_id == case, tasks.c.task > name))
    return query.where(tasks.c.late >= due, or_(tasks.c.late > due, behind)) if dated else query.where(behind)


@dataclass(frozen=True)
class TimerFilter:
    """Which timers are wanted: those due by an instant, of one case; `after` is where the page before ended."""

    due_by: str = ""
    case: int = 0
    due_from: str = ""
    after: Place = ()
    sight: ListSight = EVERYTHING


def find_timers(connection: Connection, wanted: TimerFilter, most: int) -> list[Row]:
    """Timers in the order in which they will fire."""
    return rows_of(connection, _timers, wanted, most=most)


def _timers(wanted: TimerFilter) -> Any:
    query = (
        select(*timers.c, cases.c.process, cases.c.snapshot)
        .join(cases, cases.c.id == timers.c.case_id)
        .where(*seen_by(wanted.sight))
        .order_by(timers.c.due, timers.c.case_id, timers.c.timer)
        .limit(value("most"))
    )
    if wanted.due_by:
        query = query.where(timers.c.due <= value("due_by"))
    if wanted.case:
        query = query.where(timers.c.case_id == value("case"))
    if wanted.due_from:
        query = query.where(timers.c.due >= value("due_from"))
    if wanted.after:
        due, case, name = (value("after", n) for n in range(3))
        behind = or_(timers.c.case_id > case, and_(timers.c.case_id == case, timers.c.timer > name))
        query = query.where(timers.c.due >= due, or_(timers.c.due > due, behind))
    return query


def place_of_timer(row: Row) -> Place:
    """Where a page that ends with this timer ends."""
    return row["due"], row["case_id"], row["timer"]
