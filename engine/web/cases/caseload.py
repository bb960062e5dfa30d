"""Caseload: the list of cases: searched, filtered, sorted, with chosen columns, kept as views, and exported.

Filters, order and columns stand in the address. What is searched for does not, for it may be a name: a search is
posted, and so are its further pages and its exports.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Annotated, Any, cast
from urllib.parse import parse_qsl

import xlsxwriter
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from engine.case.refusal import Refusal
from engine.running.beside import EXPORTS, beside
from engine.service import Case, UnknownProcess, UnknownState
from engine.service.cases.views import every
from engine.service.lists.finder import CasesWanted
from engine.source.words import counted
from engine.web.page import day, go, query, show
from engine.web.visitor import CaseVisiting, Posted, SentBy, Visitor

router = APIRouter()
PAGE = 25
# An export is read in pages of this many, so that memory does not grow with the list.
AT_ONCE = 500
# Most exports fit; longer ones go on in a file of their own, not in memory.
IN_MEMORY = 2_000_000
LONGEST_SEARCH = 200
SHEET_ROWS = 1_048_575  # what spreadsheets can open, without the row of titles
SORTS = {
    "-id": "Newest first",
    "id": "Oldest first",
    "label": "Name",
    "organisation": "Organisation",
    "next_due": "Next task due",
    "since": "Longest in their state",
    "-since": "Latest move",
}
STATUSES = {"open": "Open", "ended": "Ended", "": "All"}


def _due(case: Case) -> datetime | None:
    return case.next_task.date if case.next_task else None


COLUMNS: dict[str, tuple[str, Callable[[Case], Any]]] = {
    "number": ("Number", lambda case: case.id),
    "name": ("Name", lambda case: case.label),
    "state": ("State", lambda case: case.outcome or case.state_title),
    "owner": ("Waits for", lambda case: case.owner_title),
    "organisation": ("Organisation", lambda case: case.organisation or ""),
    "opened": ("Opened", lambda case: case.opened),
    "since": ("In state since", lambda case: case.since),
    "due": ("Next task due", _due),
    "tasks": ("Open tasks", lambda case: ", ".join(task.title for task in case.tasks)),
}
USUAL = ["number", "name", "state", "organisation", "since", "due"]


@dataclass(frozen=True)
class Look:
    """How somebody looks at the caseload: everything of it but the search stands in the address."""

    process: str = ""
    state: str = ""
    organisation: str = ""
    owner: str = ""
    status: str = "open"
    overdue: bool = False
    moved: bool = False
    sort: str = "-id"
    columns: tuple[str, ...] = ()
    after: str = ""
    search: str = ""

    @property
    def shown(self) -> list[str]:
        """The columns that are shown, in their usual order."""
        chosen = [name for name in COLUMNS if name in self.columns]
        return chosen or USUAL

    @property
    def values(self) -> dict[str, Any]:
        """The same as it stands in an address."""
        return {
            "process": self.process,
            "state": self.state,
            "organisation": self.organisation,
            "owner": self.owner,
            "status": {"open": "", "": "all"}.get(self.status, self.status),
            "overdue": "yes" if self.overdue else "",
            "moved": "yes" if self.moved else "",
            "sort": self.sort if self.sort != "-id" else "",
            "show": list(self.columns),
        }

    def wanted(self, visitor: Visitor) -> CasesWanted:
        """The cases that are asked for."""
        return CasesWanted(
            process=self.process,
            state=self.state,
            owner=self.owner,
            organisation=self.organisation or None,
            overdue=self.overdue,
            open_only=self.status == "open",
            ended_only=self.status == "ended",
            search=self.search,
            sort=self.sort,
            moved_after=visitor.session.visit if self.moved else None,
        )


Text = Annotated[str, Query(max_length=200)]


def look_of(
    process: Text = "",
    state: Text = "",
    organisation: Text = "",
    owner: Text = "",
    status: Text = "open",
    overdue: Text = "",
    moved: Text = "",
    sort: Text = "-id",
    show: Annotated[list[str] | None, Query(max_length=20)] = None,
    after: Annotated[str, Query(max_length=8000)] = "",
) -> Look:
    """The look that an address asks for; what it cannot be is as if it were not said."""
    known = tuple(name for name in show or () if name in COLUMNS)
    how = (sort if sort in SORTS else "-id", known, after)
    return Look(
        process,
        state,
        organisation,
        owner,
        "" if status == "all" else status if status in STATUSES else "open",
        bool(overdue),
        bool(moved),
        *how,
    )


def _looking(request: Request) -> Look:
    return _look(request.query_params.items(), request.query_params.getlist("show"))


def _look(given: Iterable[tuple[str, str]], columns: list[str]) -> Look:
    known = {name: value for name, value in given if name in _NAMES}
    return look_of(**known, show=columns)


def _posted_look(posted: Posted) -> Look:
    """The look that a posted search asks for."""
    without = posted.text("without", 20)
    given = [(name, posted.text(name)) for name in _NAMES if name != without and posted.text(name)]
    search = "" if without == "search" else posted.text("search", LONGEST_SEARCH).strip()
    return replace(_look(given, posted.texts("show")), search=search)


_NAMES = ("process", "state", "organisation", "owner", "status", "overdue", "moved", "sort", "after")


@router.get("/cases")
def caseload(request: Request, visitor: CaseVisiting) -> Response:
    """A page of the caseload."""
    return _list(request, visitor, _looking(request))


@router.post("/cases")
def search(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """The cases that a search finds. Where nothing is searched for, the filters go into the address."""
    look = _posted_look(posted)
    if not look.search:
        found = query(look.values)
        return go(f"/cases?{found}" if found else "/cases")
    return _list(request, visitor, look)


def _list(
    request: Request, visitor: Visitor, look: Look, status: int = 200, problem: str = "", view_title: str = ""
) -> Response:
    engine, states, unknown = visitor.engine, states_of(visitor), ""
    items: tuple[Case, ...] = ()
    following = ""
    try:
        with engine.finder("list of cases") as finder:
            page = finder.cases(look.wanted(visitor), visitor.actor, PAGE, look.after)
        items, following = page.items, page.next
    except (UnknownProcess, UnknownState) as error:
        unknown = str(error.args[0])
    return show(
        request,
        "caseload.html",
        status,
        look=look,
        chosen=_chosen(visitor, look, states),
        cases=items,
        columns=[(name, *COLUMNS[name]) for name in look.shown],
        all_columns=[(name, title) for name, (title, _) in COLUMNS.items()],
        sorts=list(SORTS.items()),
        statuses=[(name or "all", title) for name, title in STATUSES.items()],
        states=states,
        next_href=f"/cases?{query(look.values, after=following)}" if following and not look.search else "",
        following=following,
        here=query(look.values),
        views=engine.desk.views(visitor.actor),
        problem=problem or unknown,
        view_title=view_title,
    )


def _chosen(visitor: Visitor, look: Look, states: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The filters that are at work, in words, each with the name by which it is taken away."""
    titles = {one.name: one.title for one in visitor.takes_part}
    roles = {name: role.title for one in visitor.takes_part for name, role in one.roles.items()}
    said = {
        "search": look.search and f"Found by: {look.search}",
        "process": titles.get(look.process, look.process),
        "state": dict(states).get(look.state, look.state),
        "owner": look.owner and f"Waits for: {roles.get(look.owner, look.owner)}",
        "organisation": look.organisation,
        "status": "" if look.status == "open" else f"Status: {STATUSES[look.status]}",
        "overdue": "Overdue only" if look.overdue else "",
        "moved": "Moved since your last visit" if look.moved else "",
    }
    return [(name, text) for name, text in said.items() if text]


