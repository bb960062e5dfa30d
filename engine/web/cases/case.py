"""Case: what is known of one, where it stands, what may be done next, its timeline, notes and access log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.case.kinds import StepKind
from engine.case.refusal import Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.link import links_by
from engine.process.definition import Process
from engine.service import Case, Overview, Task, Told
from engine.service.cases.views import anonymous, local
from engine.service.people.arrivals import Look
from engine.source import name
from engine.web.page import go, initial, show
from engine.web.visitor import MOST_TYPED, Before, CaseVisiting, Looking, NotFound, SentBy, Visiting, Visitor, Whole

router = APIRouter()
# What may be done with a task, as a confirmation says it.
DONE = {"claim": "taken on", "done": "done", "assign": "given", "postpone": "given another date"}
# Accesses on one page.
SHOWN = 200
# Steps on one page of the timeline.
STEPS = 100
SENT = "This draft was sent already. Here is the case that came of it."
LINKED = "The cases are linked."
UNLINKED = "The link was removed from both cases."
CORRECTED = "The value was corrected. The wrong one stays in the history."
UNDONE = "It was taken back. Both stand in the timeline."
CaseNumber = Annotated[Whole, Path(ge=1, le=2**31 - 1)]
EntryNumber = CaseNumber


@dataclass(frozen=True)
class Stop:
    """A state on the small map of a process."""

    title: str
    here: bool
    been: bool


@dataclass(frozen=True)
class Seen:
    """A case with what its pages share. `retained` is what was last decided of its erasure, by whom and when.

    `anonymous`: not everybody who sees the case may be told whom it is about. `correctable`: they may put right values
    in the place of wrong ones.
    """

    process: Process
    snapshot: Snapshot
    overview: Overview
    stops: list[Stop]
    changeable: bool
    done: Told | None = None
    retained: str = ""
    retained_by: str = ""
    retained_at: datetime | None = None
    anonymous: bool = False
    correctable: bool = False

    @property
    def case(self) -> Case:
        """The case."""
        return self.overview.case

    def ways(self, task: Task) -> list[tuple[str, str]]:
        """The events that do a task of it and that the visitor may let happen now: where, and what each is called."""
        kind = self.process.task(task.task)
        asked = kind.answered_in if kind else ""
        said = f"?task={task.task}"
        return [
            (f"/cases/{task.case}/do/{one.event}{said if asked in one.offers else ''}", one.title)
            for one in self.overview.possible
            if one.allowed and one.event in task.done_by
        ]

    @property
    def called(self) -> str:
        """What it is, with its number: Case 12; of a row the word of its register."""
        return f"{self.process.case} {self.case.id}"

    @property
    def contacts(self) -> list[tuple[str, str]]:
        """What tells who the case is about, and how to reach people about it."""
        fields = self.process.fields
        return [(one.title, one.text) for one in self.overview.fields if fields[one.field].personal]

    @property
    def title(self) -> str:
        """What the case is called, with a capital letter."""
        return initial(self.case.label)


def see(visitor: Visitor, number: int, what: str) -> Seen:
    """A case that the visitor may see; that they saw it is kept.

    Raises:
        UnknownCase: there is none, or it is not for them.
    """
    engine, look = visitor.engine, visitor.look
    if look is None:
        look = Look(number, *engine.overview_of(number, visitor.actor, what=what))
    else:
        engine.arrivals.keep_shown(visitor.session, look, what)
    changeable = may(visitor.actor, Action.CHANGE, look.process, look.snapshot)
    stops, said = _map(look.process, look.overview), look.snapshot.retention
    at = local(look.process, said["at"]) if said else None
    decided = look.snapshot.retained, said.get("by", ""), at
    hidden = anonymous(look.process, look.snapshot, engine.clock.now())
    correctable = may(visitor.actor, Action.CORRECT, look.process, look.snapshot) and decided[0] != "erased"
    shared = (look.process, look.snapshot, look.overview, stops, changeable, look.done, *decided)
    return Seen(*shared, anonymous=hidden, correctable=correctable)


def _map(process: Process, overview: Overview) -> list[Stop]:
    """The states of a process that are no ends, and the end that the case came to."""
    case, only_wait = overview.case, _waiting_states(process)
    stops = [
        Stop(state.title, state.name == case.state, state.name in overview.been)
        for state in process.leaves()
        if not state.final and (state.name == case.state or state.name not in only_wait)
    ]
    return [*stops, Stop(case.outcome, here=True, been=True)] if case.ended else stops


def _waiting_states(process: Process) -> set[str | None]:
    """The states that cases come to only where they wait for a place."""
    return {one.hold.otherwise for one in process.states.values() if one.hold}


@router.get("/cases/{number}")
def case_page(
    request: Request,
    visitor: Looking,
    number: CaseNumber,
    did: str = "",
    task: Annotated[str, Query(max_length=name.LONGEST)] = "",
) -> Response:
    """The overview of a case; `did` and `task` say what was just done with one of its tasks."""
    seen = see(visitor, number, "case")
    done = {"sent": SENT, "corrected": CORRECTED, "undone": UNDONE, "linked": LINKED, "unlinked": UNLINKED}.get(did, "")
    if did in DONE and seen.process.task(task):
        done = f"{seen.process.title_of('tasks', task)}: {DONE[did]}."
    certificate = visitor.engine.certificate(number, visitor.actor).number if seen.retained == "erased" else ""
    links = seen.overview.links
    visitor.engine.note_linked(links, visitor.actor)
    values: dict[str, Any] = {
        "certificate": certificate,
        "undoable": visitor.engine.undos.undoable(number, visitor.actor, (seen.process, seen.snapshot)),
        "links": links,
        "link_kinds": links_by(visitor.actor, seen.process, seen.snapshot),
    }
    return show(request, "case.html", seen=seen, tab="overview", done=done, **values)


@router.get("/cases/{number}/timeline")
def timeline(
    request: Request,
    visitor: Visiting,
    number: CaseNumber,
    after: Annotated[str, Query(max_length=8000)] = "",
    entry: Before = 0,
    kind: Annotated[list[str] | None, Query(max_length=len(StepKind))] = None,
) -> Response:
    """What happened to a case, the latest first; `entry` asks for the page with that step, as `#entry-N` does on it,
    `kind` for steps of some kinds only.

    Auditors read this page too, without content.
    """
    if not visitor.is_auditor and not visitor.sees_cases:
        raise NotFound
    # Shown by the timeline: whoever is told here what was answered is written down with it.
    seen = None if visitor.is_auditor else see(visitor, number, "")
    told, process = visitor.engine.timeline(number, visitor.actor, STEPS, after, entry=entry, kinds=kind or ())
    shared: dict[str, Any] = {"history": told, "number": number, "kinds": list(StepKind)}
    if seen is None:
        return show(request, "history.html", process=process, **shared)
    return show(request, "timeline.html", seen=seen, tab="timeline", **shared)


@router.get("/cases/{number}/accesses")
def accesses(
    request: Request, visitor: Visiting, number: CaseNumber, after: Annotated[str, Query(max_length=8000)] = ""
) -> Response:
    """Who was shown personal data of a case."""
    if visitor.is_auditor:
        found = visitor.engine.access_page(number, visitor.actor, SHOWN, after)
        return show(request, "history_accesses.html", accesses=found, number=number)
    if not visitor.sees_cases:
        raise NotFound
    seen = see(visitor, number, "access log")
    found = visitor.engine.access_page(number, visitor.actor, SHOWN, after)
    return show(request, "accesses.html", seen=seen, tab="accesses", accesses=found, number=number)


@router.get("/cases/{number}/notes")
def notes(request: Request, visitor: Looking, number: CaseNumber, kept: Whole = 0, before: Before = 0) -> Response:
    """The notes on a case."""
    done = f"The note is kept with case {number}." if kept else ""
    return _notes(request, visitor, number, done=done, before=before)


def _notes(
    request: Request,
    visitor: Visitor,
    number: int,
    status: int = 200,
    refusal: Refusal | None = None,
    text: str = "",
    done: str = "",
    before: int = 0,
) -> Response:
    seen = see(visitor, number, "notes")
    found = visitor.engine.desk.note_page(number, visitor.actor, before, what="")
    error = "" if refusal is None else refusal.message
    values: dict[str, Any] = {"notes": found.items, "earlier": found.next, "error": error, "text": text, "done": done}
    return show(request, "notes.html", status, seen=seen, tab="notes", **values)


@router.post("/cases/{number}/notes")
def write_note(request: Request, visitor: CaseVisiting, number: CaseNumber, posted: SentBy) -> Response:
    """Keep a note."""
    text = posted.text("text", MOST_TYPED)
    refusal = visitor.engine.desk.write_note(number, text, visitor.actor)
    if refusal is not None:
        return _notes(request, visitor, number, 422, refusal, text)
    return go(f"/cases/{number}/notes?kept=1")


@router.get("/histories")
def histories(request: Request, visitor: Visiting, number: Whole = 0) -> Response:
    """Where auditors ask for the history of a case by its number."""
    if not visitor.is_auditor:
        raise NotFound
    if number > 0:
        return go(f"/cases/{number}/timeline")
    return show(request, "histories.html")
