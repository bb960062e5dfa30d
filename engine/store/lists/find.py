"""Find: pages of cases, tasks and timers, each along an index, so that a page costs the same in any crowd."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, false, func, or_, select, union_all

from engine.case.sight import EVERYTHING, ListSight, Part
from engine.store.tables import bookings, cases, tasks, timers, words

Row = dict[str, Any]
LAST = "\U0010ffff"


def condition(sight: ListSight) -> ColumnElement[bool] | None:
    """What somebody sees as a condition on the table of cases; None where everything is seen."""
    return None if sight.everything else or_(false(), *(_seen(part) for part in sight.parts))


def _seen(part: Part) -> ColumnElement[bool]:
    mine = [cases.c.process == part.process]
    if part.versions:
        mine.append(cases.c.version.in_(part.versions))
    if part.sight.everything:
        return and_(*mine)
    ways = []
    if part.sight.organisation is not None:
        ways.append(cases.c.organisation == part.sight.organisation)
    for meeting, series in sorted(part.sight.agendas):
        heard = (bookings.c.process == part.process, bookings.c.meeting == meeting, bookings.c.series == series)
        ways.append(cases.c.id.in_(select(bookings.c.case_id).where(*heard)))
    return and_(*mine, or_(false(), *ways))


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted. `states` are pairs of process and state; empty: every state.

    `overdue_at` asks for cases with a task that is overdue then. `words` begin words by which a case is found.
    `sort` is a column, with `-` before it for the other way round. `after` is where the page before ended: the value
    in that column, and the number of the case.
    """

    process: str = ""
    states: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    organisation: str | None = None
    open_only: bool = False
    ended_only: bool = False
    overdue_at: str = ""
    since_from: str = ""
    words: tuple[str, ...] = ()
    sort: str = "id"
    after: tuple[Any, ...] = ()
    sight: ListSight = EVERYTHING


SORTS = ("id", "label", "organisation", "since", "next_due")


def find_cases(connection: Connection, wanted: CaseFilter, most: int) -> list[Row]:
    """One page of cases, in the order asked for; those without a value in its column are left to the end."""
    sort = "next_due" if wanted.overdue_at else wanted.sort
    query = _filtered(wanted)
    name = sort.removeprefix("-")
    found = _case_page(connection, query, wanted, sort, most)
    if name in ("id", "since") or wanted.overdue_at or len(found) >= most:
        return found
    return found + _without_value(connection, query.where(cases.c[name].is_(None)), wanted, most - len(found))


def _filtered(wanted: CaseFilter) -> Any:
    query = select(*(cases.c[name] for name in (*SORTS, "process", "state", "owner", "snapshot")))
    equal = {"process": wanted.process, "owner": wanted.owner, "organisation": wanted.organisation}
    for name, value in equal.items():
        if value:
            query = query.where(cases.c[name] == value)
    if wanted.open_only:
        query = query.where(cases.c.outcome == "")
    if wanted.ended_only:
        query = query.where(cases.c.outcome != "")
    if wanted.overdue_at:
        query = query.where(cases.c.next_due < wanted.overdue_at)
    if wanted.since_from:
        query = query.where(cases.c.since >= wanted.since_from)
    for word in wanted.words:
        begins = (words.c.word >= word, words.c.word < word + LAST)
        query = query.where(cases.c.id.in_(select(words.c.case_id).where(*begins)))
    seen = condition(wanted.sight)
    return query if seen is None else query.where(seen)


def _case_page(connection: Connection, query: Any, wanted: CaseFilter, sort: str, most: int) -> list[Row]:
    """The cases that have a value in the column they are sorted by."""
    column, down = cases.c[sort.removeprefix("-")], sort.startswith("-")
    value, number = wanted.after or (None, 0)
    if wanted.after and column is not cases.c.id and value is None:
        return []  # the page before had come to those without a value
    ordered = (column.desc(), cases.c.id.desc()) if down else (column, cases.c.id)
    query = query.where(column.is_not(None)).order_by(*ordered).limit(most)
    if wanted.after:
        query = query.where(_behind(column, value, number, down=down))
    return _in_states(connection, query, wanted, most, tuple(dict.fromkeys((column.name, "id"))), down=down)


