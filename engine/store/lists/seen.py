"""Seen: what somebody sees, as sight decides it, as a condition on the table of cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, select

from engine.case.sight import ListSight, Part
from engine.store.lists.shape import value
from engine.store.tables import bookings, cases, organisations, people

Path = tuple[str | int, ...]


def seen_by(
    sight: ListSight, path: Path = ("sight",), own: ColumnElement[str] | None = None
) -> list[ColumnElement[bool]]:
    """What somebody sees as a condition on the table of cases; none where everything is seen.

    `own` is the organisation that is meant by `OWN`.
    """
    seen = (_seen(part, (*path, "parts", n), own) for n, part in enumerate(sight.parts))
    # With false(): an or_ of nothing is no condition, and who sees nothing would see everything.
    return [] if sight.everything else [or_(false(), *seen)]


def organisation_of(table: FromClause) -> ColumnElement[str]:
    """The organisation of the person to whom a task is given."""
    joined = select(organisations.c.name).join(people, people.c.organisation_id == organisations.c.id)
    found: ColumnElement[str] = joined.where(people.c.login == table.c.person).correlate(table).scalar_subquery()
    return found


def _seen(part: Part, here: Path, own: ColumnElement[str] | None) -> ColumnElement[bool]:
    mine = [cases.c.process == value(*here, "process")]
    if part.versions:
        mine.append(or_(*(cases.c.version == value(*here, "versions", n) for n, _ in enumerate(part.versions))))
    if part.sight.everything:
        return and_(*mine)
    ways = []
    if part.sight.organisation is not None:
        spelt = (value(*here, "sight", "spelt", n) for n, _ in enumerate(part.sight.spelt))
        names = [value(*here, "sight", "organisation"), *spelt, *([] if own is None else [own])]
        ways += [cases.c.organisation == one for one in names]
    for n, _ in enumerate(part.sight.agendas):
        agenda = (*here, "sight", "agendas", n)
        told = zip((bookings.c.process, bookings.c.meeting, bookings.c.series), _agenda(here, agenda), strict=True)
        ways.append(cases.c.id.in_(select(bookings.c.case_id).where(*(column == one for column, one in told))))
    return and_(*mine, or_(false(), *ways))


def _agenda(here: Path, agenda: Path) -> tuple[Any, Any, Any]:
    return value(*here, "process"), value(*agenda, 0), value(*agenda, 1)
