"""Durations as words in expressions, against days that are counted one by one; and lengths in CEL's own words."""

from __future__ import annotations

import calendar as months
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.calendars.calendar import Calendar, Span
from engine.case.answers.form import stored
from engine.process.definition import Field
from engine.process.language import lengths
from engine.process.language.expressions import Expression, Fault, Language, View

FIELDS = {"d": "date", "t": "time", "a": "text", "y": "yes_no", "days": "choices"}
TERMS = (Span(date(2024, 1, 8), date(2024, 3, 22)), Span(date(2024, 4, 15), date(2024, 7, 19)))
HALVES = (
    Span(date(2024, 1, 8), date(2024, 2, 9)),
    Span(date(2024, 2, 19), date(2024, 3, 22)),
    Span(date(2024, 4, 15), date(2024, 5, 24)),
    Span(date(2024, 6, 3), date(2024, 7, 19)),
)
SCHOOL = Calendar(
    "c", "C", TERMS, HALVES, closed=frozenset({date(2024, 1, 10)}), days=(("fair", "last friday of june"),)
)
LONDON = Language(FIELDS, {}, frozenset(), frozenset(), frozenset({"on"}), ZoneInfo("Europe/London"), SCHOOL)
BARE = replace(LONDON, calendar=None, _programs={})
NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
days = st.dates(date(1901, 1, 1), date(2199, 12, 31))
school_times = st.dates(date(2023, 6, 1), date(2025, 3, 1))


def value(text: str, language: Language = LONDON, now: datetime = NOW, **data: Any) -> Any:
    found = language.check(text, "ANY")
    assert isinstance(found, Expression), found
    return language.value(found, View(data, "on", [], {}, now))


def faults(text: str, language: Language = LONDON) -> list[Fault]:
    found = language.check(text, "ANY")
    assert isinstance(found, list), found
    return found


def is_open(day: date) -> bool:
    """Read off the table above with fingers: weekdays of a half term, but for one; beyond the table every weekday."""
    if day.weekday() in (5, 6) or day == date(2024, 1, 10):
        return False
    if day < date(2024, 1, 8) or day > date(2024, 7, 19):
        return True
    off = [("2024-02-10", "2024-02-18"), ("2024-03-23", "2024-04-14"), ("2024-05-25", "2024-06-02")]
    return not any(first <= day.isoformat() <= last for first, last in off)


def stepped(day: date, count: int, step: int) -> date:
    """One day at a time, and one more tick for each that is open."""
    while count > 0:
        day = date.fromordinal(day.toordinal() + step)
        count -= 1 if is_open(day) else 0
    return day


@given(school_times, st.integers(1, 60), st.sampled_from([("+", 1), ("-", -1)]))
def test_school_days_are_counted_one_by_one_both_ways(day: date, count: int, sign: tuple[str, int]) -> None:
    written, step = sign
    unit = "school day" if count == 1 else "school days"
    assert value(f"d {written} {count} {unit}", d=day.isoformat()) == stepped(day, count, step).isoformat()


@given(days, st.integers(1, 400), st.sampled_from(["+", "-"]), st.sampled_from([("day", 1), ("week", 7)]))
def test_days_and_weeks_are_whole_days(day: date, count: int, sign: str, unit: tuple[str, int]) -> None:
    name, length = unit
    moved = day.toordinal() + (1 if sign == "+" else -1) * count * length
    assert value(f"d {sign} {count} {name}s", BARE, d=day.isoformat()) == date.fromordinal(moved).isoformat()


@given(days, st.integers(1, 60), st.sampled_from(["+", "-"]))
@example(date(2024, 2, 29), 12, "+")
@example(date(2024, 2, 29), 12, "-")
@example(date(2024, 3, 31), 1, "-")
def test_months_keep_their_day_or_take_the_last_one(day: date, count: int, sign: str) -> None:
    year, month = day.year, day.month
    for _ in range(count):
        month += 1 if sign == "+" else -1
        year, month = (year + 1, 1) if month == 13 else (year - 1, 12) if month == 0 else (year, month)
    last = months.monthrange(year, month)[1]
    assert (
        value(f"d {sign} {count} months", BARE, d=day.isoformat()) == date(year, month, min(day.day, last)).isoformat()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d + 1 year", "2025-02-28"),
        ("d - 4 years", "2020-02-29"),
        ("d + 1 half term", "2024-04-15"),
        ("d - 1 half term", "2024-02-19"),
        ("d - 2 half terms", "2024-01-08"),
        ("d + 1 term", "2024-04-15"),
        ("d - 1 term", "2024-01-08"),
        ("d + 1 week - 1 day", "2024-03-06"),
        ("d +\n  5   school\n days", "2024-03-07"),
        ("d + 6 weeks + 5 school days", "2024-04-19"),
        ('d + 1 week // a week + 2 days\n== date("2024-03-07")', True),
        ("d < today + 1 week && today - 2 months < d", True),
        ('[d].map(one, one + 1 day)[0] == date("2024-03-01")', True),
        ('a == "d + 1 week"', True),
        ("days.size() + 3", 4),
        ('"1 day" in days', True),
    ],
)
def test_durations_stand_as_words(text: str, expected: object) -> None:
    assert value(text, d="2024-02-29", a="d + 1 week", days=["1 day"]) == expected


