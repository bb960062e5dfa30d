"""Drafts: a case that somebody begins to write down, as a list of parts to be left and gone on with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.case.answers.wording import text_of
from engine.case.refusal import Code
from engine.case.sight import Action, may
from engine.process.definition import Process, Section
from engine.process.register import ORGANISATION
from engine.service import Case
from engine.service.desk.drafts import UnknownDraft, answers_in, as_taken, is_anonymous_draft, seal_of, unasked
from engine.service.documents.admission import Unwanted, file_name
from engine.source.words import counted
from engine.store.desk.notes import StoredDraft
from engine.web.faults import Elsewhere
from engine.web.forms.choosers import WRITE, Find, narrowed, offered, with_records
from engine.web.forms.forms import Question, question, read, with_answers
from engine.web.page import ask_once, go, query, show
from engine.web.told import tell
from engine.web.visitor import CaseVisiting, NotFound, SentBy, Visiting, Visitor, Whole

router = APIRouter()
# Drafts on one page.
PAGE = 100
Number = Annotated[Whole, Path(ge=1, le=2**31 - 1)]
Part = Annotated[Whole, Path(ge=0, le=100)]
SENT = "This draft was sent already, perhaps from another window."
GONE = "It was discarded, perhaps in another window, or it is not yours. Nothing of it is kept."


@router.get("/cases-new")
def choose(
    request: Request, visitor: Visiting, discarded: Whole = 0, after: Annotated[str, Query(max_length=8000)] = ""
) -> Response:
    """What kind of case to begin, and where; and a page of the drafts that are begun."""
    return _ways(request, visitor, done="The draft is discarded." if discarded else "", after=after)


def _ways(
    request: Request, visitor: Visitor, status: int = 200, problem: str = "", done: str = "", after: str = ""
) -> Response:
    ways = [(one, one.states[state]) for one in visitor.opens for state in one.initial]
    page, _ = visitor.engine.desk.draft_page(visitor.actor, PAGE, after)
    if not ways and not page.items and not done:
        raise NotFound
    values: dict[str, Any] = {"ways": ways, "drafts": _told(visitor, page.items), "problem": problem, "done": done}
    values |= {"next_href": f"/cases-new?{query({'after': page.next})}#drafts-begun" if page.next else ""}
    return show(request, "draft_new.html", status, **values)


def _told(visitor: Visitor, drafts: Iterable[StoredDraft]) -> list[tuple[StoredDraft, str]]:
    opened = {one.name: one for one in visitor.begins}
    return [(one, _begins(opened[one.process], one) if one.process in opened else "It has to wait") for one in drafts]


def _begins(process: Process, draft: StoredDraft) -> str:
    """What a draft is to become: a case says it by where it begins, a row of a register by what it is."""
    return process.rows.row if process.rows else process.title_of("states", draft.state)


@router.post("/drafts")
def begin(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """Begin a draft."""
    name, _, state = posted.text("way", 200).partition(" ")
    for process in visitor.begins:
        if process.name == name and state in process.initial:
            return go(f"/drafts/{visitor.engine.desk.begin_draft(name, state, visitor.actor, untouched=True)}")
    return _ways(request, visitor, 422, "Choose what you need.")


def gone(request: Request, _: Exception) -> Response:
    """A draft that is not there, whatever was asked of it; one of somebody else is told of in the same words."""
    visitor: Visitor = request.state.visitor
    ways = ("/cases-new", "Begin a case") if visitor.opens else ("/", "Go to the first page")
    return tell(request, 404, "This draft is not there", GONE, href=ways[0], link=ways[1])


def _begun(visitor: Visitor, number: int) -> StoredDraft:
    """A draft of the visitor that is not sent, also where they may begin no such case any more."""
    draft = visitor.engine.desk.draft(number, visitor.actor)
    if draft.case is not None:
        raise Elsewhere(f"/cases/{draft.case}?did=sent", SENT)
    return draft


def _draft(visitor: Visitor, number: int) -> tuple[StoredDraft, Process]:
    """A draft that the visitor can go on with."""
    draft = _begun(visitor, number)
    process = _opened(visitor, draft)
    if process is None:
        raise Elsewhere(f"/drafts/{number}")
    return draft, process


def _opened(visitor: Visitor, draft: StoredDraft) -> Process | None:
    return next((one for one in visitor.begins if one.name == draft.process), None)


def _size(draft: StoredDraft) -> str:
    return f"{counted(len(draft.data), 'answer')} and {counted(len(draft.documents), 'document')}"


def _progress(process: Process, draft: StoredDraft, section: Section, faults: Mapping[str, str]) -> str:
    """How far a part has come: done, begun, with something to mend, or not begun."""
    form = process.opening.form
    answered = [name for name in section.fields if name in draft.data]
    if not answered:
        return "Not begun"
    if set(answered) & set(faults):
        return "To be mended"
    known = {*draft.data, *process.begun_with}
    return "Done" if all(name in known for name in section.fields if form[name]) else "Begun"


@router.get("/drafts/{number}")
def parts(request: Request, visitor: Visiting, number: Number) -> Response:
    """The parts of a draft, and how far each has come; or that it has to wait."""
    draft = _begun(visitor, number)
    if _opened(visitor, draft) is None:
        return show(request, "draft_held.html", draft=draft, kept=_size(draft))
    return _parts(request, visitor, number)


def _parts(request: Request, visitor: Visitor, number: int, status: int = 200, problem: str = "") -> Response:
    kept, process = _draft(visitor, number)
    draft = as_taken(process, kept)
    faults = _faults(visitor, draft)
    sections = [(i, one, _progress(process, draft, one, faults)) for i, one in _sections(visitor, process, draft)]
    values: dict[str, Any] = {"sections": sections, "state": process.states[draft.state], "problem": problem}
    return show(
        request, "draft.html", status, draft=draft, process=process, left=_left(visitor, process, kept), **values
    )


def _faults(visitor: Visitor, draft: StoredDraft) -> dict[str, str]:
    """What is wrong with the answers of a draft, with the documents that it has so far."""
    return visitor.engine.check_opening(draft.process, draft.data, (one["document"] for one in draft.documents))


def _left(visitor: Visitor, process: Process, draft: StoredDraft) -> list[str]:
    """What of a draft is not sent, because the process has another version since: a sentence for each."""
    taken = as_taken(process, draft)
    if taken == draft:
        return []
    # This version may not even know what they are called, or what could be chosen: one before it does.
    versions = visitor.engine.published.lately(process.name)

    def title(kind: str, name: str) -> str:
        return _knowing(versions, kind, name).title_of(kind, name)

    begins = process.states[taken.state].title
    moved = [f"A case does not begin at {title('states', draft.state)} any more. This one begins at {begins}."]
    fields = [
        f"{title('fields', name)} is not asked for any more:"
        f" {text_of(_knowing(versions, 'fields', name).fields.get(name), value)}"
        for name, value in draft.data.items()
        if name not in taken.data
    ]
    documents = [
        f"{title('documents', one['document'])} is not taken any more: {one['name']}"
        for one in draft.documents
        if one not in taken.documents
    ]
    return (moved if taken.state != draft.state else []) + fields + documents


def _knowing(versions: list[Process], kind: str, name: str) -> Process:
    """The first of the versions that knows something by this name; the first of all where none does."""
    return next((one for one in versions if name in getattr(one, kind)), versions[0])


def _questions(visitor: Visitor, process: Process, draft: StoredDraft, section: Section) -> list[Question]:
    own = {process.organisation: visitor.actor.organisation, process.area: visitor.actor.area}
    asked, defaults = [], _defaults(visitor, process, draft)
    for name in section.fields:
        value = draft.data.get(name) or (own.get(name) if name else None) or defaults.get(name)
        asked.append(question(process.fields[name], required=process.opening.form[name], value=value))
        if _is_organisation(process, name):
            offered(asked[-1], _organisations(visitor, process))
    return with_records(visitor.engine, process, asked, draft.data)


def _defaults(visitor: Visitor, process: Process, draft: StoredDraft) -> dict[str, Any]:
    """What stands in the form of a draft where nothing was answered."""
    if not process.begun_with:
        return {}
    answers = answers_in(process, draft, visitor.engine.clock.now())
    return {name: answers[name] for name in process.begun_with if name in answers and name not in draft.data}


def _is_organisation(process: Process, name: str) -> bool:
    return name == process.organisation and process.fields[name].type in {"text", ORGANISATION}


def _organisations(visitor: Visitor, process: Process) -> Find:
    """How the organisations are found to choose from; one's own for those who belong to one."""
    own = visitor.actor.organisation
    if own and not may(visitor.actor, Action.OVERSEE, process):
        return lambda _, most: [(own, own)][:most]

    def find(search: str, most: int) -> list[tuple[str, str]]:
        found = visitor.engine.among.partners_named(process.base, search, most)
        return [(one.name, one.name) for one in found]

    return find


