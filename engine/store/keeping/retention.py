"""Retention: finding the cases that are due for erasure, and erasing what stands beside one and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    cast,
    delete,
    false,
    func,
    or_,
    select,
    tuple_,
    update,
)

from engine.case.sight import EVERYTHING, ListSight
from engine.store.cases.index import reading_order
from engine.store.lists.find import Place
from engine.store.lists.seen import seen_by
from engine.store.lists.shape import Row, rows_of, value
from engine.store.tables import cases, contents, drafts, keys, leaves, notes, typed_forms


@dataclass(frozen=True)
class RetentionFilter:
    """Which cases of some processes: those that were kept until before the `days` of these (ISO), or those of which
    something was decided (`retained`). `after` is where the page before ended.
    """

    processes: tuple[str, ...]
    days: tuple[str, ...] = ()
    retained: str = ""
    after: Place = ()
    sight: ListSight = EVERYTHING


def find_retained(connection: Connection, wanted: RetentionFilter, most: int) -> list[Row]:
    """Cases that are due by their last day, others by their number."""
    return rows_of(connection, _retained, wanted, most=most)


def _retained(wanted: RetentionFilter) -> Any:
    columns = (cases.c.kept_until, cases.c.id) if wanted.days else (cases.c.id,)
    query = select(cases.c.id, cases.c.snapshot, cases.c.kept_until).where(*seen_by(wanted.sight))
    query = query.where(or_(false(), *_of_processes(wanted))).order_by(*columns).limit(value("most"))
    if wanted.days:
        query = query.where(cases.c.retained != "held")
    else:
        query = query.where(cases.c.retained == value("retained"))
    if wanted.after:
        query = query.where(tuple_(*columns) > tuple_(*(value("after", n) for n, _ in enumerate(columns))))
    return query


def count_retained(connection: Connection, wanted: RetentionFilter, most: int) -> int:
    """How many cases there are, but not more than `most`."""
    return int(rows_of(connection, _retained_count, wanted, most=most)[0]["count"])


def _retained_count(wanted: RetentionFilter) -> Any:
    found = _retained(wanted).with_only_columns(cases.c.id).subquery()
    return select(func.count().label("count")).select_from(found)


def _of_processes(wanted: RetentionFilter) -> list[ColumnElement[bool]]:
    theirs = [cases.c.process == value("processes", n) for n, _ in enumerate(wanted.processes)]
    days = [cases.c.kept_until < value("days", n) for n, _ in enumerate(wanted.days)]
    return [and_(*both) for both in zip(theirs, days, strict=True)] if days else list(theirs)


def cases_about(connection: Connection, subject: str, processes: Sequence[str], sight: ListSight) -> list[int]:
    """The numbers of the cases of some processes that are about a subject, however it is spelled, as far as seen."""
    shape = _About(tuple(processes), reading_order(subject), sight)
    return [row["id"] for row in rows_of(connection, _about, shape)]


@dataclass(frozen=True)
class _About:
    processes: tuple[str, ...]
    subject: str
    sight: ListSight


def _about(wanted: _About) -> Any:
    theirs = or_(false(), *(cases.c.process == value("processes", n) for n, _ in enumerate(wanted.processes)))
    query = select(cases.c.id).where(cases.c.subject == value("subject"), theirs, *seen_by(wanted.sight))
    return query.order_by(cases.c.id)


def place_of(row: Row, wanted: RetentionFilter) -> Place:
    """Where a page that ends with this case ends."""
    return (row["kept_until"], row["id"]) if wanted.days else (row["id"],)


def erase_beside(connection: Connection, case: int) -> None:
    """Erase what stands beside a case: notes, what it was begun from, forms half typed, and the keys of requests, which
    are digests of what was sent.
    """
    of_notes = select(cast(notes.c.id, Text)).where(notes.c.case_id == case)
    # Without its salt nobody finds by trying what a note said whose digest stays.
    connection.execute(update(leaves).where(leaves.c.part == notes.name, leaves.c.name.in_(of_notes)).values(salt=None))
    for table in (notes, keys, drafts):
        connection.execute(delete(table).where(table.c.case_id == case))
    path = typed_forms.c.path
    connection.execute(delete(typed_forms).where(or_(path == f"/cases/{case}", path.startswith(f"/cases/{case}/"))))


def is_named(connection: Connection, digest: str) -> bool:
    """Whether a case or a draft has a content. Of drafts only those are read that were not sent."""
    in_case = select(1).where(contents.c.digest == digest)
    in_draft = select(1).where(drafts.c.case_id.is_(None), drafts.c.documents.contains(digest))
    return any(connection.execute(query.limit(1)).first() for query in (in_case, in_draft))
