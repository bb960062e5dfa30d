"""Find: pages of cases, tasks and timers, each along an index, so that a page costs the same in any crowd."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from engine.store.tables import cases, tasks, timers

Row = dict[str, Any]


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted. `states` are pairs of process and state; empty: every state.

    `overdue_at` asks for cases with a task due before it. `after` is where the page before ended.
    """

    process: str = ""
    states: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    organisation: str | None = None
    open_only: bool = False
    overdue_at: str = ""
    after: str = ""


def find_cases(connection: Connection, wanted: CaseFilter, most: int) -> list[Row]:
    """One page of cases: by number, or by their oldest due task where overdue ones are asked for."""
    query = select(cases.c.id, cases.c.next_due, cases.c.owner, cases.c.snapshot).limit(most)
    equal = {"process": wanted.process, "owner": wanted.owner, "organisation": wanted.organisation}
    for name, value in equal.items():
        if value:
            query = query.where(cases.c[name] == value)
    if wanted.open_only:
        query = query.where(cases.c.outcome == "")
    query = _ordered(query, wanted)
    if not wanted.states:
        return _rows(connection, query)
    pages = (query.where(cases.c.process == process, cases.c.state == state) for process, state in wanted.states)
    return _merged(connection, pages, most, ("next_due", "id") if wanted.overdue_at else ("id",))


def cursor_of(row: Row, overdue: bool) -> str:  # noqa: FBT001
    """Where a page that ends with this case ends."""
    return f"{row['next_due']}|{row['id']}" if overdue else f"|{row['id']}"


def _ordered(query: Any, wanted: CaseFilter) -> Any:
    due, _, number = wanted.after.rpartition("|")
    if not wanted.overdue_at:
        return query.where(cases.c.id > int(number or 0)).order_by(cases.c.id)
    query = query.where(cases.c.next_due < wanted.overdue_at).order_by(cases.c.next_due, cases.c.id)
    if due:
        later = or_(cases.c.next_due > due, and_(cases.c.next_due == due, cases.c.id > int(number)))
        query = query.where(cases.c.next_due >= due, later)
    return query


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [row._asdict() for row in connection.execute(query)]


def _merged(connection: Connection, queries: Iterable[Any], most: int, order: tuple[str, ...]) -> list[Row]:
    """The first rows of several pages that share an order, each row once."""
    found = {
        tuple(row[name] if row[name] is not None else "" for name in order): row
        for query in queries
        for row in _rows(connection, query)
    }
    return [found[key] for key in sorted(found)[:most]]


@dataclass(frozen=True)
class TaskFilter:
    """Which open tasks are wanted. `roles` also finds tasks escalated to one of them."""

    roles: tuple[str, ...] = ()
    person: str = ""
    organisation: str | None = None
    overdue_at: str = ""
    case: int = 0
    after: str = ""


def find_tasks(connection: Connection, wanted: TaskFilter, most: int) -> list[Row]:
    """One page of open tasks with their cases, by due date; those without a date come last."""
    found = _task_page(connection, wanted, most, dated=True)
    if len(found) < most and not wanted.overdue_at:
        found += _task_page(connection, wanted, most - len(found), dated=False)
    return found


def _task_page(connection: Connection, wanted: TaskFilter, most: int, *, dated: bool) -> list[Row]:
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
    if wanted.organisation is not None:
        query = query.where(cases.c.organisation == wanted.organisation)
    if wanted.overdue_at:
        query = query.where(tasks.c.due < wanted.overdue_at)
    query = _after_task(query, wanted.after, dated)
    if query is None:
        return []
    if not wanted.roles:
        return _rows(connection, query)
    pages = (query.where(column == role) for role in wanted.roles for column in (tasks.c.role, tasks.c.escalated))
    return _merged(connection, pages, most, ("due", "case_id", "task"))


def task_cursor_of(row: Row) -> str:
    """Where a page that ends with this task ends."""
    return f"{row['due'] or ''}|{row['case_id']}|{row['task']}"


def _after_task(query: Any, after: str, dated: bool) -> Any:  # noqa: FBT001
    """Begin behind the task a page ended with; None where no such task can follow."""
    if not after:
        return query
    due, case, name = after.split("|")
    behind = or_(tasks.c.case_id > int(case), and_(tasks.c.case_id == int(case), tasks.c.task > name))
    if not due:
        return None if dated else query.where(behind)
    if not dated:
        return query
    return query.where(tasks.c.due >= due, or_(tasks.c.due > due, behind))


@dataclass(frozen=True)
class TimerFilter:
    """Which timers are wanted: those due by an instant, of one case, of one organisation."""

    due_by: str = ""
    case: int = 0
    organisation: str | None = None


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
    if wanted.organisation is not None:
        query = query.where(cases.c.organisation == wanted.organisation)
    return _rows(connection, query)