@router.get("/drafts/{number}/part/{part}")
def ask_part(request: Request, visitor: Visiting, number: Number, part: Part) -> Response:
    """The form of one part, with what was typed; also where that has to be mended."""
    return _part(request, visitor, number, part)


def _part(request: Request, visitor: Visitor, number: int, part: int, status: int = 200, written: str = "") -> Response:
    """The page; `written`: a part of the name of an organisation, which is none yet."""
    draft, process = _draft(visitor, number)
    section = _section(visitor, process, draft, part)
    asked = with_answers(_questions(visitor, process, draft, section), draft.data, _wrong(visitor, draft, section))
    for one in asked:
        if written and one.name == process.organisation:
            one.value = written
            narrowed(one, _organisations(visitor, process))
    return show(request, "draft_part.html", status, draft=draft, section=section, part=part, questions=asked)


def _wrong(visitor: Visitor, draft: StoredDraft, section: Section) -> dict[str, str]:
    """What is wrong with the answers of a part that were given."""
    faults = _faults(visitor, draft)
    return {name: text for name, text in faults.items() if name in section.fields and name in draft.data}


def _sections(visitor: Visitor, process: Process, draft: StoredDraft) -> list[tuple[int, Section]]:
    """The parts with what is asked in them now, by their places; one in which nothing is asked is none."""
    unknown = unasked(process, draft, visitor.engine.clock.now())
    left = (
        (i, tuple(name for name in one.fields if name not in unknown)) for i, one in enumerate(process.opening.sections)
    )
    return [(i, replace(process.opening.sections[i], fields=fields)) for i, fields in left if fields]


