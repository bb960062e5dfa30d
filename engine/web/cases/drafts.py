"""Drafts: a case that somebody begins to write down, as a list of parts to be left and gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.case.refusal import Code
from engine.case.sight import Action, may
from engine.process.definition import Process, Section
from engine.service import Case
from engine.service.desk.drafts import UnknownDraft, seal_of
from engine.service.documents.admission import Unwanted, file_name
from engine.source.words import counted
from engine.store.desk.notes import StoredDraft
from engine.web.forms.forms import Question, question, read, said, with_answers
from engine.web.page import ask_once, go, show
from engine.web.visitor import CaseVisiting, Elsewhere, NotFound, SentBy, Visitor, Whole

router = APIRouter()
Number = Annotated[Whole, Path(ge=1, le=2**31 - 1)]
Part = Annotated[Whole, Path(ge=0, le=100)]


@router.get("/cases-new")
def choose(request: Request, visitor: CaseVisiting, discarded: Whole = 0) -> Response:
    """What kind of case to begin, and where."""
    return _ways(request, visitor, done="The draft is discarded." if discarded else "")


def _ways(request: Request, visitor: Visitor, status: int = 200, problem: str = "", done: str = "") -> Response:
    ways = [(one, one.states[state]) for one in visitor.opens for state in one.initial]
    if not ways:
        raise NotFound
    return show(request, "draft_new.html", status, ways=ways, drafts=_told(visitor), problem=problem, done=done)


def _told(visitor: Visitor) -> list[tuple[StoredDraft, str]]:
    known = {one.name: one for one in visitor.takes_part}
    return [
        (one, known[one.process].title_of("states", one.state))
        for one in visitor.engine.desk.drafts(visitor.actor)
        if one.process in known
    ]


@router.post("/drafts")
def begin(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """Begin a draft."""
    name, _, state = posted.text("way", 200).partition(" ")
    for process in visitor.opens:
        if process.name == name and state in process.initial:
            return go(f"/drafts/{visitor.engine.desk.begin_draft(name, state, visitor.actor)}")
    return _ways(request, visitor, 422, "Choose what you need.")


def _draft(visitor: Visitor, number: int) -> tuple[StoredDraft, Process]:
    draft = visitor.engine.desk.draft(number, visitor.actor)
    if draft.case is not None:
        raise Elsewhere(f"/cases/{draft.case}?did=sent")
    process = next((one for one in visitor.opens if one.name == draft.process), None)
    if process is None:
        raise NotFound
    return draft, process


def _progress(process: Process, draft: StoredDraft, section: Section, faults: Mapping[str, str]) -> str:
    """How far a part has come: done, begun, with something to mend, or not begun."""
    form = process.opening.form
    answered = [name for name in section.fields if name in draft.data]
    if not answered:
        return "Not begun"
    if set(answered) & set(faults):
        return "To be mended"
    return "Done" if all(name in draft.data for name in section.fields if form[name]) else "Begun"


@router.get("/drafts/{number}")
def parts(request: Request, visitor: CaseVisiting, number: Number) -> Response:
    """The parts of a draft, and how far each has come."""
    return _parts(request, visitor, number)


def _parts(request: Request, visitor: Visitor, number: int, status: int = 200, problem: str = "") -> Response:
    draft, process = _draft(visitor, number)
    faults = visitor.engine.check_opening(draft.process, draft.data)
    sections = [(i, one, _progress(process, draft, one, faults)) for i, one in enumerate(process.opening.sections)]
    values: dict[str, Any] = {"sections": sections, "state": process.states[draft.state], "problem": problem}
    return show(request, "draft.html", status, draft=draft, process=process, **values)


def _questions(visitor: Visitor, process: Process, draft: StoredDraft, section: Section) -> list[Question]:
    own = {process.organisation: visitor.person.organisation, process.area: visitor.person.area}
    asked = []
    for name in section.fields:
        value = draft.data.get(name) or (own.get(name) if name else None)
        choices = None
        if name == process.organisation and process.fields[name].type == "text":
            choices = _organisations(visitor, process)
        asked.append(question(process.fields[name], required=process.opening.form[name], value=value, choices=choices))
        if choices is not None:
            asked[-1].type = "select"
    return asked


def _organisations(visitor: Visitor, process: Process) -> list[tuple[str, str]] | None:
    """The organisations to choose from; one's own for those who belong to one."""
    if visitor.person.organisation and not may(visitor.actor, Action.OVERSEE, process):
        return [(visitor.person.organisation, visitor.person.organisation)]
    return [(one.name, one.name) for one in visitor.engine.partners(process.name)] or None


@router.get("/drafts/{number}/part/{part}")
def ask_part(request: Request, visitor: CaseVisiting, number: Number, part: Part) -> Response:
    """The form of one part, with what was typed; also where that has to be mended."""
    return _part(request, visitor, number, part)


def _part(request: Request, visitor: Visitor, number: int, part: int, status: int = 200) -> Response:
    draft, process = _draft(visitor, number)
    section = _section(process, part)
    asked = with_answers(_questions(visitor, process, draft, section), draft.data, _wrong(visitor, draft, section))
    return show(request, "draft_part.html", status, draft=draft, section=section, part=part, questions=asked)


