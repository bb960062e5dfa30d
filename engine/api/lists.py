"""Routes of lists: tasks, dates to come, and the processes that are published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.api.asking import Engined, Moment, Reader, Whole
from engine.api.cases import After, Limit, with_link
from engine.api.problem import responses
from engine.service import Task, Timer, as_data
from engine.source import name

router = APIRouter()
ProcessName = Annotated[str, Path(pattern=name.PROCESS, max_length=name.LONGEST)]


@dataclass
class TaskPage:
    """Some of many tasks: `next` begins the following page, and is empty on the last one."""

    items: list[Task]
    next: str


@router.get("/tasks", response_model=TaskPage, responses=responses(), tags=["tasks"])
def find_tasks(
    engine: Engined,
    reader: Reader,
    role: Annotated[list[str] | None, Query(max_length=20)] = None,
    mine: bool = False,
    person: Annotated[str, Query(max_length=200)] = "",
    overdue: bool = False,
    stranded: bool = False,
    case: Annotated[Whole, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of open tasks of the cases that you may see, those due first at the top.

    `stranded` are those that are given to somebody who can do them no more: not active, or not shown the case.
    """
    who = reader.stands_for if mine else person
    roles = tuple(role or ())
    page = engine.tasks(
        roles=roles, person=who, overdue=overdue, stranded=stranded, case=case, by=reader, limit=limit, after=after
    )
    return as_data(page)


@router.get("/dates", response_model=list[Timer], responses=responses(), tags=["dates"])
def find_dates(
    request: Request,
    response: Response,
    engine: Engined,
    reader: Reader,
    until: Moment | None = None,
    case: Annotated[Whole | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """What will happen by itself in the cases that you may see, the earliest first.

    Where there is more, the header `Link` leads to it.
    """
    page = engine.timer_page(until=until, case=case, by=reader, limit=limit, after=after)
    return with_link(page, request, response)


@dataclass
class ProcessSummary:
    """A process with its versions, in the order in which they come into force."""

    process: str
    versions: list[str]


@dataclass
class StateSummary:
    """A state, and the events that stand in it."""

    state: str
    title: str
    owner: str
    final: bool
    events: dict[str, str]


@dataclass
class ProcessDetails:
    """One version of a process, as far as programs need it."""

    process: str
    version: str
    title: str
    effective_from: str
    initial: list[str]
    roles: dict[str, str]
    fields: dict[str, str]
    documents: dict[str, str]
    states: list[StateSummary]


@router.get("/processes", response_model=list[ProcessSummary], responses=responses(), tags=["processes"])
def find_processes(engine: Engined, reader: Reader) -> Any:
    """The published processes of which you hold a role; all of them for a role of the house."""
    return [ProcessSummary(name, versions) for name, versions in engine.processes(reader).items()]


@router.get(
    "/processes/{name}",
    response_model=ProcessDetails,
    responses=responses(404),
    tags=["processes"],
)
def see_process(
    engine: Engined,
    reader: Reader,
    name: ProcessName,
    version: Annotated[str | None, Query(max_length=40)] = None,
) -> Any:
    """One version of a process; the one in force now if none is named."""
    # Asked with who reads: of a process that is another partnership's they are told that there is none.
    process = engine.process(name, version, by=reader)
    states = [
        StateSummary(
            state.name,
            state.title,
            process.owner(state.name),
            state.final,
            {event.name: event.title for event in process.events_in(state.name).values()},
        )
        for state in process.leaves()
    ]
    return ProcessDetails(
        process=process.name,
        version=process.version,
        title=process.title,
        effective_from=process.effective_from.isoformat(),
        initial=list(process.initial),
        roles={role.name: role.title for role in process.roles.values()},
        fields={one.name: one.title for one in process.fields.values()},
        documents={one.name: one.title for one in process.documents.values()},
        states=states,
    )
