"""Routes of cases: finding, opening, seeing them, letting events happen, documents, history."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import Annotated, Any, BinaryIO, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import Field

from engine.api.asking import Data, Engined, Expected, Key, Moment, Reader, Text, Value, Whole, Writer, etag, tags
from engine.api.problem import Refused, of_refusal, problem, responses
from engine.case.kinds import StepKind
from engine.case.refusal import Refusal
from engine.service import Access, Case, Choice, Engine, Page, Told, as_data
from engine.service.cases.words import ANONYMOUS, choice_of
from engine.source import name

router = APIRouter(prefix="/cases", tags=["cases"])
# As far as a column of whole numbers goes in PostgreSQL: no case has a number beyond it.
CaseNumber = Annotated[Whole, Path(ge=1, le=2**31 - 1, description="The number of the case.")]
Name = Annotated[str, Path(pattern=name.PART, max_length=name.LONGEST)]
TaskName = Annotated[str, Path(pattern=name.TASK, max_length=name.LONGEST)]
Limit = Annotated[Whole, Query(ge=1, le=200, description="How many at most.")]
After = Annotated[str, Query(max_length=8000, description="`next` of the page before.")]
LONGEST_TYPE = 200
# What is longer lies on the disk while it arrives: many that are sent at once would fill the memory.
_IN_MEMORY = 64_000
T = TypeVar("T")


@dataclass
class CasePage:
    """Some of many cases: `next` begins the following page, and is empty on the last one."""

    items: list[Case]
    next: str


@dataclass
class Opening:
    """A case to begin."""

    process: Text
    state: Text | None = None
    data: Data = field(default_factory=dict)
    at: Moment | None = None


@dataclass
class Happening:
    """What an event's form says, and when it happened if that was earlier."""

    data: Data = field(default_factory=dict)
    at: Moment | None = None


def told(engine: Engine, result: Case | Refusal, response: Response) -> Any:
    """The case with its ETag, or the problem that a refusal is."""
    if isinstance(result, Refusal):
        raise of_refusal(result)
    response.headers["ETag"] = etag(engine.mark(result))
    return as_data(result)


def with_link(page: Page[T], request: Request, response: Response) -> Any:
    """The items of a page as plain values; where there is more, the header `Link` leads to it."""
    if page.next:
        # In a header (RFC 8288): the body stays the plain list that clients read before there were pages.
        # Path and query only: behind a proxy the host of a request is not the one that clients know.
        asked = request.url.include_query_params(after=page.next)
        response.headers["Link"] = f'<{asked.path}?{asked.query}>; rel="next"'
    return as_data(list(page.items))


