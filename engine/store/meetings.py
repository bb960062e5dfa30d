"""Meetings: their dates, who was there, and which cases stand on their agendas."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, false, func, insert, or_, select, update

from engine.case.sight import ListSight, Part
from engine.store.tables import bookings, cases, meetings


@dataclass(frozen=True)
class StoredMeeting:
    """One meeting. `day` and `time` are on the wall clock of its process; `series` is empty where there is one."""

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
    booked: int = 0


_COLUMNS = tuple(c for c in meetings.c)
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


def insert_meeting(connection: Connection, meeting: StoredMeeting) -> int:
    """Keep a new meeting; its number."""
    query = insert(meetings).values(_values(meeting)).returning(meetings.c.id)
    return int(connection.execute(query).scalar_one())


def delete_meeting(connection: Connection, meeting: StoredMeeting) -> bool:
    """Forget a meeting; whether nobody changed it since it was read."""
    query = delete(meetings).where(meetings.c.id == meeting.id, meetings.c.seq == meeting.seq)
    return connection.execute(query).rowcount == 1


def update_meeting(connection: Connection, meeting: StoredMeeting) -> bool:
    """Change everything about a meeting; whether nobody else did since it was read."""
    query = update(meetings).where(meetings.c.id == meeting.id, meetings.c.seq == meeting.seq)
    return connection.execute(query.values(_values(meeting) | {"seq": meeting.seq + 1})).rowcount == 1


def _values(meeting: StoredMeeting) -> dict[str, Any]:
    values = {key: value for key, value in vars(meeting).items() if key not in {"id", "booked"}}
    return values | {"present": json.dumps(meeting.present)}


def meeting_of(connection: Connection, number: int) -> StoredMeeting | None:
    """The meeting of this number; None where there is none."""
    row = connection.execute(select(*_COLUMNS, _booked).where(meetings.c.id == number)).first()
    return _meeting(row) if row else None


def is_taken(connection: Connection, meeting: StoredMeeting) -> bool:
    """Whether another meeting of the series is on the day of this one."""
    names = ("process", "meeting", "series", "day")
    same = (meetings.c[name] == getattr(meeting, name) for name in names)
    query = select(meetings.c.id).where(*same, meetings.c.id != meeting.id)
    return connection.execute(query).first() is not None


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


def _seen_of(sight: ListSight) -> Select[Any]:
    query = select(*_COLUMNS, _booked)
    return query if sight.everything else query.where(or_(false(), *(_seen(one) for one in sight.parts)))


def _seen(part: Part) -> ColumnElement[bool]:
    """The meetings of a process that are seen."""
    mine = meetings.c.process == part.process
    if part.sight.everything:
        return mine
    heard = (and_(meetings.c.meeting == kind, meetings.c.series == series) for kind, series in part.sight.agendas)
    return and_(mine, or_(false(), *heard))


def _meeting(row: Any) -> StoredMeeting:
    number, process, kind, series, day, time, link, present, minutes, held, seq, booked = row
    known = (link, tuple(json.loads(present)), minutes, bool(held), seq, booked)
    return StoredMeeting(number, process, kind, series, day, time, *known)


def cases_booked(connection: Connection, agenda: tuple[str, str, str, str]) -> list[tuple[int, str]]:
    """Number and snapshot of the cases on an agenda (process, meeting, series, day), in order of their numbers."""
    columns = (bookings.c.process, bookings.c.meeting, bookings.c.series, bookings.c.day)
    query = select(cases.c.id, cases.c.snapshot).join(bookings, bookings.c.case_id == cases.c.id)
    query = query.where(*(column == value for column, value in zip(columns, agenda, strict=True)))
    return [(row[0], row[1]) for row in connection.execute(query.order_by(cases.c.id))]
