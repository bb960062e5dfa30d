"""Views: what is told of a case to people and programs. Times are local to its process."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from engine.case.agenda import bookings
from engine.case.answers.form import is_anonymous, shown, shown_to
from engine.case.answers.wording import text_of
from engine.case.command import Actor
from engine.case.links import ends_by_link
from engine.case.sight import roles_in
from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.case.time.lateness import days_late, late_from
from engine.case.time.roughness import is_rough_task, is_rough_timer
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.service.cases.comings import timer_does, timer_title
from engine.service.cases.pauses import Paused, paused_in
from engine.service.cases.rows import Row, shown_rows
from engine.service.documents.content import ending_of
from engine.source.words import counted

T = TypeVar("T")


def as_data(value: Any) -> Any:
    """A view as plain values: what `--json` prints."""
    if is_dataclass(value) and not isinstance(value, type):
        # What is left out of `repr` is for pages only, as in `Step`.
        return {one.name: as_data(getattr(value, one.name)) for one in fields(value) if one.repr}
    if isinstance(value, Mapping):
        return {str(key): as_data(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [as_data(one) for one in value]
    # A day too: a moment is one of them.
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Task:
    """An open task of a case. `overdue` is seen by comparing, without any job having run.

    `organisation` is that of the case. Times are on the wall clock of its process. `late_since` is since when it is
    overdue, `days_late` the days of the calendar since then. `overdue_of` names the task that it says is overdue.
    `role_title` and `escalated_title` are `role` and `escalated`
    for people. `roughly`: its due time was counted beyond the end of the calendar.
    """

    case: int
    label: str
    task: str
    title: str
    role: str
    raised: datetime
    person: str | None = None
    due: datetime | None = None
    overdue: bool = False
    escalated: str | None = None
    done_by: tuple[str, ...] = ()
    late_since: datetime | None = None
    days_late: int = 0
    overdue_of: str | None = None
    role_title: str = ""
    escalated_title: str = ""
    roughly: bool = False
    organisation: str | None = None

    @property
    def whose(self) -> str:
        """Who has to do it, for people: the person to whom it is given, else its role."""
        return self.person or self.role_title

    @property
    def date(self) -> datetime | None:
        """Since when it is overdue, else when it is due, on the wall clock of its process."""
        return self.late_since or self.due

    @property
    def lateness(self) -> str:
        """How late it is, for people; empty where it is not overdue."""
        by = f" by {counted(self.days_late, 'day')}" if self.days_late else ""
        return f"Overdue{by}" if self.overdue else ""


@dataclass(frozen=True)
class Timer:
    """A running timer of a case, and what it will do, in words. `due` is on the wall clock of its process.

    `roughly`: it was counted beyond the end of the calendar.
    """

    case: int
    label: str
    timer: str
    due: datetime
    does: str
    title: str = ""
    roughly: bool = False


@dataclass(frozen=True)
class Document:
    """A document of a case. `hash`: SHA-256 of its content; `size` in bytes; `at` on the wall clock of the process."""

    document: str
    title: str
    name: str
    type: str
    size: int
    hash: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Case:
    """A case as it is. `version` counts its entries and is what `expected_version` is compared with.

    `series` are its rows, by series and in the order of their days, as far as they may be shown; `paused` what rests.
    `owner_title`, `place_titles` and `waiting_title` are `owner`, `places` and `waiting_for` for people.
    Times are on the wall clock of its process.
    """

    id: int
    process: str
    process_version: str
    version: int
    label: str
    state: str
    state_title: str
    owner: str
    opened: datetime
    outcome: str = ""
    organisation: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    tasks: tuple[Task, ...] = ()
    timers: tuple[Timer, ...] = ()
    places: tuple[str, ...] = ()
    waiting_for: str = ""
    since: datetime | None = None
    agendas: Mapping[str, str] = field(default_factory=dict)
    owner_title: str = ""
    place_titles: tuple[str, ...] = ()
    waiting_title: str = ""
    series: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    paused: tuple[Paused, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether the case has come to an end."""
        return bool(self.outcome)

    @property
    def overdue(self) -> bool:
        """Whether any of its tasks is overdue."""
        return any(task.overdue for task in self.tasks)

    @property
    def to_do(self) -> tuple[Task, ...]:
        """Its tasks, one for each thing to do: one of which another says that it is overdue is left out."""
        told = {task.overdue_of for task in self.tasks}
        return tuple(task for task in self.tasks if task.task not in told)

    @property
    def next_task(self) -> Task | None:
        """The one of its tasks with a date that is overdue for longest, or due first."""
        return next((task for task in self.to_do if task.date), None)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many: `next` begins the following page, and is empty on the last one."""

    items: tuple[T, ...]
    next: str = ""


def every(ask: Callable[[str], Page[T]]) -> Iterator[T]:
    """Everything that a list holds, page by page: `ask` gives the page after a cursor."""
    after = ""
    while True:
        page = ask(after)
        yield from page.items
        if not (after := page.next):
            return


def case_view(
    process: Process,
    number: int,
    snapshot: Snapshot,
    now: datetime,
    by: Actor | None = None,
    known: Snapshot | None = None,
) -> Case:
    """The case as it may be shown to `by` at `now` (aware): fields whose condition does not hold are left out.

    `known` is the case as it is, where `snapshot` is how it was: what may not be shown any more is left out too.
    """
    may_show = shows(process, snapshot, now, by, known)
    allowed = values_shown(process, snapshot, may_show)
    label = _label(process, allowed) or unnamed(process, number)
    owner, places = process.owner(snapshot.state), tuple(sorted(snapshot.held.values()))
    waiting = snapshot.waiting.get("place", "")
    return Case(
        id=number,
        process=snapshot.process,
        process_version=snapshot.version,
        version=snapshot.seq,
        label=label,
        state=snapshot.state,
        state_title=process.states[snapshot.state].title,
        owner=owner,
        opened=local(process, snapshot.opened),
        outcome=snapshot.outcome,
        organisation=snapshot.data.get(process.organisation),
        data=allowed,
        documents=_documents(process, snapshot, now, by, known),
        tasks=tuple(task_view(process, number, label, name, snapshot, now) for name, _ in _by_due(snapshot)),
        timers=tuple(
            timer_view(process, number, label, key, times[0], snapshot)
            for key, times in sorted(snapshot.timers.items(), key=lambda one: one[1])
        ),
        places=places,
        waiting_for=waiting,
        since=local(process, snapshot.entered[snapshot.state]) if snapshot.state in snapshot.entered else None,
        agendas={one.meeting: one.day for one in bookings(process, snapshot)},
        owner_title=process.title_of("roles", owner),
        place_titles=tuple(process.title_of("places", one) for one in places),
        waiting_title=process.title_of("places", waiting),
        series=shown_rows(process, snapshot, may_show),
        paused=paused_in(process, snapshot),
    )


def _by_due(snapshot: Snapshot) -> list[tuple[str, Any]]:
    # A sign behind all digits: what has no date comes last.
    return sorted(snapshot.tasks.items(), key=lambda one: (late_from(one[1]) or "~", one[0]))


def values_shown(process: Process, snapshot: Snapshot, may_show: Callable[[str], bool]) -> dict[str, Any]:
    """The data of a case, in the order of the process's fields, as far as `may_show` lets them be shown."""
    return {name: snapshot.data[name] for name in process.fields if name in snapshot.data and may_show(name)}


