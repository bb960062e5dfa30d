"""Functions that count and compare days, against days that are counted one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.process.language import reckoning
from engine.process.language.expressions import Expression, Language, View
from tests.unit.test_lengths import BARE, LONDON, NOW, faults, is_open, school_times, value

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
days = st.dates(date(1901, 1, 1), date(2199, 12, 31))
FIELDS = {"a": "date", "b": "date", "c": "date", "t": "time", "y": "yes_no"}
THREE = Language(FIELDS, {}, frozenset(), frozenset(), frozenset({"on"}), ZoneInfo("Europe/London"), LONDON.calendar)
maybe = st.none() | school_times.map(date.isoformat)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def counted(first: date, last: date) -> int:
    """The open days behind the first, up to and with the last: one by one, backwards with a minus."""
    if last < first:
        return -counted(last, first)
    return sum(is_open(date.fromordinal(one)) for one in range(first.toordinal() + 1, last.toordinal() + 1))


@given(school_times, school_times)
def test_days_and_school_days_between_two_days_are_counted_one_by_one(one: date, other: date) -> None:
    given_days = {"d": one.isoformat(), "t": f"{other.isoformat()}T09:00"}
    assert value("school_days_between(d, t)", **given_days) == counted(one, other)
    assert value("days_between(d, t)", **given_days) == other.toordinal() - one.toordinal()
    assert value("days_between(t, d) == -days_between(d, t)", **given_days) is True
    assert value("is_school_day(d)", **given_days) is is_open(one)


@given(school_times, st.integers(1, 40))
def test_as_many_school_days_lie_between_as_were_added(day: date, count: int) -> None:
    assert value(f"school_days_between(d, d + {count} school days)", d=day.isoformat()) == count


@given(days)
def test_each_day_of_the_week_has_its_name(day: date) -> None:
    # 1 January 1900 was a Monday.
    name = DAYS[(day.toordinal() - date(1900, 1, 1).toordinal()) % 7]
    assert value("weekday(d)", BARE, d=day.isoformat()) == name
    assert value(f'weekday(t) == "{name}"', BARE, t=f"{day.isoformat()}T00:30") is True


@given(st.dates(date(1930, 1, 1), date(2020, 12, 31)), days)
@example(date(2004, 2, 29), date(2022, 2, 28))
@example(date(2004, 2, 29), date(2022, 3, 1))
@example(date(2004, 2, 29), date(2024, 2, 29))
def test_one_is_a_year_older_on_each_birthday(born: date, today: date) -> None:
    found = value("age(d)", BARE, noon(today), d=born.isoformat())
    if today < born:
        assert found is None
        return
    birthdays = [f"{year}-{born:%m-%d}" for year in range(born.year + 1, today.year + 1)]
    if f"{born:%m-%d}" == "02-29":
        birthdays = [one if int(one[:4]) % 4 == 0 and one[:4] != "2100" else f"{one[:4]}-03-01" for one in birthdays]
    assert found == sum(one <= today.isoformat() for one in birthdays)


@given(maybe, maybe, maybe)
def test_the_latest_and_the_earliest_leave_out_what_is_empty(a: str | None, b: str | None, c: str | None) -> None:
    view = View({"a": a, "b": b, "c": c}, "on", [], {}, NOW)

    def found(text: str) -> object:
        checked = THREE.check(text, "ANY")
        assert isinstance(checked, Expression), checked
        return THREE.value(checked, view)

    known = sorted(one for one in (a, b, c) if one)
    assert found("latest(a, b, c)") == (known[-1] if known else None)
    assert found("earliest(a, earliest(b, c))") == (known[0] if known else None)
    assert found("latest(a, b, c) == null") is (not known)
    later = [date.fromordinal(date.fromisoformat(one).toordinal() + 7).isoformat() for one in (a, b) if one]
    assert found("latest(latest(a, b) + 1 week, c // the last\n)") == max([*later, *([c] if c else [])], default=None)
    assert found("latest(a, b, c) < today") == (known[-1] < "2024-03-28" if known else None)


def test_instants_are_chosen_as_they_lie() -> None:
    assert value("latest(t, now) == now", t="2024-01-01T09:00") is True
    assert value("earliest(t, now) == t", t="2024-01-01T09:00") is True
    assert value("earliest(t, now) == now") is True


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        ("2024-01-10", 'begin_of("half term")', "2024-01-08"),
        ("2024-02-09", 'end_of("half term")', "2024-02-09"),
        ("2024-02-10", 'begin_of("half term")', "2024-02-19"),  # in a holiday the next one
        ("2024-02-10", 'begin_of("term")', "2024-01-08"),
        ("2024-02-10", 'end_of("term")', "2024-03-22"),
        ("2024-04-01", 'begin_of("term")', "2024-04-15"),
        ("2024-07-19", 'end_of("half term")', "2024-07-19"),
        ("2024-07-20", 'begin_of("half term")', "2024-07-22"),  # beyond the calendar seven weeks each
        ("2024-09-07", 'end_of("half term")', "2024-10-25"),
        ("2024-01-05", 'begin_of("half term")', "2023-11-20"),
        ("2024-01-05", 'end_of("term")', "2024-01-05"),
        ("2024-01-06", 'end_of("term")', "2024-03-22"),
        ("2024-07-19", 'begin_of("half term", d)', "2024-01-08"),
        ("2024-07-19", 'end_of("term", t)', "2024-07-19"),
        ("2024-06-28", "fair", "2024-06-28"),
        ("2024-06-29", "fair - 2 weeks", "2025-06-13"),
        ("2024-06-29", "term_of(d)", "2024, term 1"),
        ("2024-06-29", "term_of(d) == term_of(today)", False),
        ("2024-06-29", "term_of(t) == term_of(today)", True),
        ("2026-06-29", "term_of(today)", "Term from 2026-06-08"),
        ("2024-06-29", "is_school_day(now)", False),
        ("2024-06-29", 'begin_of(a + "")', None),
    ],
)
def test_terms_and_named_days_are_those_of_the_calendar(today: str, text: str, expected: object) -> None:
    assert LONDON.calendar is not None
    calendar = replace(LONDON.calendar, labels=("2024, term 1", "2024, term 2"), _school_days={})
    language = replace(LONDON, calendar=calendar, _programs={})
    now = noon(date.fromisoformat(today))
    assert value(text, language, now, d="2024-02-01", t="2024-05-01T09:00", a="x") == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(reckoning.RUNS))
def test_each_day_has_one_run_and_they_follow_each_other(day: date, run: str) -> None:
    first, last = (value(f'{name}("{run}", d)', d=day.isoformat()) for name in ("begin_of", "end_of"))
    assert first <= last
    assert day.isoformat() <= last
    assert value(f'begin_of("{run}", d)', d=last) == first
    assert value(f'end_of("{run}", d)', d=first) == last


@pytest.mark.parametrize(
    ("text", "offset", "code", "said", "mend"),
    [
        ('weekday(d) == "wendesday"', 14, "wrong-value", "wendesday is no day", "Did you mean wednesday?"),
        ('weekday(date(t)) in ["monday", "Friday"]', 31, "wrong-value", "Friday is no day", "Did you mean friday?"),
        ('begin_of("halfterm") < d', 9, "wrong-value", "halfterm is neither", "Did you mean half term?"),
        ("latest(y ? d : d, d)", 0, "wrong-value", "latest is given days themselves", "Write the condition around"),
        ("latest(d, t) < today", 6, "expression-type", "latest cannot be used with", "date(…) gives the day of a time"),
        ("age(t) > 3", 3, "expression-type", "age cannot be used with a time.", ""),
        ("fairs < d", 0, "unknown-field", "fairs is neither a field nor a function.", "Did you mean fair?"),
    ],
)
def test_what_cannot_be_meant_is_told_where_it_stands(text: str, offset: int, code: str, said: str, mend: str) -> None:
    found = faults(text)[0]
    assert (found.offset, found.code) == (offset, code)
    assert found.message.startswith(said)
    assert found.mend.startswith(mend)


@pytest.mark.parametrize("text", ["is_school_day(d)", "school_days_between(d, t)", 'begin_of("term")', "term_of(d)"])
def test_what_asks_a_calendar_needs_one(text: str) -> None:
    assert {(one.offset, one.code) for one in faults(text, BARE)} == {(0, "needs-calendar")}


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("age(d) > 3", True),
        ("fair < d", True),
        ('d < end_of("term")', True),
        ("is_school_day(d)", False),
        ("opened < d", False),
    ],
)
def test_what_goes_by_the_day_is_known(text: str, moves: bool) -> None:
    found = LONDON.check(text, "BOOL")
    assert isinstance(found, Expression)
    assert found.changes_by_itself is moves


def test_a_field_goes_before_a_day_of_the_same_name() -> None:
    fields = {**LONDON.fields, "fair": "text", "opened": "yes_no"}
    language = replace(LONDON, fields=fields, _programs={})
    assert value('fair == "x" && opened', language, fair="x", opened=True) is True


def test_opened_is_the_day_on_which_the_case_was_begun() -> None:
    found = LONDON.check("opened + 1 week", "TIMESTAMP")
    assert isinstance(found, Expression)
    begun = datetime(2024, 3, 31, 23, 30, tzinfo=UTC)  # 00:30 on 1 April in London
    assert LONDON.value(found, View({}, "on", [], {}, NOW, begun)) == "2024-04-08"
    assert LONDON.value(found, View({}, "on", [], {}, NOW)) is None