@router.get("", response_model=CasePage, responses=responses(404))
def find_cases(
    engine: Engined,
    reader: Reader,
    process: Annotated[str, Query(max_length=name.LONGEST)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    owner: Annotated[str, Query(max_length=name.LONGEST)] = "",
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    overdue: bool = False,
    open_only: bool = False,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of the cases that you may see, by number; overdue ones by their oldest task."""
    page = engine.cases(
        process=process,
        state=state,
        owner=owner,
        organisation=organisation,
        overdue=overdue,
        open_only=open_only,
        by=reader,
        limit=limit,
        after=after,
    )
    return as_data(page)


@router.post("", status_code=201, response_model=Case, responses=responses(404, 409, 412))
def open_case(engine: Engined, writer: Writer, key: Key, opening: Opening, response: Response) -> Any:
    """Begin a case on the version of its process that is in force at its date."""
    result = engine.open_case(
        opening.process, writer, opening.data, state=opening.state, at=opening.at, idempotency_key=key
    )
    if isinstance(result, Case):
        response.headers["Location"] = f"/api/v1/cases/{result.id}"
    return told(engine, result, response)


@router.get("/{number}", response_model=Case, responses={304: {"description": "Not Modified"}, **responses(404)})
def see_case(
    engine: Engined,
    reader: Reader,
    number: CaseNumber,
    response: Response,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Any:
    """A case as it is now, as you may see it. Its ETag is its version and what tells this answer from others."""
    found = engine.case_unless(number, reader, tags(if_none_match)) if if_none_match else engine.case(number, reader)
    if isinstance(found, str):
        return Response(status_code=304, headers={"ETag": etag(found)})
    return told(engine, found, response)


@router.get("/{number}/history", response_model=list[Told], responses=responses(404))
def see_history(
    request: Request,
    response: Response,
    engine: Engined,
    reader: Reader,
    number: CaseNumber,
    kind: Annotated[list[StepKind] | None, Query(description="Only steps of these kinds.")] = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """What happened to a case, in order, in words, with what was answered as far as you may see it now.

    Where there is more, the header `Link` leads to it.
    """
    return with_link(engine.history_page(number, reader, limit, after, kinds=kind or ()), request, response)


@router.get("/{number}/accesses", response_model=list[Access], responses=responses(404))
def see_accesses(
    request: Request,
    response: Response,
    engine: Engined,
    reader: Reader,
    number: CaseNumber,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """Who was shown personal data of a case, the latest first.

    Where there is more, the header `Link` leads to it.
    """
    return with_link(engine.access_page(number, reader, limit, after), request, response)


@router.get("/{number}/events", response_model=list[Choice], responses=responses(404))
def possible_events(engine: Engined, reader: Reader, number: CaseNumber) -> Any:
    """What you may do next with a case; for what you may not, why not and what is missing."""
    return as_data([choice_of(one) for one in engine.possible_events(number, reader)])


@router.post("/{number}/events/{event}", response_model=Case, responses=responses(404, 409, 412))
def fire(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    event: Name,
    response: Response,
    expected: Expected,
    key: Key,
    happening: Annotated[Happening | None, Body()] = None,
) -> Any:
    """Let an event happen."""
    # Many events ask for nothing: then nothing need be sent.
    form = happening or Happening()
    result = engine.fire(number, event, writer, form.data, at=form.at, expected_version=expected, idempotency_key=key)
    return told(engine, result, response)


@dataclass
class Correction:
    """The value that came into a field with an entry of the history was wrong: what is right, and why."""

    entry: Annotated[Whole, Field(ge=1, le=2**31 - 1)]
    field: Text
    value: Value
    reason: Text


@router.post("/{number}/corrections", response_model=Case, responses=responses(404, 409, 412))
def correct(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    correction: Correction,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Correct a wrong value. It stays in the history, with the right one after it."""
    said = (correction.entry, correction.field, correction.value, correction.reason)
    result = engine.correct(number, *said, writer, expected_version=expected, idempotency_key=key)
    return told(engine, result, response)


@dataclass
class TakingBack:
    """The entry of what was done last in a case, and why it is taken back."""

    entry: Annotated[Whole, Field(ge=1, le=2**31 - 1)]
    reason: Text


@router.post("/{number}/undo", response_model=Case, responses=responses(404, 409, 412))
def undo(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    taking_back: TakingBack,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Take back what was done last. It stays in the history, with a later entry that takes it back."""
    result = engine.undo(
        number,
        taking_back.reason,
        writer,
        entry=taking_back.entry,
        expected_version=expected,
        idempotency_key=key,
    )
    return told(engine, result, response)


@router.post("/{number}/tasks/{task}/done", response_model=Case, responses=responses(404, 409, 412))
def complete_task(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    task: TaskName,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Tick a task off."""
    result = engine.complete_task(number, task, writer, expected_version=expected, idempotency_key=key)
    return told(engine, result, response)


@router.post("/{number}/tasks/{task}/claim", response_model=Case, responses=responses(404, 409, 412))
def claim_task(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    task: TaskName,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Take a task on yourself."""
    result = engine.claim_task(number, task, writer, expected_version=expected, idempotency_key=key)
    return told(engine, result, response)


@dataclass
class Assignment:
    """Whom a task is given to; null gives it back to its role."""

    person: Text | None = None


@router.post("/{number}/tasks/{task}/assign", response_model=Case, responses=responses(404, 409, 412))
def assign_task(
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    task: TaskName,
    assignment: Assignment,
    response: Response,
    expected: Expected,
    key: Key,
) -> Any:
    """Give a task to a person."""
    result = engine.assign_task(number, task, assignment.person, writer, expected_version=expected, idempotency_key=key)
    return told(engine, result, response)


@dataclass(frozen=True)
class Added(Case):
    """The case with its new document. `warning`: what there is to look at in it; empty where there is nothing."""

    warning: str = ""


_UPLOAD = {"requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/{number}/documents/{document}",
    status_code=201,
    response_model=Added,
    responses=responses(404, 409, 412, 413),
    openapi_extra=_UPLOAD,
)
async def add_document(
    request: Request,
    engine: Engined,
    writer: Writer,
    number: CaseNumber,
    document: Name,
    response: Response,
    expected: Expected,
    key: Key,
    name: Annotated[str, Query(max_length=200, description="What the file is called.")] = "",
) -> Any:
    """Keep a document with a case: the body is its content. The same content is kept once.

    While it may not be told whom the case is about, `warning` says so: see that nobody is named in the file then.
    """
    # Before the body is read: who may not see the case need not send it. In another thread, for the loop that reads
    # bodies serves everybody.
    anonymous = await run_in_threadpool(engine.is_anonymous, number, writer)
    media_type = request.headers.get("content-type", "application/octet-stream")
    if len(media_type) > LONGEST_TYPE:
        raise Refused(problem(422, "form", f"Content-Type can have at most {LONGEST_TYPE} characters."))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
        await _receive(request, content)  # type: ignore[arg-type]
        result = await run_in_threadpool(
            engine.add_document,
            number,
            document,
            content,  # type: ignore[arg-type]
            writer,
            name=name,
            media_type=media_type,
            expected_version=expected,
            idempotency_key=key,
        )
    return told(engine, result, response) | {"warning": ANONYMOUS if anonymous else ""}


async def _receive(request: Request, into: BinaryIO) -> None:
    """Write the body; the doors see to it that there is not more of it than can be kept."""
    async for chunk in request.stream():
        into.write(chunk)
    into.seek(0)


@router.get(
    "/{number}/documents/{document}",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}, **responses(404)},
)
def see_document(engine: Engined, reader: Reader, number: CaseNumber, document: Name) -> Any:
    """The content of the newest document of a kind, to be saved, never shown by a browser."""
    try:
        found, content = engine.copy_of(number, document, reader)
    except KeyError:
        raise Refused(problem(404, "not_found", f"Case {number} has no such document.")) from None
    headers = {
        # RFC 8187: a plain filename= takes English letters only.
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "Content-Length": str(found.size),
    }
    return StreamingResponse(_chunks(content), media_type="application/octet-stream", headers=headers)


def _chunks(content: BinaryIO) -> Any:
    with content:
        # In pieces: one who loads slowly holds no whole document in memory.
        while chunk := content.read(1 << 16):
            yield chunk
