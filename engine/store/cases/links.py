"""Links: the rows that find what a case is linked with, made of the snapshots of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, select

from engine.case.links import BOTH, FAR, NEAR, Kept, is_waiting
from engine.store.statement import Change, Statement, put_row
from engine.store.tables import cases, links

_PUT = put_row(links)
_DELETE = Statement(delete(links).where(links.c.case_id == bindparam("case"), links.c.link_key == bindparam("key")))
# What ended while this side could not be told of it: by a fault of its own, or of its process.
_UNHEARD = Statement(
    select(links.c.case_id, links.c.link_key, cases.c.outcome)
    .join(cases, cases.c.id == links.c.awaits)
    .where(links.c.awaits.is_not(None), cases.c.outcome != "")
    .order_by(links.c.case_id, links.c.link_key)
    .limit(bindparam("most"))
)


def link_row(number: int, key: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The row that stands for one side of a link."""
    named = {"link": kept["link"], "process": kept["of"], "side": kept["side"]}
    awaits = kept["case"] if is_waiting(kept) else None
    return {"case_id": number, "link_key": key, "other_id": kept["case"], **named, "awaits": awaits}


def link_changes(number: int, before: Mapping[str, Kept], after: Mapping[str, Kept]) -> list[Change]:
    """What brings the rows of a case in line with its snapshot."""
    if before == after:
        return []
    changes = [Change(_DELETE, {"case": number, "key": key}) for key in before if key not in after]
    news = ((key, kept) for key, kept in after.items() if before.get(key) != kept)
    return changes + [Change(_PUT, link_row(number, key, kept)) for key, kept in news]


def unheard(connection: Connection, most: int) -> list[tuple[int, str, str]]:
    """The links whose other case has ended without this side knowing it: case, key, and how it ended."""
    return [(row[0], row[1], row[2]) for row in _UNHEARD.rows(connection, most=most)]


def one_sided(connection: Connection) -> Iterator[tuple[int, int]]:
    """The links (case, other case) that the other case does not have."""
    back = links.alias()
    side = case({NEAR: FAR, FAR: NEAR}, value=links.c.side, else_=BOTH)
    same = and_(
        back.c.case_id == links.c.other_id,
        back.c.other_id == links.c.case_id,
        back.c.link == links.c.link,
        back.c.process == links.c.process,
        back.c.side == side,
    )
    query = select(links.c.case_id, links.c.other_id).where(~select(back.c.case_id).where(same).exists())
    yield from ((row[0], row[1]) for row in connection.execute(query.order_by(links.c.case_id, links.c.other_id)))