@pytest.mark.parametrize(
    ("start", "text", "moved"),
    [
        ("2024-03-27T14:00", "t + 1 week", "2024-04-03T14:00"),
        ("2024-10-23T14:00", "t + 1 week", "2024-10-30T14:00"),
        ("2024-10-30T00:30", "t - 1 week", "2024-10-23T00:30"),
        ("2024-03-30T23:30", "t + 2 hours", "2024-03-31T02:30"),
        ("2024-10-27T00:30", "t + 90 minutes", "2024-10-27T01:00"),
        ("2024-03-31T03:00", "t - 2 hours", "2024-03-31T00:00"),
        ("2024-03-30T01:30", "t + 1 day", "2024-03-31T02:30"),
        ("2024-01-09T09:00", "t + 1 school day", "2024-01-11T09:00"),
        ("2024-01-11T09:00", "t - 1 school day", "2024-01-09T09:00"),
    ],
)
def test_instants_keep_their_hour_when_the_clocks_are_set_unless_hours_are_counted(
    start: str, text: str, moved: str
) -> None:
    assert stored(Field("t", "T", "time"), value(text, t=start), LONDON.zone) == moved


@given(days, st.integers(0, 23), st.integers(1, 60), st.sampled_from(["+", "-"]))
def test_a_week_later_is_the_same_day_of_the_week_at_the_same_hour(day: date, hour: int, count: int, sign: str) -> None:
    start = datetime(day.year, day.month, day.day, hour, 30)
    moved = stored(Field("t", "T", "time"), value(f"t {sign} {count} weeks", BARE, t=start.isoformat()), LONDON.zone)
    if moved is None:  # before 1900 or after 2200
        return
    found = datetime.fromisoformat(moved)
    assert found.weekday() == day.weekday()
    # Between one and two on a night in spring there is no such hour: it moves on by the hour that is left out.
    assert found.hour == hour or (found.hour, hour) == (2, 1) or found.year < 1972


@pytest.mark.parametrize(
    ("text", "offset", "code", "said", "mend"),
    [
        ("d + 0 days", 4, "bad-duration", "A duration must be longer than nothing.", "For example: due + 6 weeks."),
        ("d + 123456 days", 4, "bad-duration", "'123456 days' is not a duration.", "For example: due + 6 weeks."),
        (
            "d + 2 hours",
            2,
            "expression-type",
            "+ cannot be used with a day and a duration.",
            "A day has no time of day",
        ),
        ("d - t < 1 week", 6, "expression-type", "", "Compare two days: due < today + 1 week."),
        ("1 week + d", 7, "expression-type", "", "A duration is added to a day or a time"),
        ('a + "x" == 1 week', 8, "expression-type", "", "Compare two days"),
        ('t + duration("168h")', 4, "raw-length", "168h is so many hours", "Write 1 week; or 168 hours, if"),
        ('now - duration("48h") < t', 6, "raw-length", "48h is so many hours", "Write 2 days; or 48 hours, if"),
        ('t +\n (y ? duration("24h") : duration("48h"))', 10, "raw-length", "24h is so many hours", "Write 1 day"),
        (
            'd + duration("36h")',
            4,
            "raw-length",
            "A day has no hours, of which 36h has some.",
            "Count whole days: 2 days.",
        ),
        ('[d].exists(x, duration("90m") + x < d)', 14, "raw-length", "A day has no hours", "Count whole days: 1 day."),
        ("D() == D()", 0, "unknown-field", "D is neither a field nor a function.", ""),
        ("hAs(a)", 0, "unknown-field", "hAs is neither a field nor a function.", ""),
        ("b + 1 week", 0, "unknown-field", "b is neither a field nor a function.", ""),
        ("d + 1 week > b", 13, "unknown-field", "b is neither a field nor a function.", ""),
    ],
)
def test_what_cannot_be_meant_is_told_where_it_stands(text: str, offset: int, code: str, said: str, mend: str) -> None:
    found = faults(text)[0]
    assert (found.offset, found.code) == (offset, code)
    assert found.message.startswith(said)
    assert found.mend.startswith(mend)


@pytest.mark.parametrize("text", ["d + 5 school days", "t - 1 half term", "d + 2 terms"])
def test_school_days_and_terms_need_a_calendar(text: str) -> None:
    [found] = faults(text, BARE)
    assert (found.offset, found.code) == (4, "needs-calendar")


@pytest.mark.parametrize(
    "text",
    ['d + duration("48h") == d', 'duration("168h") + d > d', 't + duration("45m") > t', 'now - t > duration("168h")'],
)
def test_lengths_in_the_words_of_cel_stay_where_they_say_what_they_give(text: str) -> None:
    assert isinstance(LONDON.check(text, "BOOL"), Expression)


@pytest.mark.parametrize("text", ['t + duration("168h") > t', 'd + duration("36h") > d'])
def test_what_was_published_before_keeps_its_meaning(text: str) -> None:
    assert isinstance(LONDON.check(text, "BOOL"), list)
    published = replace(LONDON, is_published=True, _programs={})
    assert value(text, published, d="2024-02-29", t="2024-02-29T09:00") is True


@given(st.text('d +-1234567890weksdaychooltrmhutin()\n/"', max_size=30))
def test_what_is_hidden_or_called_is_as_long_as_before(text: str) -> None:
    """So that what is wrong is told where it stands."""
    if not list(lengths.faults(text)):
        assert len(lengths.hidden(text)) == len(lengths.as_calls(text)) == len(text)
        assert lengths.as_calls(text).count("\n") == text.count("\n")


def test_a_length_in_words_is_in_whole_days() -> None:
    assert [lengths.in_words(one) for one in ("24h", "168h", "36h", "90m", "336h")] == [
        "1 day",
        "1 week",
        "2 days",
        "1 day",
        "2 weeks",
    ]
    assert lengths.raw_length("-1.5h30m") == timedelta(hours=2)