def _behind(column: Any, value: Any, number: int, *, down: bool) -> Any:
    """What follows the case that a page ended with."""
    if column is cases.c.id:
        return column < number if down else column > number
    if down:
        return and_(column <= value, or_(column < value, cases.c.id < number))
    return and_(column >= value, or_(column > value, cases.c.id > number))


def _without_value(connection: Connection, query: Any, wanted: CaseFilter, most: int) -> list[Row]:
    value, number = wanted.after or (None, 0)
    query = query.order_by(cases.c.id).limit(most)
    if wanted.after and value is None:
        query = query.where(cases.c.id > number)
    return _in_states(connection, query, wanted, most, ("id",))


def _in_states(
    connection: Connection, query: Any, wanted: CaseFilter, most: int, order: tuple[str, ...], *, down: bool = False
) -> list[Row]:
    """The rows of a page that is sorted already: of every state, or of those that are wanted."""
    if not wanted.states:
        return _rows(connection, query)
    pages = (query.where(cases.c.process == process, cases.c.state == state) for process, state in wanted.states)
    return _merged(connection, pages, most, order, down=down)


def place_of(row: Row, sort: str) -> tuple[Any, ...]:
    """Where a page that ends with this case ends."""
    name = sort.removeprefix("-")
    return None if name == "id" else row[name], row["id"]


def count_cases(connection: Connection, wanted: CaseFilter, most: int) -> int:
    """How many cases there are, but not more than `most`."""
    query = _filtered(wanted).with_only_columns(cases.c.id)
    if wanted.states:
        query = query.where(or_(*(and_(cases.c.process == p, cases.c.state == s) for p, s in wanted.states)))
    return _counted(connection, query.limit(most))


