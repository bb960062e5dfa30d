"""Feed: a person's dates as other programs read them, in every zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine
from engine.calendars.day import clock_changes, zone_names
from engine.calendars.duration import at_local
from engine.web.app import create_site
from engine.web.meetings.dates import Date
from engine.web.meetings.feed import AHEAD, BEFORE, _end, calendar_of
from tests.conftest import REFERRAL
from tests.integration.site import Visit, settle
from tests.steps import in_panel

ZONES = sorted(zone_names())
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
# Where the clocks go forward at midnight, and the day on which they do.
AT_MIDNIGHT = [
    ("America/Santiago", date(2024, 9, 8)),
    ("Asia/Beirut", date(2024, 3, 31)),
    ("Africa/Cairo", date(2024, 4, 26)),
    ("America/Havana", date(2024, 3, 10)),
]


def moment_of(zone: str, at: datetime, kind: str = "Meeting") -> Date:
    return Date(at.astimezone(ZoneInfo(zone)), kind, "Panel", "", "/meetings/1", "meeting-1")


def read(dates: list[Date], now: datetime) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(calendar_of(dates, now, "abc").to_ical())


def clocks(calendar: icalendar.Calendar) -> list[tuple[datetime, timedelta]]:
    """From which instant on (UTC, without a zone) which distance from UTC holds, by RFC 5545 and nothing else."""
    parts = [part for zone in calendar.walk("VTIMEZONE") for part in zone.subcomponents]
    return sorted((part["DTSTART"].dt - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for part in parts)


@given(st.sampled_from(ZONES), st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)))
def test_the_clocks_of_a_calendar_are_those_of_its_zone(zone: str, moment: datetime) -> None:
    now, where = moment.replace(tzinfo=UTC), ZoneInfo(zone)
    said = clocks(read([moment_of(zone, now)], now))
    changes = clock_changes(where, now - BEFORE, now + AHEAD)
    around = [one + timedelta(seconds=by) for one in changes for by in (-1, 0, 1, 3600)]
    for one in [now - BEFORE, now, now + AHEAD, *around]:
        held = [to for at, to in said if at <= one.replace(tzinfo=None)]
        assert held, (zone, one)
        assert held[-1] == one.astimezone(where).utcoffset(), (zone, one)


@given(st.sampled_from(ZONES), st.data())
def test_what_begins_around_a_change_of_the_clocks_begins_when_it_does(zone: str, data: st.DataObject) -> None:
    where = ZoneInfo(zone)
    changes = clock_changes(where, FIRST, LAST) or [datetime(2024, 3, 1, tzinfo=UTC)]
    at = data.draw(st.sampled_from(changes)) + timedelta(minutes=data.draw(st.integers(-150, 150)))
    event = read([moment_of(zone, at)], at).walk("VEVENT")[0]
    begins, ends = event["DTSTART"].dt, event["DTEND"].dt
    assert begins.astimezone(UTC) == at
    assert ends.astimezone(UTC) - at == timedelta(minutes=75)


@pytest.mark.parametrize(("zone", "day"), AT_MIDNIGHT)
def test_a_day_that_begins_at_one_is_a_day(zone: str, day: date) -> None:
    begins = at_local(day, time(), ZoneInfo(zone))
    assert begins.astimezone(ZoneInfo(zone)).hour == 1
    event = read([moment_of(zone, begins, "Comes up")], begins).walk("VEVENT")[0]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (day, day + timedelta(days=1))
    later = read([moment_of(zone, begins + timedelta(minutes=1), "Comes up")], begins).walk("VEVENT")[0]
    assert isinstance(later["DTSTART"].dt, datetime)


def test_two_installations_in_one_calendar_overwrite_nothing(engine: Engine, tmp_path: Path) -> None:
    # Made anew: what is copied from a template would have the id of the template, as a restored one has.
    Engine.prepare(f"sqlite:///{tmp_path / 'other.db'}")
    other = Engine(f"sqlite:///{tmp_path / 'other.db'}", clock=engine.clock)
    other.publish(REFERRAL)
    found = []
    for one in (engine, other):
        settle(one)
        in_panel(one)
        visit = Visit(create_site(one), "jo")
        address = re.search(r"/calendar/[^<]+\.ics", visit.post("/profile/calendar", status=200).text)
        assert address is not None
        twice = [visit.get(address.group()).content for _ in range(2)]
        assert twice[0] == twice[1]
        found.append({str(event["UID"]) for event in icalendar.Calendar.from_ical(twice[0]).walk("VEVENT")})
    assert found[0]
    assert found[1]
    assert not found[0] & found[1]
    other.close()


def test_a_calendar_address_can_be_revoked_and_names_nobody(site: FastAPI, engine: Engine) -> None:
    in_panel(engine, pupil_name="Zebedee Quux")
    visit = Visit(site, "jo")
    text = visit.post("/profile/calendar", status=200).text
    found = re.search(r"/calendar/[^<]+\.ics", text)
    assert found is not None
    calendar = Visit(site).get(found.group())
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "Bring the case to a decision of the panel: case 1" in calendar.text.replace("\r\n ", "")
    assert "Zebedee" not in calendar.text
    visit.post("/profile/calendar", status=200)
    Visit(site).get(found.group(), 404)


def test_a_meeting_over_a_change_of_the_clocks_lasts_as_long_as_any_other() -> None:
    begins = datetime(2024, 3, 31, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    meeting = moment_of("Europe/London", begins)
    assert _end(meeting).astimezone(UTC) - begins.astimezone(UTC) == timedelta(minutes=75)
    assert _end(meeting).hour == 2
