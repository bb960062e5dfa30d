"""Documents: adding them to a case, many at once, looking at them, and their versions."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from engine.case.refusal import Refusal
from engine.service import Document
from engine.service.documents.admission import SHOWN, file_name
from engine.source import name
from engine.source.words import counted
from engine.web.cases.case import CaseNumber, Seen, see
from engine.web.page import go, show
from engine.web.visitor import CaseVisiting, NotFound, SentBy, Visitor, Whole, form_key

router = APIRouter()
Kind = Annotated[str, Path(pattern=name.PART, max_length=name.LONGEST)]
Copy = Annotated[Whole, Path(ge=1, le=10_000)]
# Documents are sent in pieces, so that ten people who load big ones take a megabyte and not a gigabyte.
CHUNK = 1 << 16
# Browsers show PDF in a sandbox of their own, and not at all where the page asks for one as well.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def _list(
    request: Request, visitor: Visitor, number: int, status: int = 200, problems: tuple[str, ...] = (), done: str = ""
) -> Response:
    seen = see(visitor, number, "documents")
    kinds = [(kind, _versions(seen, name)) for name, kind in seen.process.documents.items()]
    values: dict[str, Any] = {"kinds": kinds, "problems": problems, "done": done, "shown": SHOWN}
    values |= {"key": secrets.token_urlsafe(16)}
    return show(request, "documents.html", status, seen=seen, tab="documents", **values)


def _versions(seen: Seen, name: str) -> list[tuple[int, Document]]:
    """The versions of a kind of document with their numbers, the newest first."""
    copies = [one for one in seen.case.documents if one.document == name]
    return list(reversed(list(enumerate(copies, 1))))


@router.get("/cases/{number}/documents")
def documents(request: Request, visitor: CaseVisiting, number: CaseNumber, added: Whole = 0) -> Response:
    """The documents of a case."""
    done = f"{counted(added, 'document was', 'documents were')} added to case {number}." if added else ""
    return _list(request, visitor, number, done=done)


@router.post("/cases/{number}/documents")
def add_documents(request: Request, visitor: CaseVisiting, number: CaseNumber, posted: SentBy) -> Response:
    """Keep documents with a case; each that is not taken is named with the reason, and the others stay."""
    visitor.engine.seen(number, visitor.actor)
    kind, files = posted.text("document", 60), posted.files("files")
    if not files:
        return _list(request, visitor, number, 422, ("Choose one or more files.",))
    sent = posted.text("key", 60)
    form = form_key(visitor, sent) if sent else ""
    problems = [fault for one in files if (fault := _add(visitor, number, kind, one, form))]
    if problems:
        return _list(request, visitor, number, 422, tuple(problems))
    return go(f"/cases/{number}/documents?added={len(files)}")


def _add(visitor: Visitor, number: int, kind: str, upload: UploadFile, form: str) -> str:
    """Keep one document; why it was not taken, empty where it was."""
    name = file_name(upload.filename or "")
    result = visitor.engine.add_document(number, kind, upload.file, visitor.actor, name=name, form=form)
    return f"{name}: {result.message}" if isinstance(result, Refusal) else ""


@router.get("/cases/{number}/documents/{kind}/{copy}")
def see_document(visitor: CaseVisiting, number: CaseNumber, kind: Kind, copy: Copy, download: str = "") -> Response:
    """One version of a document: shown in the browser where that is safe, else sent as a file."""
    try:
        document, content = visitor.engine.copy_of(number, kind, visitor.actor, copy)
    except KeyError:
        raise NotFound from None
    return _sent(content, document, inline=not download)


def _sent(content: BinaryIO, document: Document, *, inline: bool) -> Response:
    inline = inline and document.type in SHOWN
    how = "inline" if inline else "attachment"
    headers = {
        # RFC 8187: a plain filename= takes English letters only.
        "content-disposition": f"{how}; filename*=UTF-8''{quote(document.name)}",
        "content-length": str(document.size),
        "content-security-policy": _POLICY + ("" if document.type == "application/pdf" else "; sandbox"),
    }
    # What is not safe to be shown has no kind: a browser must not open it by what it takes it for.
    media_type = document.type if document.type in SHOWN else "application/octet-stream"
    if media_type == "text/plain":
        media_type = "text/plain; charset=utf-8"
    return StreamingResponse(_chunks(content), media_type=media_type, headers=headers)


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk


@router.get("/cases/{number}/documents/{kind}/{copy}/page")
def document_page(request: Request, visitor: CaseVisiting, number: CaseNumber, kind: Kind, copy: Copy) -> Response:
    """A page that shows one version of a document beside what the case is."""
    seen = see(visitor, number, "documents")
    versions = dict(_versions(seen, kind))
    if copy not in versions:
        raise NotFound
    return show(request, "document.html", seen=seen, tab="documents", document=versions[copy], kind=kind, copy=copy)