def _section(visitor: Visitor, process: Process, draft: StoredDraft, part: int) -> Section:
    found = dict(_sections(visitor, process, draft)).get(part)
    if found is None:
        raise NotFound
    return found


@router.post("/drafts/{number}/part/{part}")
def answer_part(request: Request, visitor: Visiting, number: Number, part: Part, posted: SentBy) -> Response:
    """Keep the answers of one part as they are, then check them against the whole draft; but let go who leaves."""
    draft = _begun(visitor, number)
    # Also of who may begin no such case any more since the form was shown: what was typed is not lost.
    process = next((one for one in visitor.known if one.name == draft.process), None)
    if process is None:
        raise NotFound
    section = _section(visitor, process, draft, part)
    questions = _questions(visitor, process, draft, section)
    answers = read(questions, posted)
    written = _written(visitor, process, questions, answers)
    if written and process.organisation:
        # A part of a name is no answer yet: a case sent with it would be seen by nobody.
        answers[process.organisation] = ""
    kept = visitor.engine.desk.keep_answers(number, answers, visitor.actor)
    step = posted.text("step", 10)
    # Sent by the script of the page while somebody types or leaves: nobody reads the answer.
    if step == "keep":
        return Response(status_code=204)
    if step != "leave" and _opened(visitor, kept) and (written or _wrong(visitor, kept, section)):
        return _part(request, visitor, number, part, 422, written)
    return go(f"/drafts/{number}")