def states_of(visitor: Visitor) -> list[tuple[str, str]]:
    """Every state that a case can be in, for filters."""
    found: dict[str, str] = {}
    for process in visitor.takes_part:
        for state in process.states.values():
            found.setdefault(state.name, state.title)
    return list(found.items())


# The wide ones begin formulas where people write Japanese.
_FORMULAS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def _cell(value: Any) -> str:
    """A value in an exported table. One that a spreadsheet would take for a formula is kept from being one."""
    text = day(value) if isinstance(value, datetime) else str("" if value is None else value)
    return f"'{text}" if text[:1] in _FORMULAS else text


@router.get("/cases.csv")
@beside(EXPORTS)
def export_csv(request: Request, visitor: CaseVisiting) -> Response:
    """Just what the list shows, as CSV."""
    return _csv(visitor, _looking(request))


@router.post("/cases/export")
@beside(EXPORTS)
def export_search(visitor: CaseVisiting, posted: SentBy) -> Response:
    """Just what a search shows, as CSV or as a workbook."""
    make = _xlsx if posted.text("kind", 10) == "xlsx" else _csv
    return make(visitor, _posted_look(posted))


def _csv(visitor: Visitor, look: Look) -> Response:
    with _file("cases.csv", "text/csv; charset=utf-8") as export:
        # By this mark spreadsheets know that it is UTF-8.
        export.content.write("\ufeff".encode())
        lines = io.TextIOWrapper(export.content, "utf-8", newline="", write_through=True)
        writer = csv.writer(lines)
        writer.writerow(COLUMNS[name][0] for name in look.shown)
        for case in _rows(visitor, look, export.name):
            writer.writerow(_cell(COLUMNS[name][1](case)) for name in look.shown)
        # Else the text would close the file when it goes.
        lines.detach()
    return export.response()


