"""Meetings: their dates, who was there, and which cases stand on their agendas."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from engine.case.hearings import Hearing
from engine.case.sight import ListSight, Part
from engine.store.statement import put_missing
from engine.store.tables import bookings, hearings, meetings

# As many as are looked at for one that takes cases.
_LOOKED_AT = 104


@dataclass(frozen=True)
class StoredMeeting:
    """One meeting. `day` and `time` are on the wall clock of its process; `series` is empty where there is one.

    `most` and `closes` are its own number of cases and last day, None and empty where it has those of its process.
    """

    id: int
    process: str
    meeting: str
    series: str
    day: str
    time: str
    link: str = ""
    present: tuple[str, ...] = ()
    minutes: str = ""
    held: bool = False
    seq: int = 1
    most: int | None = None
    closes: str = ""
    booked: int = 0
    heard: int = 0


_COLUMNS = tuple(c for c in meetings.c)
# Counted each time: a number of its own could differ from what stands on the agenda.
_booked = (
    select(func.count())
    .select_from(bookings)
    .where(
        bookings.c.process == meetings.c.process,
        bookings.c.meeting == meetings.c.meeting,
        bookings.c.series == meetings.c.series,
        bookings.c.day == meetings.c.day,
    )
    .scalar_subquery()
)

_stood = (
    hearings.c.process == meetings.c.process,
    hearings.c.meeting == meetings.c.meeting,
    hearings.c.series == meetings.c.series,
    hearings.c.day == meetings.c.day,
    hearings.c.until > 0,
)
_heard = select(func.count()).select_from(hearings).where(*_stood, hearings.c.outcome > 0).scalar_subquery()
_COUNTED = (*_COLUMNS, _booked, _heard)


_given: dict[str, Any] = {column.name: bindparam(column.name) for column in meetings.c if column.name != "id"}
_INSERT_WHERE_NONE = put_missing(meetings, _given)


def insert_meeting(connection: Connection, meeting: StoredMeeting) -> int:
    """Keep a new meeting; its number."""
    query = insert(meetings).values(_values(meeting)).returning(meetings.c.id)
    return int(connection.execute(query).scalar_one())


def insert_where_none(connection: Connection, meeting: StoredMeeting) -> bool:
    """Keep a new meeting, unless its series has one on that day; whether it was kept."""
    return _INSERT_WHERE_NONE.change(connection, **_values(meeting)) == 1


def delete_meeting(connection: Connection, meeting: StoredMeeting) -> bool:
    """Forget a meeting; whether nobody changed it since it was read."""
    query = delete(meetings).where(meetings.c.id == meeting.id, meetings.c.seq == meeting.seq)
    return connection.execute(query).rowcount == 1


def update_meeting(connection: Connection, meeting: StoredMeeting) -> bool:
    """Change everything about a meeting; whether nobody else did since it was read."""
    query = update(meetings).where(meetings.c.id == meeting.id, meetings.c.seq == meeting.seq)
    return connection.execute(query.values(_values(meeting) | {"seq": meeting.seq + 1})).rowcount == 1


def _values(meeting: StoredMeeting) -> dict[str, Any]:
    values = {key: value for key, value in vars(meeting).items() if key not in {"id", "booked", "heard"}}
    return values | {"present": json.dumps(meeting.present)}


def meeting_of(connection: Connection, number: int) -> StoredMeeting | None:
    """The meeting of this number; None where there is none."""
    row = connection.execute(select(*_COUNTED).where(meetings.c.id == number)).first()
    return _meeting(row) if row else None


def hold_meeting(connection: Connection, number: int) -> StoredMeeting | None:
    """The same, which nobody else changes until this transaction ends."""
    # On SQLite there is one writer anyway. The count is read afterwards: it is that of what others did before.
    connection.execute(select(meetings.c.id).where(meetings.c.id == number).with_for_update())
    return meeting_of(connection, number)


def share_meeting(connection: Connection, number: int) -> StoredMeeting | None:
    """The same for who only needs it to stay: others may have it so beside them."""
    connection.execute(select(meetings.c.id).where(meetings.c.id == number).with_for_update(read=True))
    return meeting_of(connection, number)


def meeting_on(connection: Connection, meeting: StoredMeeting) -> StoredMeeting | None:
    """Another meeting of the series on the day of this one; None where there is none."""
    names = ("process", "meeting", "series", "day")
    same = (meetings.c[name] == getattr(meeting, name) for name in names)
    row = connection.execute(select(*_COUNTED).where(*same, meetings.c.id != meeting.id)).first()
    return _meeting(row) if row else None


def meeting_at(connection: Connection, agenda: tuple[str, str, str, str]) -> StoredMeeting | None:
    """The meeting whose agenda (process, meeting, series, day) it is; None where none is planned."""
    return meeting_on(connection, StoredMeeting(0, *agenda, ""))


def meetings_of_series(connection: Connection, series: tuple[str, str, str], since: str) -> list[StoredMeeting]:
    """The meetings of a series (process, meeting, series) from a day on, the earliest first: two years of weekly ones
    at most.
    """
    names = ("process", "meeting", "series")
    same = (meetings.c[name] == value for name, value in zip(names, series, strict=True))
    query = select(*_COUNTED).where(*same, meetings.c.day >= since).order_by(meetings.c.day).limit(_LOOKED_AT)
    return [_meeting(row) for row in connection.execute(query)]


def find_meetings(
    connection: Connection,
    since: str,
    until: str,
    sight: ListSight,
) -> list[StoredMeeting]:
    """The meetings that somebody sees from one day to before another, the earliest first."""
    query = _seen_of(sight).where(meetings.c.day >= since, meetings.c.day < until)
    return [_meeting(row) for row in connection.execute(query.order_by(meetings.c.day, meetings.c.id))]


def meetings_before(
    connection: Connection, until: str, last: tuple[str, int] | None, sight: ListSight, most: int
) -> list[StoredMeeting]:
    """At most so many meetings that somebody sees before a day, the latest first.

    `last`: day and number of the meeting after which they are to come.
    """
    query = _seen_of(sight).where(meetings.c.day < until)
    if last is not None:
        day, number = last
        query = query.where(or_(meetings.c.day < day, and_(meetings.c.day == day, meetings.c.id < number)))
    query = query.order_by(meetings.c.day.desc(), meetings.c.id.desc()).limit(most)
    return [_meeting(row) for row in connection.execute(query)]


def meetings_from(
    connection: Connection, since: str, last: tuple[str, int] | None, sight: ListSight, most: int
) -> list[StoredMeeting]:
    """At most so many meetings that somebody sees from a day on, the earliest first. `last` as above."""
    query = _seen_of(sight).where(meetings.c.day >= since)
    if last is not None:
        day, number = last
        query = query.where(or_(meetings.c.day > day, and_(meetings.c.day == day, meetings.c.id > number)))
    return [_meeting(row) for row in connection.execute(query.order_by(meetings.c.day, meetings.c.id).limit(most))]


def _seen_of(sight: ListSight) -> Select[Any]:
    query = select(*_COUNTED)
    # With false(): an or_ of nothing is no condition, and who sees nothing would see everything.
    return query if sight.everything else query.where(or_(false(), *(_seen(one) for one in sight.parts)))


def _seen(part: Part) -> ColumnElement[bool]:
    """The meetings of a process that are seen."""
    mine = meetings.c.process == part.process
    if part.sight.everything:
        return mine
    heard = (and_(meetings.c.meeting == kind, meetings.c.series == series) for kind, series in part.sight.agendas)
    return and_(mine, or_(false(), *heard))


def _meeting(row: Any) -> StoredMeeting:
    number, process, kind, series, day, time, link, present, minutes, held, *rest = row
    known = (link, tuple(json.loads(present)), minutes, bool(held), *rest)
    return StoredMeeting(number, process, kind, series, day, time, *known)


def cases_booked(connection: Connection, agenda: tuple[str, str, str, str]) -> list[int]:
    """The numbers of the cases on an agenda (process, meeting, series, day), in order."""
    columns = (bookings.c.process, bookings.c.meeting, bookings.c.series, bookings.c.day)
    query = select(bookings.c.case_id).where(*(column == value for column, value in zip(columns, agenda, strict=True)))
    return [row[0] for row in connection.execute(query.order_by(bookings.c.case_id))]


def cases_heard(connection: Connection, agenda: tuple[str, str, str, str]) -> list[int]:
    """The numbers of the cases of which something came at an agenda, and that do not stand there any more."""
    heard = (hearings.c.until > 0, hearings.c.outcome > 0)
    return [row[0] for row in connection.execute(select(hearings.c.case_id).where(*_on(agenda), *heard))]


def hearings_on(
    connection: Connection, agenda: tuple[str, str, str, str], numbers: Collection[int]
) -> dict[int, Hearing]:
    """How each of these cases stood on an agenda (process, meeting, series, day), by their numbers."""
    names = ("meeting", "series", "day", "outcome", "until", "to_series", "to_day")
    query = select(hearings.c.case_id, *(hearings.c[name] for name in names)).where(*_on(agenda))
    rows = connection.execute(query.where(hearings.c.case_id.in_(sorted(numbers))))
    return {row[0]: Hearing(*row[1:]) for row in rows}


def count_stood(connection: Connection, agenda: tuple[str, str, str, str]) -> int:
    """How many cases stood on an agenda and do not any more, whoever may see them."""
    query = select(func.count()).select_from(hearings).where(*_on(agenda), hearings.c.until > 0)
    return int(connection.execute(query).scalar_one())


def _on(agenda: tuple[str, str, str, str]) -> list[ColumnElement[bool]]:
    columns = (hearings.c.process, hearings.c.meeting, hearings.c.series, hearings.c.day)
    return [column == value for column, value in zip(columns, agenda, strict=True)]