def shows(
    process: Process, snapshot: Snapshot, now: datetime, by: Actor | None, known: Snapshot | None = None
) -> Callable[[str], bool]:
    """Whether a field may be shown to `by` at `now`, by its name; as it was then and, where it is `known`, as it is."""
    seen, roles = [view_of(one, now) for one in (snapshot, known) if one], roles_in(process, by)
    return lambda name: all(shown_to(process, name, one, roles) for one in seen)


def view_of(snapshot: Snapshot, now: datetime) -> View:
    """What expressions see of a case at `now` (aware) that guard what is shown: free places are none of it."""
    links = ends_by_link(snapshot.process, snapshot.links)
    return View(snapshot.data, snapshot.state, snapshot.documents, {}, now, from_text(snapshot.opened), links=links)


def anonymous(process: Process, snapshot: Snapshot, now: datetime, by: Actor | None = None) -> bool:
    """Whether `by` (None: whoever has no right of their own) may not be told at `now` whom the case is about."""
    return is_anonymous(process, view_of(snapshot, now), roles_in(process, by))


def label_of(process: Process, number: int, snapshot: Snapshot, now: datetime, by: Actor | None = None) -> str:
    """What people call the case: its label field while that may be shown at `now` (aware), else its number."""
    if process.label in snapshot.data and shows(process, snapshot, now, by)(process.label):
        return _label(process, snapshot.data) or unnamed(process, number)
    return unnamed(process, number)


