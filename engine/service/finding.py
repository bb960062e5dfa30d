"""Finding: pages of cases, tasks and timers as views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.instants import to_text
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.catalogue import Catalogue, UnknownProcess
from engine.service.views import Case, Page, Task, Timer, case_view, label_of, task_view, timer_view
from engine.store import find

NOBODY = "\n"
MOST = 1000


class BadCursor(ValueError):
    """What was given as the beginning of a page is not the end of another."""


class UnknownState(LookupError):
    """No published process has this state."""


@dataclass(frozen=True)
class CasesWanted:
    """Which cases: `state` names a state or one around it, `owner` a role that has to move them on."""

    process: str = ""
    state: str = ""
    owner: str = ""
    organisation: str | None = None
    overdue: bool = False
    open_only: bool = False


@dataclass(frozen=True)
class TasksWanted:
    """Which open tasks: of these roles (escalated ones too), of a person, overdue, of one case."""

    roles: tuple[str, ...] = ()
    person: str = ""
    overdue: bool = False
    case: int = 0


class Finder:
    """Looks things up in one reading transaction at the instant `now`."""

    def __init__(self, connection: Connection, catalogue: Catalogue, now: datetime) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._now = now

    def cases(self, wanted: CasesWanted, by: Actor | str | None, limit: int, after: str) -> Page[Case]:
        """A page of cases, by number; overdue ones by their oldest task."""
        _check_cursor(after, 1)
        most = max(1, min(limit, MOST))
        states = self._states(wanted)
        asked = find.CaseFilter(
            process=wanted.process,
            states=states,
            owner=wanted.owner,
            organisation=self._organisation(by, wanted.organisation),
            open_only=wanted.open_only,
            overdue_at=to_text(self._now) if wanted.overdue else "",
            after=after,
        )
        rows = find.find_cases(self._connection, asked, most + 1)
        items = [self._case(row) for row in rows[:most]]
        more = find.cursor_of(rows[most - 1], wanted.overdue) if len(rows) > most else ""
        return Page(tuple(items), more)

    def tasks(self, wanted: TasksWanted, by: Actor | str | None, limit: int, after: str) -> Page[Task]:
        """A page of open tasks, by due date; those without one last."""
        _check_cursor(after, 2)
        most = max(1, min(limit, MOST))
        asked = find.TaskFilter(
            roles=wanted.roles,
            person=wanted.person,
            organisation=self._organisation(by, None),
            overdue_at=to_text(self._now) if wanted.overdue else "",
            case=wanted.case,
            after=after,
        )
        rows = find.find_tasks(self._connection, asked, most + 1)
        more = find.task_cursor_of(rows[most - 1]) if len(rows) > most else ""
        return Page(tuple(self._task(row) for row in rows[:most]), more)

    def timers(self, until: datetime | None, case: int | None, by: Actor | str | None, limit: int) -> list[Timer]:
        """What will fire when, the earliest first."""
        asked = find.TimerFilter(to_text(until) if until else "", case or 0, self._organisation(by, None))
        rows = find.find_timers(self._connection, asked, max(1, min(limit, MOST)))
        found = []
        for row in rows:
            process, snapshot = self._of(row)
            label = label_of(process, row["case_id"], snapshot, self._now)
            found.append(timer_view(process, row["case_id"], label, row["timer"], row["due"]))
        return found

    def _case(self, row: find.Row) -> Case:
        process, snapshot = self._of(row)
        return case_view(process, row["id"], snapshot, self._now)

    def _task(self, row: find.Row) -> Task:
        process, snapshot = self._of(row)
        label = label_of(process, row["case_id"], snapshot, self._now)
        return task_view(process, row["case_id"], label, row["task"], snapshot.tasks[row["task"]], self._now)

    def _of(self, row: find.Row) -> tuple[Process, Snapshot]:
        snapshot = Snapshot.from_json(row["snapshot"])
        return self._catalogue.process(self._connection, snapshot.process, snapshot.version), snapshot

    def _states(self, wanted: CasesWanted) -> tuple[tuple[str, str], ...]:
        """The states at rest that a state's name stands for, in every version of every process meant."""
        if wanted.process and wanted.process not in self._catalogue.names():
            raise UnknownProcess(
                f"There is no process {wanted.process}. Published: {', '.join(self._catalogue.names())}."
            )
        if not wanted.state:
            return ()
        names = [wanted.process] if wanted.process else self._catalogue.names()
        versions = [
            self._catalogue.process(self._connection, name, version.version)
            for name in names
            for version in self._catalogue.versions(name)
        ]
        found = {
            (process.name, leaf.name)
            for process in versions
            for leaf in process.leaves()
            if any(wanted.state in (one.name, one.name.rpartition(".")[2]) for one in process.around(leaf.name))
        }
        if not found:
            raise UnknownState(f"No process has a state {wanted.state}.")
        return tuple(sorted(found))

    def _organisation(self, by: Actor | str | None, wanted: str | None) -> str | None:
        """The organisation to look in: that of people who see only their own."""
        if by is None:
            return wanted
        actor = Actor.of(by)
        processes = [
            self._catalogue.newest(self._connection, name, self._now.date()) for name in self._catalogue.names()
        ]
        sees_all = any(role in one.roles and one.roles[role].sees_all for one in processes for role in actor.roles)
        if actor.is_engine or sees_all:
            return wanted
        own = actor.organisation or NOBODY
        return own if wanted in (None, own) else NOBODY


def _check_cursor(after: str, bars: int) -> None:
    parts = after.split("|")
    if after and (len(parts) != bars + 1 or not parts[1].isdigit()):
        raise BadCursor("The place to go on from is not one that an earlier page gave.")
