"""Dates: what lies ahead, as a list, a week or a month, and as a calendar that other programs read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from icalendar import Calendar, Event

from engine.calendars.calendar import ONE_DAY
from engine.calendars.day import days_somewhere
from engine.calendars.duration import at_local
from engine.case.command import Actor
from engine.service import Engine
from engine.service.cases.views import every
from engine.service.lists.finder import TasksWanted
from engine.web.page import show
from engine.web.visitor import CaseVisiting, Engined, NotFound

router = APIRouter()
AT_ONCE = 500
VIEWS = {"month": "Month", "week": "Week", "list": "List"}
# Calendars that subscribe ask again every few hours: a term ahead is enough, and the answer stays short.
FEED_DAYS = 120
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Date:
    """Something with a date. `what` says it for people; `about` names the case `case`: none (0) for meetings."""

    at: datetime
    kind: str
    what: str
    about: str
    href: str
    key: str
    late: str = ""
    move: str = ""
    case: int = 0

    @property
    def day(self) -> date:
        """Its day, on the wall clock of its process."""
        return self.at.date()

    @property
    def is_day(self) -> bool:
        """Whether it is a day without a time: what a date of a case brings about has the day's beginning."""
        return self.kind != "Meeting" and self.at.time() == time()


def dates_between(engine: Engine, by: Actor, since: datetime, until: datetime, *, what: str = "dates") -> list[Date]:
    """Tasks that are due, meetings, and what will happen by itself, in order. `what` as for a finder."""
    with engine.finder(what) as finder:
        due = TasksWanted(due_from=since, due_before=until)
        tasks = list(every(lambda after: finder.tasks(due, by, AT_ONCE, after)))
        timers = list(every(lambda after: finder.timers(until, None, by, AT_ONCE, since, after)))
        meetings = engine.meetings.between_in(finder, *_days_around(since, until), by)
    found = [
        Date(
            one.date,
            "Task",
            one.title,
            one.label,
            f"/cases/{one.case}",
            f"task-{one.case}-{one.task}",
            one.lateness,
            f"/cases/{one.case}/tasks/{one.task}/move",
            one.case,
        )
        for one in tasks
        if one.date
    ]
    found += [
        Date(
            one.due,
            "Comes up",
            one.title,
            one.label,
            f"/cases/{one.case}",
            f"timer-{one.case}-{one.timer}",
            case=one.case,
        )
        for one in timers
    ]
    found += [
        Date(
            one.begins,
            "Meeting",
            f"{one.title} ({one.booked} booked)",
            "",
            f"/meetings/{one.id}",
            f"meeting-{one.id}",
            move=f"/meetings/{one.id}/move" if not one.held and one.is_led_by(by) else "",
        )
        for one in meetings
        if since <= one.begins < until
    ]
    return sorted(found, key=lambda one: (one.at, one.kind, one.what))


def _days_around(since: datetime, until: datetime) -> tuple[date, date]:
    """From which day to before which one, in whatever zone, a meeting between two instants can be."""
    return days_somewhere(since)[0], days_somewhere(until)[1] + ONE_DAY


@dataclass(frozen=True)
class Span:
    """The days that a view shows, with those before and after it."""

    first: date
    last: date
    earlier: date
    later: date
    title: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def weeks(self) -> list[list[date]]:
        """Its days in weeks, from Monday."""
        count = (self.last - self.first).days + 1
        days = [self.first + timedelta(days=i) for i in range(count)]
        return [days[i : i + 7] for i in range(0, count, 7)]


def span_of(view: str, day: date) -> Span:
    """The span of a view that shows `day`."""
    monday = day - timedelta(days=day.weekday())
    if view == "week":
        week = timedelta(days=7)
        title = f"Week from {monday.day} {monday:%B %Y}"
        return Span(monday, monday + timedelta(days=6), monday - week, monday + week, title)
    if view == "list":
        month = timedelta(days=30)
        return Span(day, day + month, day - month, day + month, f"30 days from {day.day} {day:%B %Y}")
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    begin = first - timedelta(days=first.weekday())
    end = after + timedelta(days=(7 - after.weekday()) % 7) - timedelta(days=1)
    return Span(begin, end, (first - timedelta(days=1)).replace(day=1), after, f"{first:%B %Y}")


@router.get("/dates")
def dates(request: Request, visitor: CaseVisiting, view: str = "month", day: str = "") -> Response:
    """What lies ahead."""
    zone, today = visitor.zone, visitor.today
    try:
        chosen = date.fromisoformat(day) if day else today
    except ValueError:
        chosen = today
    # Months before and after it must be days that can be counted too.
    chosen = min(max(chosen, date(2000, 1, 1)), date(2190, 1, 1))
    view = view if view in VIEWS else "month"
    span = span_of(view, chosen)
    # A day more at both ends: each date is a day in the zone of its own process.
    since, until = (at_local(day, time(), zone) for day in (span.first - ONE_DAY, span.last + 2 * ONE_DAY))
    found = [one for one in dates_between(visitor.engine, visitor.actor, since, until) if one.day in span]
    by_day: dict[date, list[Date]] = {}
    for one in found:
        by_day.setdefault(one.day, []).append(one)
    values: dict[str, Any] = {
        "view": view,
        "views": list(VIEWS.items()),
        "today": today,
        "chosen": chosen,
        "month": chosen.month,
    }
    return show(request, "dates.html", span=span, by_day=by_day, **values)


@router.get("/calendar/{secret}.ics")
def feed(engine: Engined, secret: Annotated[str, Path(max_length=100)]) -> Response:
    """A person's dates for their calendar program. It names no person that a case is about: only its number."""
    login = engine.accounts.feed_of(secret)
    if login is None:
        raise NotFound
    actor, now = engine.people.person(login).actor, engine.clock.now()
    calendar = Calendar()
    calendar.add("prodid", "-//casework//dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "casework")
    since, until = now - timedelta(days=30), now + timedelta(days=FEED_DAYS)
    first, last = _days_around(since, until)
    for one in dates_between(engine, actor, since, until, what=""):
        calendar.add_component(_entry(one, now))
    calendar.add_missing_timezones(first_date=first - YEAR, last_date=last + YEAR)
    return Response(calendar.to_ical(), media_type="text/calendar; charset=utf-8")


def _entry(one: Date, now: datetime) -> Event:
    entry = Event()
    said = f"{one.what}: case {one.case}" if one.case else one.what
    said += f" ({one.late.lower()})" if one.late else ""
    # The same each time it is asked for: by it a calendar moves an entry instead of adding another.
    entry.add("uid", f"{one.key}@casework")
    entry.add("dtstamp", now)
    entry.add("dtstart", one.day if one.is_day else one.at)
    entry.add("dtend", one.day + ONE_DAY if one.is_day else _end(one))
    entry.add("summary", said)
    return entry


def _end(one: Date) -> datetime:
    length = timedelta(hours=1 if one.kind == "Meeting" else 0, minutes=15)
    # By UTC: an hour over a change of the clocks is an hour.
    return (one.at.astimezone(UTC) + length).astimezone(one.at.tzinfo)
