"""Durations, added on the wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.calendars.calendar import Calendar, Span
from engine.calendars.day import clock_changes, day_of, zone_names
from engine.calendars.duration import BadDuration, Duration, add, at_local, parse, roll
from tests.workshop import CALENDAR

LONDON = ZoneInfo("Europe/London")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def plus(duration: str, start: str) -> str:
    return add(parse(duration), local(start), LONDON, CALENDAR).astimezone(LONDON).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("duration", "start", "end"),
    [
        ("6 weeks", "2023-09-11 09:00", "2023-10-23 09:00"),
        ("P6W", "2023-09-11 09:00", "2023-10-23 09:00"),
        ("8 weeks", "2023-09-11 09:00", "2023-11-06 09:00"),
        ("6 weeks + 5 school days", "2023-09-11 09:00", "2023-10-30 09:00"),
        ("1 school day", "2023-10-13 15:30", "2023-10-23 15:30"),
        ("10 school days", "2023-12-20 09:00", "2024-01-17 09:00"),
        ("1 half term", "2023-09-11 09:00", "2023-10-23 09:00"),
        ("2 half terms", "2023-09-11 09:00", "2024-01-08 09:00"),
        ("1 term", "2023-09-11 09:00", "2024-01-08 09:00"),
        ("1 half term", "2026-07-09 09:00", "2026-08-27 09:00"),
        ("1 month", "2024-01-31 09:00", "2024-02-29 09:00"),
        ("P1Y", "2024-02-29 09:00", "2025-02-28 09:00"),
        ("24 hours", "2023-10-28 09:00", "2023-10-29 08:00"),
        ("1 day", "2023-10-28 09:00", "2023-10-29 09:00"),
        ("90 minutes", "2024-03-31 00:30", "2024-03-31 03:00"),
        ("P1DT2H", "2023-09-11 09:00", "2023-09-12 11:00"),
    ],
)
def test_durations_are_added_on_the_wall_clock(duration: str, start: str, end: str) -> None:
    assert plus(duration, start) == end


def test_six_weeks_from_september_end_on_a_school_day_in_leicestershire_but_not_elsewhere() -> None:
    elsewhere = Calendar(
        "x",
        "X",
        (Span(date(2023, 9, 4), date(2023, 12, 22)),),
        (Span(date(2023, 9, 4), date(2023, 10, 20)), Span(date(2023, 10, 30), date(2023, 12, 22))),
    )
    end = add(parse("6 weeks"), local("2023-09-11 09:00"), LONDON, CALENDAR).astimezone(LONDON)
    assert end == local("2023-10-23 09:00")
    assert CALENDAR.is_school_day(end.date())
    assert not elsewhere.is_school_day(end.date())


@given(st.dates(date(2023, 9, 1), date(2026, 6, 1)), st.times(), st.integers(1, 60))
def test_weeks_keep_the_weekday_and_the_hour(day: date, clock: time, weeks: int) -> None:
    clock = clock.replace(second=0, microsecond=0)
    start = datetime.combine(day, clock, tzinfo=LONDON)
    end = add(Duration(((weeks, "week"),)), start, LONDON, None).astimezone(LONDON)
    walked = day
    for _ in range(weeks * 7):
        walked += timedelta(days=1)
    assume(datetime.combine(walked, clock, tzinfo=LONDON).astimezone(UTC).astimezone(LONDON).time() == clock)
    assert (end.date(), end.time()) == (walked, clock)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.integers(1, 10_000))
def test_hours_are_exact_across_clock_changes(start: datetime, hours: int) -> None:
    at = start.replace(tzinfo=UTC)
    assert add(Duration(((hours, "hour"),)), at, LONDON, None) == at + timedelta(hours=hours)


def test_an_hour_that_happens_twice_is_the_first_and_one_that_is_skipped_moves_on() -> None:
    assert at_local(date(2023, 10, 29), time(1, 30), LONDON) == datetime(2023, 10, 29, 0, 30, tzinfo=UTC)
    assert at_local(date(2024, 3, 31), time(1, 30), LONDON) == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("how", "end"), [("forward", "2023-10-23"), ("back", "2023-10-13"), ("none", "2023-10-17")])
def test_a_date_without_school_moves_as_it_is_told(how: str, end: str) -> None:
    assert roll(local("2023-10-17 09:00"), how, LONDON, CALENDAR).astimezone(LONDON).date() == date.fromisoformat(end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "6",
        "weeks",
        "6 fortnights",
        "0 weeks",
        "-1 week",
        "P",
        "PT",
        "P1",
        "1 week +",
        "6000 weeks",
        "P9999999Y",
        "99999 hours + 99999 terms",
        "1.5 weeks",
        "6 weeks and 1 day",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadDuration):
        parse(text)


UNITS = ["minute", "hour", "day", "week", "month", "year", "school day", "half term", "term"]


@given(st.lists(st.tuples(st.integers(1, 90), st.sampled_from(UNITS)), min_size=1, max_size=3))
def test_a_duration_can_be_written_and_read_again(parts: list[tuple[int, str]]) -> None:
    duration = Duration(tuple(parts))
    assume(sum(count * {"year": 366, "term": 100, "half term": 52}.get(unit, 31) for count, unit in parts) < 36_000)
    assert parse(str(duration)) == duration


@given(st.text(max_size=40))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        parse(text)
    except BadDuration:
        pass


def test_from_the_first_day_of_a_half_term_the_next_one_is_counted() -> None:
    assert plus("1 half term", "2023-10-23 09:00") == "2024-01-08 09:00"
    assert plus("1 term", "2024-01-08 09:00") == "2024-04-08 09:00"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("5000 weeks", True),
        ("5001 days", False),
        ("5000 days", True),
        ("100 years", True),
        ("101 years", False),
        ("60 years + 60 years", False),
    ],
)
def test_a_duration_may_be_as_long_as_a_century_and_a_count_as_high_as_is_said(text: str, fits: bool) -> None:
    if fits:
        assert str(parse(text)) == text
    else:
        with pytest.raises(BadDuration):
            parse(text)


# The clocks of the whole world since 1990, and as far ahead as anybody has decided.
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2035, 12, 31, tzinfo=UTC)
ANYWHERE = st.sampled_from(sorted(zone_names())).map(ZoneInfo)
# Whole days that never were, where a country went over the line on which the date changes.
NEVER = {date(1993, 8, 21), date(1994, 12, 31), date(2011, 12, 30)}
OVER_THE_LINE = {"Kwajalein", *(f"Pacific/{name}" for name in ("Apia", "Enderbury", "Fakaofo", "Kanton"))}
OVER_THE_LINE |= {"Pacific/Kiritimati", "Pacific/Kwajalein"}


@given(ANYWHERE, st.dates(FIRST.date(), LAST.date()), st.data())
def test_a_day_begins_on_itself_in_every_zone(zone: ZoneInfo, day: date, data: st.DataObject) -> None:
    changes = clock_changes(zone, FIRST, LAST)
    if changes and data.draw(st.booleans()):
        day = day_of(data.draw(st.sampled_from(changes)), zone)
    assume(day not in NEVER)
    begins = at_local(day, time(), zone)
    assert day_of(begins, zone) == day
    assert day_of(begins - timedelta(microseconds=1), zone) < day


@given(ANYWHERE, st.sampled_from(["1 day", "1 week", "1 month", "1 year"]), st.data())
def test_what_is_repeated_stays_at_its_hour_in_every_zone(zone: ZoneInfo, every: str, data: st.DataObject) -> None:
    changes = clock_changes(zone, FIRST, LAST - timedelta(days=700)) or [FIRST]
    # A few hours or days before the clocks are set, so that its hour is the one that is skipped or comes twice.
    start = data.draw(st.sampled_from(changes)) - timedelta(minutes=30 * data.draw(st.integers(-4, 60 * 48)))
    anchor = start.astimezone(zone)
    assume(zone.key not in OVER_THE_LINE)
    clock, last = anchor.replace(tzinfo=None).time(), start
    for count in range(1, 25):
        due = add(parse(every).times(count), start, zone, None)
        assert due > last
        last, local_due = due, due.astimezone(zone)
        day = local_due.date()
        # Only where that hour was skipped on that day is it another: as much later as was skipped.
        if local_due.time() != clock:
            skipped = datetime.combine(day, clock, tzinfo=zone)
            assert skipped.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != skipped.replace(tzinfo=None)
            assert at_local(day, clock, zone) == due
