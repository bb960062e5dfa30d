"""Routes of registers: which there are, a page of the rows of one, and adding a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from engine.api.asking import Data, Engined, Key, Moment, Reader, Writer
from engine.api.cases import After, Limit, told
from engine.api.problem import of_refusal, responses
from engine.case.refusal import Refusal
from engine.service import Case, as_data
from engine.service.lists import sheets
from engine.service.lists.registers import RegisterView, RowView
from engine.source import name

router = APIRouter(prefix="/registers", tags=["registers"])
RegisterName = Annotated[
    str, Path(pattern=name.REGISTER, max_length=name.LONGEST, description="Its name, with its process or alone.")
]


class Status(StrEnum):
    """Which rows of a register."""

    CURRENT = "current"
    ENDED = "ended"
    ALL = "all"


@dataclass
class RowPage:
    """Some of many rows: `next` begins the following page, and is empty on the last one."""

    items: list[RowView]
    next: str


@dataclass
class Adding:
    """A row to add."""

    data: Data = field(default_factory=dict)
    at: Moment | None = None


@dataclass
class TableToRead:
    """A table as CSV, and whether it is to be written, where no line is refused."""

    table: Annotated[str, Field(max_length=sheets.MOST_BYTES)]
    apply: bool = False


@router.get("", response_model=list[RegisterView], responses=responses())
def find_registers(engine: Engined, reader: Reader) -> Any:
    """The registers of which you may see rows."""
    return as_data(engine.registers(reader))


@router.get("/{register}/rows", response_model=RowPage, responses=responses(404))
def find_rows(
    engine: Engined,
    reader: Reader,
    register: RegisterName,
    status: Status = Status.CURRENT,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """A page of the rows of a register that you may see, by name. Each is a case with its number."""
    wanted = "" if status is Status.ALL else status.value
    page = engine.rows(register, organisation=organisation, status=wanted, by=reader, limit=limit, after=after)
    return as_data(page)


@router.post("/{register}/rows", status_code=201, response_model=Case, responses=responses(404, 409, 412))
def add_row(
    engine: Engined, writer: Writer, key: Key, register: RegisterName, adding: Adding, response: Response
) -> Any:
    """Add a row. It is changed and ended as a case is, by its events."""
    process = engine.register(register, writer).name
    result = engine.open_case(process, writer, adding.data, at=adding.at, idempotency_key=key)
    if isinstance(result, Case):
        response.headers["Location"] = f"/api/v1/cases/{result.id}"
    return told(engine, result, response)


@router.post("/{register}/table", response_model=sheets.Sheet, responses=responses(404))
def read_table(engine: Engined, writer: Writer, register: RegisterName, sent: TableToRead) -> Any:
    """Say what each line of a table would do: `new`, `same`, `changed` or `refused`. With `apply` it is done, where no
    line is refused; the same table again changes nothing.
    """
    found = engine.import_rows(register, sent.table.encode(), writer, apply=sent.apply)
    if isinstance(found, Refusal):
        raise of_refusal(found)
    return as_data(found)
