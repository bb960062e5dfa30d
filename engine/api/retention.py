"""Routes of retention: what was kept long enough, what was decided of it, and its erasure by two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from engine.api.asking import Engined, Expected, Key, Reader, Text, Whole, Writer, etag
from engine.api.cases import After, Limit
from engine.api.problem import of_refusal, responses
from engine.case.refusal import Refusal
from engine.service import as_data
from engine.service.keeping.retention import Certificate, Decided, Retained, Standing

router = APIRouter(prefix="/retention", tags=["retention"])
Case = Annotated[Whole, Path(ge=1, le=2**31 - 1, description="The number of the case.")]
Which = Annotated[Literal["due", "held", "asked", "erased"], Query(alias="list")]
Decision = Literal["hold", "release", "ask", "withdraw"]
_DECIDED: dict[str, Decided] = {"hold": "held", "release": "released", "ask": "asked", "withdraw": "withdrawn"}


@dataclass
class RetainedPage:
    """Some of many cases: `next` begins the following page, and is empty on the last one."""

    items: list[Retained]
    next: str


@dataclass
class Reason:
    """Why something is decided; it is kept with the case, and erased with it."""

    reason: Text


def _told(result: Retained | Certificate | Refusal) -> Any:
    if isinstance(result, Refusal):
        raise of_refusal(result)
    return as_data(result)


@router.get("", response_model=RetainedPage, responses=responses())
def find_retained(engine: Engined, reader: Reader, which: Which = "due", limit: Limit = 50, after: After = "") -> Any:
    """A page of the cases that are due for erasure, held back, asked for, or erased, of those that you see to."""
    return as_data(engine.retained(which, reader, limit=limit, after=after))


@router.get("/{case}", response_model=Standing, responses=responses(404))
def see_standing(engine: Engined, reader: Reader, case: Case, response: Response) -> Any:
    """How it stands with a case that you see to. Its ETag is the version of the case."""
    found = engine.standing(case, reader)
    response.headers["ETag"] = etag(engine.version_mark(found.version))
    return as_data(found)


@router.get("/{case}/certificate", response_model=Certificate, responses=responses(404))
def see_certificate(engine: Engined, reader: Reader, case: Case) -> Any:
    """What remains of the erasure of a case."""
    return as_data(engine.certificate(case, reader))


@router.post("/{case}/erase", response_model=Certificate, responses=responses(404, 409, 412))
def erase(engine: Engined, writer: Writer, case: Case, expected: Expected, key: Key) -> Any:
    """Confirm the erasure that somebody else asked for. What is erased cannot be brought back."""
    return _told(engine.erase(case, writer, expected_version=expected, idempotency_key=key))


@router.post("/{case}/{decision}", response_model=Retained, responses=responses(404, 409, 412))
def decide(
    engine: Engined, writer: Writer, case: Case, decision: Decision, said: Reason, expected: Expected, key: Key
) -> Any:
    """Hold a case back or release it, ask for its erasure or withdraw that."""
    what = _DECIDED[decision]
    return _told(engine.retain(case, what, said.reason, writer, expected_version=expected, idempotency_key=key))