def _counted(connection: Connection, query: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [row._asdict() for row in connection.execute(query)]


def _merged(
    connection: Connection, queries: Iterable[Any], most: int, order: tuple[str, ...], *, down: bool = False
) -> list[Row]:
    """The first rows of several pages that share an order, each row once; all of them are one query."""
    pages = [select(query.subquery()) for query in queries]
    found = {
        tuple(row[name] if row[name] is not None else "" for name in order): row
        for row in _rows(connection, union_all(*pages))
    }
    return [found[key] for key in sorted(found, reverse=down)[:most]]


@dataclass(frozen=True)
class TaskFilter:
    """Which open tasks are wanted. `roles` are pairs of process (empty: any) and role; escalated ones are found too.

    Times are those from which on a task is overdue: for most of them, when they are due.
    """

    roles: tuple[tuple[str, str], ...] = ()
    person: str = ""
    overdue_at: str = ""
    due_from: str = ""
    due_before: str = ""
    case: int = 0
    after: tuple[Any, ...] = ()
    sight: ListSight = EVERYTHING


def find_tasks(connection: Connection, wanted: TaskFilter, most: int) -> list[Row]:
    """One page of open tasks with their cases, by due date; those without a date come last."""
    found = _task_page(connection, wanted, most, dated=True)
    if len(found) < most and not (wanted.overdue_at or wanted.due_from or wanted.due_before):
        found += _task_page(connection, wanted, most - len(found), dated=False)
    return found


def _task_page(connection: Connection, wanted: TaskFilter, most: int, *, dated: bool) -> list[Row]:
    query = (
        select(*tasks.c, cases.c.process, cases.c.snapshot)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(tasks.c.late.is_not(None) if dated else tasks.c.late.is_(None))
        .order_by(tasks.c.late, tasks.c.case_id, tasks.c.task)
        .limit(most)
    )
    if (seen := condition(wanted.sight)) is not None:
        query = query.where(seen)
    query = _after_task(_narrowed(query, wanted), wanted.after, dated)
    if query is None:
        return []
    if not wanted.roles:
        return _rows(connection, query)
    pages = (query.where(one) for one in _for_roles(wanted.roles))
    return _merged(connection, pages, most, ("late", "case_id", "task"))


def _for_roles(roles: tuple[tuple[str, str], ...], table: FromClause = tasks) -> list[ColumnElement[bool]]:
    """What is for one of the roles, each with the column that says so, so that each is found along an index."""
    of = {process: (cases.c.process == process,) if process else () for process, _ in roles}
    columns = (table.c.role, table.c.escalated)
    return [and_(column == role, *of[process]) for process, role in roles for column in columns]


def _said_once(wanted: TaskFilter) -> ColumnElement[bool]:
    """Leaves out a task of which another one, that is found as well, says that it is overdue: one row for one thing."""
    other = tasks.alias("other")
    found = [other.c.case_id == tasks.c.case_id, other.c.overdue_of == tasks.c.task]
    if wanted.person:
        found.append(other.c.person == wanted.person)
    if wanted.roles:
        found.append(or_(*_for_roles(wanted.roles, other)))
    return ~exists().where(*found)


def _narrowed(query: Any, wanted: TaskFilter) -> Any:
    """The tasks that are wanted, whatever roles they are for and whoever may see them."""
    query = query.where(_said_once(wanted))
    if wanted.person:
        query = query.where(tasks.c.person == wanted.person)
    if wanted.case:
        query = query.where(tasks.c.case_id == wanted.case)
    for early in filter(None, (wanted.overdue_at, wanted.due_before)):
        query = query.where(tasks.c.late < early)
    return query.where(tasks.c.late >= wanted.due_from) if wanted.due_from else query


def count_tasks(connection: Connection, wanted: TaskFilter, most: int) -> int:
    """How many open tasks there are, but not more than `most`."""
    query = _narrowed(select(tasks.c.case_id).limit(most), wanted)
    conditions = [or_(*_for_roles(wanted.roles))] if wanted.roles else []
    if (seen := condition(wanted.sight)) is not None:
        conditions.append(seen)
    if seen is not None or any(process for process, _ in wanted.roles):
        query = query.join(cases, cases.c.id == tasks.c.case_id)
    return _counted(connection, query.where(*conditions))


def place_of_task(row: Row) -> tuple[Any, ...]:
    """Where a page that ends with this task ends."""
    return row["late"], row["case_id"], row["task"]


def _after_task(query: Any, after: tuple[Any, ...], dated: bool) -> Any:  # noqa: FBT001
    """Begin behind the task a page ended with; None where no such task can follow."""
    if not after:
        return query
    due, case, name = after
    behind = or_(tasks.c.case_id > case, and_(tasks.c.case_id == case, tasks.c.task > name))
    if due is None:
        return None if dated else query.where(behind)
    if not dated:
        return query
    return query.where(tasks.c.late >= due, or_(tasks.c.late > due, behind))


@dataclass(frozen=True)
class TimerFilter:
    """Which timers are wanted: those due by an instant, of one case, of one organisation."""

    due_by: str = ""
    case: int = 0
    due_from: str = ""
    sight: ListSight = EVERYTHING


def find_timers(connection: Connection, wanted: TimerFilter, most: int) -> list[Row]:
    """Timers in the order in which they will fire."""
    query = (
        select(*timers.c, cases.c.process, cases.c.snapshot)
        .join(cases, cases.c.id == timers.c.case_id)
        .order_by(timers.c.due, timers.c.case_id, timers.c.timer)
        .limit(most)
    )
    if wanted.due_by:
        query = query.where(timers.c.due <= wanted.due_by)
    if wanted.case:
        query = query.where(timers.c.case_id == wanted.case)
    if wanted.due_from:
        query = query.where(timers.c.due >= wanted.due_from)
    if (seen := condition(wanted.sight)) is not None:
        query = query.where(seen)
    return _rows(connection, query)
