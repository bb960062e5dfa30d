"""Registers: what is kept beside the cases: each register as a list, with what of a row has ended or is about to.

A row is a case of the process that its register is: its own page, its history and what may be done are those of a case.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.process.definition import Field, Process
from engine.service.lists.registers import CURRENT, ENDED
from engine.service.lists.sheets import MOST_BYTES, Sheet, text_of
from engine.source import name
from engine.source.fault import Invalid
from engine.web.cases.exports import CSV
from engine.web.page import query, show
from engine.web.visitor import NotFound, SentBy, Visiting, Visitor

router = APIRouter()
PAGE = 50
LONGEST_SEARCH = 200
STATUSES = {CURRENT: "Current", ENDED: "Ended", "all": "All"}
SORTS = {"label": "Name", "-id": "Newest first", "-since": "Latest change", "next_due": "Next task due"}
# Besides the name: a table of more columns is read by nobody.
MOST_COLUMNS = 4
_LONG = frozenset({"long_text", "choices"})
Register = Annotated[str, Path(pattern=name.REGISTER, max_length=name.LONGEST)]
Text = Annotated[str, Query(max_length=200)]


@router.get("/registers")
def registers(request: Request, visitor: Visiting) -> Response:
    """The registers that somebody may see."""
    if not visitor.registers:
        raise NotFound
    return show(request, "registers.html", registers=visitor.registers)


@router.get("/registers/{register}")
def rows(
    request: Request,
    visitor: Visiting,
    register: Register,
    status: Text = CURRENT,
    sort: Text = "label",
    after: Annotated[str, Query(max_length=8000)] = "",
) -> Response:
    """A page of the rows of a register."""
    return _list(request, visitor, _register(visitor, register), {"status": status, "sort": sort}, "", after)


@router.post("/registers/{register}")
def search(request: Request, visitor: Visiting, register: Register, posted: SentBy) -> Response:
    """The rows that a search finds: it is posted, for it may be a name."""
    look = {"status": posted.text("status", 20), "sort": posted.text("sort", 20)}
    said = posted.text("search", LONGEST_SEARCH).strip()
    return _list(request, visitor, _register(visitor, register), look, said, posted.text("after", 8000))


@router.get("/registers/{register}/table.csv")
def export(visitor: Visiting, register: Register) -> Response:
    """The current rows of a register as a table that can be taken in again."""
    process = _register(visitor, register)
    said = {"content-disposition": f'attachment; filename="{process.name}.csv"'}
    return Response(visitor.engine.export_rows(process.name, visitor.actor), media_type=CSV, headers=said)


@router.get("/registers/{register}/table")
def ask_table(request: Request, visitor: Visiting, register: Register) -> Response:
    """The form for a table that is to be taken in."""
    return _table(request, _adding(visitor, register))


@router.post("/registers/{register}/table")
def take_table(request: Request, visitor: Visiting, register: Register, posted: SentBy) -> Response:
    """Show what each line of a table would do, and write it once that was looked at."""
    process, files = _adding(visitor, register), posted.files("file")
    content = files[0].file.read(MOST_BYTES + 1) if files else posted.text("table", MOST_BYTES).encode()
    if not content.strip():
        return _table(request, process, 422, problem="Choose a file, or paste a table.")
    try:
        is_looked_at = posted.text("step", 10) == "apply"
        found = visitor.engine.import_rows(process.name, content, visitor.actor, apply=is_looked_at)
    except Invalid as wrong:
        return _table(request, process, 422, problem=str(wrong))
    assert isinstance(found, Sheet)  # who may add no rows does not come here
    return _table(request, process, found=found, text="" if found.written else text_of(content))


def _table(request: Request, process: Process, status: int = 200, **told: Any) -> Response:
    values: dict[str, Any] = {"found": None, "text": "", "problem": "", **told}
    return show(request, "register_table.html", status, process=process, **values)


def _adding(visitor: Visitor, register: str) -> Process:
    process = _register(visitor, register)
    if process not in visitor.begins:
        raise NotFound
    return process


def _register(visitor: Visitor, register: str) -> Process:
    found = next((one for one in visitor.registers if one.name == register), None)
    if found is None:
        raise NotFound
    return found


def _list(
    request: Request, visitor: Visitor, process: Process, asked: dict[str, str], search: str, after: str
) -> Response:
    status = asked["status"] if asked["status"] in STATUSES else CURRENT
    sort = asked["sort"] if asked["sort"] in SORTS else "label"
    page = visitor.engine.rows(
        process.name,
        search=search,
        status="" if status == "all" else status,
        sort=sort,
        by=visitor.actor,
        limit=PAGE,
        after=after,
    )
    look = {"status": status if status != CURRENT else "", "sort": sort if sort != "label" else ""}
    following = f"/registers/{process.name}?{query(look, after=page.next)}" if page.next and not search else ""
    values: dict[str, Any] = {"rows": page.items, "columns": _columns(process), "search": search, "next": page.next}
    values |= {"shown": status, "sort": sort, "statuses": STATUSES.items(), "sorts": SORTS.items()}
    may_add = process in visitor.begins
    return show(request, "register.html", process=process, next_href=following, may_add=may_add, **values)


def _columns(process: Process) -> list[Field]:
    """The fields that the list shows besides the name: the first short ones that are nobody's own matter."""
    checks = process.rows.checks if process.rows else {}
    of_checks = {f"{one}_{part}" for one in checks for part in ("on", "until")}
    hidden = {process.label, "usable", "why_ended", "confirmed_on", *of_checks}
    found = [
        one
        for one in process.fields.values()
        if "." not in one.name and one.name not in hidden and one.type not in _LONG and not one.personal
    ]
    return found[:MOST_COLUMNS]