@router.get("/cases.xlsx")
@beside(EXPORTS)
def export_xlsx(request: Request, visitor: CaseVisiting) -> Response:
    """Just what the list shows, as a workbook."""
    return _xlsx(visitor, _looking(request))


def _xlsx(visitor: Visitor, look: Look) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    # Rows go to the disk as they are written, and what begins with = stays text.
    options = {"constant_memory": True, "strings_to_formulas": False}
    with _file("cases.xlsx", kind) as export, xlsxwriter.Workbook(export.content, options) as book:
        sheet, bold = book.add_worksheet("Cases"), book.add_format({"bold": True})
        dates = book.add_format({"num_format": "d mmm yyyy"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(look.shown) - 1, 22)
        for column, name in enumerate(look.shown):
            sheet.write_string(0, column, COLUMNS[name][0], bold)
        rows = 0
        for rows, case in enumerate(_rows(visitor, look, export.name), 1):
            # Counted to the end, so that the file can say how many do not fit.
            if rows < SHEET_ROWS:
                _write_row(sheet, rows, [COLUMNS[name][1](case) for name in look.shown], dates)
        if rows >= SHEET_ROWS:
            left_out = counted(rows - SHEET_ROWS + 1, "more case does", "more cases do")
            missing = f"{left_out} not fit on a sheet. Export them as CSV."
            sheet.write_string(SHEET_ROWS, 0, missing, bold)
    return export.response()


def _write_row(sheet: Any, row: int, values: list[Any], dates: Any) -> None:
    for column, value in enumerate(values):
        if isinstance(value, datetime):
            # Spreadsheets know no zones: what is written is the wall clock of the process.
            sheet.write_datetime(row, column, value.replace(tzinfo=None), dates)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, str(value or ""))


@dataclass(frozen=True)
class _Export:
    """A file that is being made: on the disk where it grows big, so that its size is no matter."""

    name: str
    media_type: str
    content: IO[bytes]

    def response(self) -> Response:
        """The file, whole, to be saved."""
        self.content.seek(0)
        headers = {"content-disposition": f'attachment; filename="{self.name}"'}
        chunks = iter(lambda: self.content.read(1 << 16), b"")
        closing = BackgroundTask(self.content.close)
        return StreamingResponse(chunks, media_type=self.media_type, headers=headers, background=closing)


@contextmanager
def _file(name: str, media_type: str) -> Iterator[_Export]:
    """A new export, which is thrown away where it cannot be finished."""
    content = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed when it was sent
    try:
        yield _Export(name, media_type, cast("IO[bytes]", content))
    except BaseException:
        content.close()
        raise


def _rows(visitor: Visitor, look: Look, file: str) -> Iterator[Case]:
    """Every case of a list, as they all are at one moment. That they are taken is kept behind the last."""
    count = 0
    with visitor.engine.finder("export of a list") as finder:
        for count, case in enumerate(  # noqa: B007  counted to the end
            every(lambda after: finder.cases(look.wanted(visitor), visitor.actor, AT_ONCE, after)), 1
        ):
            yield case
    visitor.engine.note_export(visitor.actor, file, count)


@router.post("/cases/views")
def save_view(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """Keep how the list is looked at now."""
    here, title = posted.text("query", 2000), posted.text("title")
    refusal = visitor.engine.desk.save_view(title, here, visitor.actor)
    if isinstance(refusal, Refusal):
        looked = parse_qsl(here)
        look = _look(looked, [value for name, value in looked if name == "show"])
        return _list(request, visitor, look, 422, refusal.message, title)
    return go(f"/cases?{here}")


@router.post("/cases/views/remove")
def remove_view(visitor: CaseVisiting, posted: SentBy) -> Response:
    """Forget a view."""
    number = posted.number("view")
    if number is not None:
        visitor.engine.desk.remove_view(number, visitor.actor)
    return go("/cases")