def _wrong(visitor: Visitor, draft: StoredDraft, section: Section) -> dict[str, str]:
    """What is wrong with the answers of a part that were given."""
    faults = visitor.engine.check_opening(draft.process, draft.data)
    return {name: text for name, text in faults.items() if name in section.fields and name in draft.data}


def _section(process: Process, part: int) -> Section:
    if part >= len(process.opening.sections):
        raise NotFound
    return process.opening.sections[part]


@router.post("/drafts/{number}/part/{part}")
def answer_part(request: Request, visitor: CaseVisiting, number: Number, part: Part, posted: SentBy) -> Response:
    """Keep the answers of one part as they are, then check them against the whole draft; but let go who leaves."""
    draft, process = _draft(visitor, number)
    section = _section(process, part)
    answers = read(_questions(visitor, process, draft, section), posted)
    kept = visitor.engine.desk.keep_answers(number, answers, visitor.actor)
    step = posted.text("step", 10)
    # Sent by the script of the page while somebody types or leaves: nobody reads the answer.
    if step == "keep":
        return Response(status_code=204)
    if step != "leave" and _wrong(visitor, kept, section):
        return _part(request, visitor, number, part, 422)
    return go(f"/drafts/{number}")


@router.get("/drafts/{number}/documents")
def ask_documents(request: Request, visitor: CaseVisiting, number: Number) -> Response:
    """The documents of a draft."""
    return _documents(request, visitor, number)


def _documents(
    request: Request, visitor: Visitor, number: int, status: int = 200, problems: tuple[str, ...] = ()
) -> Response:
    draft, process = _draft(visitor, number)
    return show(request, "draft_documents.html", status, draft=draft, process=process, problems=problems)


@router.post("/drafts/{number}/documents")
def attach(request: Request, visitor: CaseVisiting, number: Number, posted: SentBy) -> Response:
    """Keep documents with a draft, or take one out."""
    _, process = _draft(visitor, number)
    kind, files = posted.text("document", 60), posted.files("files")
    if posted.text("remove"):
        visitor.engine.desk.detach(number, kind, posted.text("remove", 64), visitor.actor)
        return go(f"/drafts/{number}/documents")
    if not files or kind not in process.documents:
        return _documents(request, visitor, number, 422, ("Choose one or more files.",))
    problems = []
    for upload in files:
        try:
            visitor.engine.desk.attach(number, kind, upload.filename or "", upload.file, visitor.actor)
        except Unwanted as unwanted:
            problems.append(f"{file_name(upload.filename or '')}: {unwanted}")
    if problems:
        return _documents(request, visitor, number, 422, tuple(problems))
    return go(f"/drafts/{number}/documents")


@router.get("/drafts/{number}/check")
def check(request: Request, visitor: CaseVisiting, number: Number) -> Response:
    """Everything that will be sent, to be looked over."""
    return _check(request, visitor, number)


def _check(request: Request, visitor: Visitor, number: int, status: int = 200, problem: str = "") -> Response:
    draft, process = _draft(visitor, number)
    values: dict[str, Any] = {"sections": _answers(visitor, process, draft), "seal": seal_of(draft), "problem": problem}
    return show(request, "draft_check.html", status, draft=draft, process=process, **values)


def _answers(visitor: Visitor, process: Process, draft: StoredDraft) -> list[tuple[int, Section, list[Any]]]:
    found = []
    for i, section in enumerate(process.opening.sections):
        rows = [
            (one.title, said(one, process.fields[one.name], draft.data.get(one.name)))
            for one in _questions(visitor, process, draft, section)
        ]
        found.append((i, section, rows))
    return found


@router.post("/drafts/{number}/send")
def send(request: Request, visitor: CaseVisiting, number: Number, posted: SentBy) -> Response:
    """Begin the case that the draft describes, as it was looked over."""
    _draft(visitor, number)
    result = visitor.engine.desk.send(number, visitor.actor, posted.text("seal", 64) or None)
    if isinstance(result, Case):
        return go(f"/cases/{result.id}/done/1")
    if result.code is Code.CHANGED:
        return _check(request, visitor, number, 409, result.message)
    return _parts(request, visitor, number, 422, result.message)


@router.get("/drafts/{number}/discard")
def ask_to_discard(request: Request, visitor: CaseVisiting, number: Number) -> Response:
    """Ask once whether a draft is to be forgotten."""
    draft, process = _draft(visitor, number)
    kept = f"{counted(len(draft.data), 'answer')} and {counted(len(draft.documents), 'document')} are forgotten."
    return ask_once(
        request,
        "Discard this draft?",
        f"{process.title_of('states', draft.state)}, draft {number}: {kept} This cannot be taken back.",
        submit="Discard it",
        action=f"/drafts/{number}/discard",
        back=f"/drafts/{number}",
    )


@router.post("/drafts/{number}/discard")
def discard(visitor: CaseVisiting, number: Number, _: SentBy) -> Response:
    """Forget a draft; one that is gone already needs no more."""
    with suppress(UnknownDraft):
        visitor.engine.desk.discard(number, visitor.actor)
    return go("/cases-new?discarded=1")
