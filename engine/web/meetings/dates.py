"""Dates: what lies ahead, as a list, a week or a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from engine.calendars.calendar import ONE_DAY
from engine.calendars.day import days_somewhere
from engine.calendars.duration import at_local
from engine.case.command import Actor
from engine.service import Engine
from engine.service.cases.views import every
from engine.service.lists.finder import TasksWanted
from engine.source.moment import NotAMoment, day_written
from engine.source.words import said_day
from engine.web.page import show
from engine.web.visitor import CaseVisiting

router = APIRouter()
AT_ONCE = 500
VIEWS = {"month": "Month", "week": "Week", "list": "List"}


@dataclass(frozen=True)
class Date:
    """Something with a date: `at` is an instant in the zone of its process.

    `what` says it for people; `about` names the case `case`: none (0) for meetings. `roughly`: it was counted
    beyond the end of the calendar.
    """

    at: datetime
    kind: str
    what: str
    about: str
    href: str
    key: str
    late: str = ""
    move: str = ""
    case: int = 0
    roughly: bool = False

    @property
    def day(self) -> date:
        """Its day, on the wall clock of its process."""
        return self.at.date()

    @property
    def is_day(self) -> bool:
        """Whether it is a day without a time: what a date of a case brings about has the day's beginning."""
        # Where the clocks go forward at midnight a day begins at one.
        assert self.at.tzinfo is not None
        return self.kind != "Meeting" and self.at.astimezone(UTC) == at_local(self.day, time(), self.at.tzinfo)


def dates_between(
    engine: Engine, by: Actor, since: datetime, until: datetime, *, what: str = "dates", overdue: bool = False
) -> list[Date]:
    """Tasks that are due, meetings, and what will happen by itself, in order. `what` as for a finder.

    With `overdue` what is to be done since before `since` is among them.
    """
    with engine.finder(what) as finder:
        due = TasksWanted(due_from=None if overdue else since, due_before=until)
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
            one.roughly,
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
            roughly=one.roughly,
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
        title = f"Week from {said_day(monday)}"
        return Span(monday, monday + timedelta(days=6), monday - week, monday + week, title)
    if view == "list":
        month = timedelta(days=30)
        return Span(day, day + month, day - month, day + month, f"30 days from {said_day(day)}")
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
        chosen = day_written(day) if day else today
    except NotAMoment:
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
