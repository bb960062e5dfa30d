"""Calendars and durations, against an independent count of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.calendars.calendar import Calendar, Span, named_day
from engine.calendars.duration import BadDuration, Duration, add, at_local, parse, roll
from engine.calendars.loader import load_calendar
from engine.source.problem import Refused
from tests.conftest import ROOT

LONDON = ZoneInfo("Europe/London")
FILE = ROOT / "processes" / "calendars" / "leicestershire.yaml"
CALENDAR = load_calendar(FILE.read_bytes(), str(FILE))

# An independent list of the days off, as the county's table gives them.
HOLIDAYS_2023 = [("2023-10-16", "2023-10-20"), ("2023-12-23", "2024-01-07"), ("2024-02-12", "2024-02-16")]
HOLIDAYS_2023 += [("2024-03-23", "2024-04-07"), ("2024-05-27", "2024-05-31"), ("2024-07-13", "2024-08-26")]
BANK_2023 = {date(2024, 5, 6)}


def is_day_off(day: date) -> bool:
    between = any(date.fromisoformat(a) <= day <= date.fromisoformat(b) for a, b in HOLIDAYS_2023)
    return between or day.weekday() >= 5 or day in BANK_2023


def count_school_days(start: date, wanted: int) -> date:
    days = [start + timedelta(days=n) for n in range(1, 500)]
    return [day for day in days if not is_day_off(day)][wanted - 1]


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


@given(st.dates(date(2023, 8, 29), date(2024, 7, 12)))
def test_school_days_agree_with_a_day_by_day_list(day: date) -> None:
    assert CALENDAR.is_school_day(day) is not is_day_off(day)


@given(st.dates(date(2023, 8, 29), date(2024, 5, 1)), st.integers(1, 40))
def test_counting_school_days_agrees_with_a_list(day: date, count: int) -> None:
    assert CALENDAR.add_school_days(day, count) == count_school_days(day, count)


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


def test_a_late_bank_holiday_is_no_school_day_even_beyond_the_written_years() -> None:
    assert not CALENDAR.is_school_day(date(2030, 12, 25))
    assert CALENDAR.is_school_day(date(2030, 12, 3))
    assert not CALENDAR.is_school_day(date(2024, 5, 6))


def test_named_days() -> None:
    assert named_day("last friday of june", 2024) == date(2024, 6, 28)
    assert named_day("first monday of may", 2023) == date(2023, 5, 1)
    assert CALENDAR.next_day("year_11_ends", date(2024, 6, 28)) == date(2024, 6, 28)
    assert CALENDAR.next_day("year_11_ends", date(2024, 6, 29)) == date(2025, 6, 27)


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("2023-12-22, half_term", "2023-12-32, half_term"),
        ("opens: 2024-01-08", "opens: 2023-12-01"),
        ("from: 2024-02-12", "from: 2025-02-12"),
        ("subdivision: ENG", "subdivision: QQQ"),
        ("country: GB", "country: ZZ"),
        ("last friday of june", "last fryday of june"),
        ("closes: 2023-12-22", "closes: 2023-08-01"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(change: str, said: str) -> None:
    text = FILE.read_text().replace(change, said)
    assert text != FILE.read_text()
    with pytest.raises(Refused) as refused:
        load_calendar(text, "c.yaml")
    assert {problem.code for problem in refused.value.problems} == {"bad-calendar"}


def test_a_closed_day_is_no_school_day() -> None:
    span = Span(date(2024, 1, 8), date(2024, 3, 22))
    calendar = Calendar("c", "C", (span,), (span,), closed=frozenset({date(2024, 1, 10)}))
    assert [calendar.is_school_day(date(2024, 1, day)) for day in (9, 10, 11)] == [True, False, True]
    assert calendar.add_school_days(date(2024, 1, 9), 1) == date(2024, 1, 11)


def test_from_the_first_day_of_a_half_term_the_next_one_is_counted() -> None:
    assert plus("1 half term", "2023-10-23 09:00") == "2024-01-08 09:00"
    assert plus("1 term", "2024-01-08 09:00") == "2024-04-08 09:00"