def _label(process: Process, data: Mapping[str, Any]) -> str:
    """The name of a case, as people read the field that it stands in; empty where nothing stands there."""
    return text_of(process.fields[process.label], data[process.label]) if process.label in data else ""


def unnamed(process: Process, number: int) -> str:
    """What a case is called where its label may not be shown, or it has none."""
    return f"{process.noun} {number}"


def is_unnamed(label: str, number: int) -> bool:
    """Whether that is all that a case is called."""
    return label in {f"case {number}", f"row {number}"}


def public_label(process: Process, snapshot: Snapshot) -> str | None:
    """What everybody who may see the case knows it by; None where it has no such name now."""
    name = _label(process, snapshot.data)
    if not name:
        return None
    # As it was at the last step, for it is written with that one: what may be shown now, `label_of` says.
    return name if shown(process, process.label, view_of(snapshot, from_text(snapshot.last_at))) else None


def known_answers(process: Process, case: Case, event: str) -> dict[str, Any]:
    """What the form of an event asks for, as far as it is known of a case already."""
    found = process.event(case.state, event)
    return {name: case.data[name] for name in (found.form if found else ()) if name in case.data}


def local(process: Process, instant: str) -> datetime:
    """A stored instant on the wall clock of the process."""
    return _on_clock(instant, process.zone)


# The rows of a page and the parts of a case share few instants.
@functools.lru_cache(4096)
def _on_clock(instant: str, zone: ZoneInfo) -> datetime:
    return from_text(instant).astimezone(zone)


def task_view(process: Process, case: int, label: str, name: str, snapshot: Snapshot, now: datetime) -> Task:
    """An open task of a case as it is at `now` (aware)."""
    kind, task = process.task(name), snapshot.tasks[name]
    late = local(process, since) if (since := late_from(task)) else None
    overdue = late is not None and late < now
    return Task(
        case=case,
        label=label,
        task=name,
        title=process.title_of("tasks", name),
        role=task["role"],
        raised=local(process, task["raised"]),
        person=task.get("person"),
        due=local(process, task["due"]) if task.get("due") else None,
        overdue=overdue,
        escalated=task.get("escalated"),
        done_by=tuple(sorted(kind.done_by)) if kind else (),
        late_since=late if overdue else None,
        days_late=days_late(late, now, process.zone) if late and overdue else 0,
        overdue_of=task.get("overdue_of"),
        role_title=process.title_of("roles", task["role"]),
        escalated_title=process.title_of("roles", task.get("escalated") or ""),
        roughly=is_rough_task(process, name, task),
        organisation=snapshot.data.get(process.organisation),
    )


def timer_view(process: Process, case: int, label: str, key: str, due: str, snapshot: Snapshot) -> Timer:
    """A timer of a case."""
    rough = is_rough_timer(process, key, due, snapshot.tasks)
    does, title = timer_does(process, key, snapshot.tasks), timer_title(process, key, snapshot.tasks)
    return Timer(case, label, key, local(process, due), does, title, rough)


def _documents(
    process: Process, snapshot: Snapshot, now: datetime, by: Actor | None, known: Snapshot | None
) -> tuple[Document, ...]:
    named = not snapshot.documents or not any(anonymous(process, one, now, by) for one in (snapshot, known) if one)
    return tuple(one for kind in sorted(snapshot.documents) for one in copies_of(process, snapshot, kind, named=named))


def copies_of(process: Process, snapshot: Snapshot, kind: str, *, named: bool) -> list[Document]:
    """The documents of one kind that a case has, the newest last.

    Where they are not `named` they are called by their kind: what somebody called a file may tell whom it is about.
    """
    title = process.title_of("documents", kind)
    return [
        Document(
            document=kind,
            title=title,
            name=one["name"] if named else title + ending_of(one["type"]),
            type=one["type"],
            size=one["size"],
            hash=one["hash"],
            at=local(process, one["at"]),
            by=one["by"],
        )
        for one in snapshot.documents.get(kind, ())
    ]
