"""Feed: a person's dates as a calendar that other programs read. It names no person that a case is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Response
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from engine.calendars.calendar import ONE_DAY
from engine.calendars.day import clock_changes
from engine.calendars.ending import ROUGHLY
from engine.web.meetings.dates import Date, dates_between
from engine.web.visitor import Engined, NotFound

router = APIRouter()
# Programs that subscribe ask again every few hours: a term ahead is enough, and the answer stays short.
BEFORE, AHEAD = timedelta(days=30), timedelta(days=120)
# What ends at the edge of what is shown ends after it, and a day is longer by an hour where the clocks go back.
AROUND = timedelta(days=3)


@router.get("/calendar/{secret}.ics")
def feed(engine: Engined, secret: Annotated[str, Path(max_length=100)]) -> Response:
    """A person's dates for their calendar program, by number of case."""
    login = engine.accounts.feed_of(secret)
    if login is None:
        raise NotFound
    hats, now = engine.deputies.hats(login), engine.clock.now()
    dates = (dates_between(engine, one, now - BEFORE, now + AHEAD, what="", overdue=True) for one in hats)
    # What both of two see stands there once.
    found = sorted({one.key: one for each in dates for one in each}.values(), key=lambda one: (one.at, one.key))
    content = calendar_of(found, now, engine.site.id()).to_ical()
    return Response(content, media_type="text/calendar; charset=utf-8")


def calendar_of(dates: Iterable[Date], now: datetime, site: str) -> Calendar:
    """What lies around `now` (aware) as a calendar of the installation with the id `site`."""
    calendar = Calendar()
    calendar.add("prodid", "-//casework//dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "casework")
    listed = list(dates)
    zones = {one.at.tzinfo.key: one.at.tzinfo for one in listed if isinstance(one.at.tzinfo, ZoneInfo)}
    # What is overdue is there for however long it is.
    since = min([now - BEFORE, *(one.at for one in listed)]) - AROUND
    for name in sorted(zones):
        calendar.add_component(_zone(name, zones[name], since, now + AHEAD + AROUND))
    for one in listed:
        calendar.add_component(_entry(one, now, site))
    return calendar


def _zone(name: str, zone: tzinfo, since: datetime, until: datetime) -> Timezone:
    """What the clocks of a zone show between two instants (RFC 5545, 3.6.5).

    The library's own writes the hour that a change leads to, where the one that it comes from is asked for.
    """
    found = Timezone()
    found.add("tzid", name)
    for moment in [since.replace(microsecond=0), *clock_changes(zone, since, until)]:
        before, after = (one.astimezone(zone) for one in (moment - timedelta(seconds=1), moment))
        part = TimezoneDaylight() if after.dst() else TimezoneStandard()
        part.TZOFFSETFROM, part.TZOFFSETTO = before.utcoffset(), after.utcoffset()
        part.DTSTART = (moment.astimezone(UTC) + (before.utcoffset() or timedelta())).replace(tzinfo=None)
        part.add("tzname", after.tzname())
        found.add_component(part)
    return found


def _entry(one: Date, now: datetime, site: str) -> Event:
    entry = Event()
    said = f"{one.what}: case {one.case}" if one.case else one.what
    said += f" ({ROUGHLY})" if one.roughly else ""
    said += f" ({one.late.lower()})" if one.late else ""
    # The same each time it is asked for: by it a calendar moves an entry instead of adding another. Of the installation
    # too: a calendar that shows two of them would take case 1 of one for case 1 of the other.
    entry.add("uid", f"{one.key}@{site}.casework")
    entry.add("dtstamp", now)
    entry.add("dtstart", one.day if one.is_day else _told(one.at))
    entry.add("dtend", one.day + ONE_DAY if one.is_day else _told(_end(one)))
    entry.add("summary", said)
    return entry


def _told(moment: datetime) -> datetime:
    """An hour that happens twice is taken for the first where the clock alone is told: the second is told by UTC."""
    return moment.astimezone(UTC) if moment.fold else moment


def _end(one: Date) -> datetime:
    length = timedelta(hours=1 if one.kind == "Meeting" else 0, minutes=15)
    # By UTC: an hour over a change of the clocks is an hour.
    return (one.at.astimezone(UTC) + length).astimezone(one.at.tzinfo)