def _written(visitor: Visitor, process: Process, questions: list[Question], answers: Mapping[str, Any]) -> str:
    """What was written of an organisation that is chosen by a part of its name, where it is the name of none."""
    for one in questions:
        if _is_organisation(process, one.name) and WRITE in one.hint:
            said = str(answers.get(one.name) or "").strip()
            return "" if visitor.engine.among.is_partner(process.base, said) else said
    return ""


@router.get("/drafts/{number}/documents")
def ask_documents(request: Request, visitor: Visiting, number: Number) -> Response:
    """The documents of a draft."""
    return _documents(request, visitor, number)


def _documents(
    request: Request, visitor: Visitor, number: int, status: int = 200, problems: tuple[str, ...] = ()
) -> Response:
    draft, process = _draft(visitor, number)
    hidden = is_anonymous_draft(process, draft, visitor.engine.clock.now())
    values: dict[str, Any] = {"problems": problems, "anonymous": hidden}
    return show(request, "draft_documents.html", status, draft=draft, process=process, **values)


@router.post("/drafts/{number}/documents")
def attach(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
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
            name, taken = upload.filename or "", process.documents[kind]
            visitor.engine.desk.attach(number, kind, name, upload.file, visitor.actor, taken)
        except Unwanted as unwanted:
            problems.append(f"{file_name(upload.filename or '')}: {unwanted}")
    if problems:
        return _documents(request, visitor, number, 422, tuple(problems))
    return go(f"/drafts/{number}/documents")


@router.get("/drafts/{number}/check")
def check(request: Request, visitor: Visiting, number: Number) -> Response:
    """Everything that will be sent, to be looked over."""
    return _check(request, visitor, number)


def _check(request: Request, visitor: Visitor, number: int, status: int = 200, problem: str = "") -> Response:
    kept, process = _draft(visitor, number)
    draft = as_taken(process, kept)
    values: dict[str, Any] = {"sections": _answers(visitor, process, draft), "seal": seal_of(draft), "problem": problem}
    return show(
        request, "draft_check.html", status, draft=draft, process=process, left=_left(visitor, process, kept), **values
    )


def _answers(visitor: Visitor, process: Process, draft: StoredDraft) -> list[tuple[int, Section, list[Any]]]:
    found, said = [], _defaults(visitor, process, draft) | draft.data
    names = visitor.engine.among.names(process, said)
    for i, section in _sections(visitor, process, draft):
        rows = [
            (one.title, text_of(process.fields[one.name], said.get(one.name), names))
            for one in _questions(visitor, process, draft, section)
        ]
        found.append((i, section, rows))
    return found


@router.post("/drafts/{number}/send")
def send(request: Request, visitor: Visiting, number: Number, posted: SentBy) -> Response:
    """Begin the case that the draft describes, as it was looked over."""
    _draft(visitor, number)
    result = visitor.engine.desk.send(number, visitor.actor, posted.text("seal", 64) or None)
    if isinstance(result, Case):
        return go(f"/cases/{result.id}/done/1")
    if result.code is Code.CHANGED:
        return _check(request, visitor, number, 409, result.message)
    return _parts(request, visitor, number, 422, result.message)


@router.get("/drafts/{number}/discard")
def ask_to_discard(request: Request, visitor: Visiting, number: Number) -> Response:
    """Ask once whether a draft is to be forgotten."""
    draft = _begun(visitor, number)
    process, kept = _opened(visitor, draft), f"{_size(draft)} are forgotten."
    named = f"{_begins(process, draft)}, draft" if process else "Draft"
    return ask_once(
        request,
        "Discard this draft?",
        f"{named} {number}: {kept} This cannot be taken back.",
        submit="Discard it",
        action=f"/drafts/{number}/discard",
        back=f"/drafts/{number}",
    )


@router.post("/drafts/{number}/discard")
def discard(visitor: Visiting, number: Number, _: SentBy) -> Response:
    """Forget a draft; one that is gone already needs no more."""
    try:
        visitor.engine.desk.discard(number, visitor.actor)
    except UnknownDraft:
        if not visitor.sees_cases:
            raise NotFound from None
    # One that was sent from another window meanwhile is still there: nothing was discarded.
    with suppress(UnknownDraft):
        _begun(visitor, number)
    return go("/cases-new?discarded=1")
