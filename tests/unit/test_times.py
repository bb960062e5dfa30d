"""Times: a date is a day in every zone and season, an instant is read in the zone of the process. Against datetime."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars.day import day_of
from engine.case.answers.form import stored
from engine.process.definition import Field
from engine.process.language.expressions import Expression, Fault, Language, View
from engine.process.language.times import wrong_in

ZONES = ("Europe/London", "America/New_York", "Pacific/Kiritimati", "Pacific/Chatham", "Australia/Lord_Howe")
FIELDS = {"d": "date", "e": "date", "t": "time", "n": "integer", "x": "number", "y": "yes_no", "a": "text"}
FIELDS |= {"many": "choices"}
LANGUAGES = {
    zone: Language(FIELDS, {}, frozenset({"form"}), frozenset({"room"}), frozenset({"on"}), ZoneInfo(zone))
    for zone in ZONES
}
LONDON = LANGUAGES["Europe/London"]
SUMMER = datetime(2024, 8, 31, 23, 30, tzinfo=UTC)  # 00:30 on 1 September in London
days = st.dates(date(1900, 1, 2), date(2200, 12, 30))
instants = st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))
PARTS = {
    "getFullYear": lambda day: day.year,
    "getMonth": lambda day: day.month - 1,
    "getDate": lambda day: day.day,
    "getDayOfMonth": lambda day: day.day - 1,
    "getDayOfWeek": lambda day: (day.weekday() + 1) % 7,
    "getDayOfYear": lambda day: (day - date(day.year, 1, 1)).days,
}


def value(text: str, language: Language = LONDON, now: datetime = SUMMER, **data: Any) -> Any:
    found = language.check(text, "ANY")
    assert isinstance(found, Expression), found
    return language.value(found, View(data, "on", [], {"room": 1}, now))


def fault(text: str) -> Fault:
    found = LONDON.check(text, "ANY")
    assert isinstance(found, list), found
    return found[0]


@given(days, st.sampled_from(ZONES), st.sampled_from(sorted(PARTS)), instants)
def test_every_part_of_a_date_is_that_of_the_day_as_written(day: date, zone: str, part: str, now: datetime) -> None:
    written, language = day.isoformat(), LANGUAGES[zone]
    assert value(f"d.{part}()", language, now, d=written) == PARTS[part](day)
    assert value(f'd.{part}("America/Los_Angeles")', language, now, d=written) == PARTS[part](day)
    today = now.astimezone(ZoneInfo(zone)).date()
    assert value(f"today.{part}()", language, now) == value(f"now.{part}()", language, now) == PARTS[part](today)


@given(days, days, st.sampled_from(ZONES), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), instants)
def test_dates_compare_as_days(one: date, other: date, zone: str, sign: str, now: datetime) -> None:
    language, today = LANGUAGES[zone], now.astimezone(ZoneInfo(zone)).date()
    given_dates = {"d": one.isoformat(), "e": other.isoformat()}
    table = {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}
    table |= {"==": one == other, "!=": one != other}
    assert value(f"d {sign} e", language, now, **given_dates) is table[sign]
    with_today = {"<": one < today, "<=": one <= today, ">": one > today, ">=": one >= today}
    if sign in with_today:
        assert value(f"d {sign} today", language, now, **given_dates) is with_today[sign]
        assert value(f"d {sign} now", language, now, **given_dates) is with_today[sign]


@given(days, days, st.integers(-900, 900), st.sampled_from(ZONES))
def test_days_are_added_and_taken_away_whatever_the_clocks_do(one: date, other: date, count: int, zone: str) -> None:
    language, given_dates = LANGUAGES[zone], {"d": one.isoformat(), "e": other.isoformat()}
    assert value("d - e", language, **given_dates) == one - other
    later = one + timedelta(days=count)
    assert value(f'd + duration("{count * 24}h")', language, **given_dates) == later.isoformat()
    assert value(f'duration("{count * 24}h") + d', language, **given_dates) == later.isoformat()
    assert value(f'd - duration("{-count * 24}h")', language, **given_dates) == later.isoformat()
    midday = datetime(other.year, other.month, other.day, 12, tzinfo=ZoneInfo(zone))
    assert value("days_since(d)", language, midday, **given_dates) == (other - one).days


@given(instants, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_parts_of_an_instant_are_those_of_the_zone_of_the_process_or_of_the_one_named(
    now: datetime, zone: str, named: str
) -> None:
    for written, where in (("", zone), (f'"{named}"', named), ('"+05:45"', "")):
        local = now.astimezone(ZoneInfo(where)) if where else now + timedelta(hours=5, minutes=45)
        hours, minutes = (value(f"now.{one}({written})", LANGUAGES[zone], now) for one in ("getHours", "getMinutes"))
        assert (hours, minutes) == (local.hour, local.minute)
        assert value(f"now.getDate({written})", LANGUAGES[zone], now) == local.day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d.getMonth() == 8", True),
        ("d == today && today == date(now)", True),
        ("now > d", False),
        ("now >= d && t < d", True),
        ("now - d", timedelta()),
        ('d == date("2024-09-01")', True),
        ('timestamp("2024-08-31T23:00:00Z") < d', False),
        ('timestamp("2024-08-31T22:59:59Z") < d', True),
        ('timestamp("2024-08-31T23:00:00Z") < now', True),
        ("date(t)", "2024-08-31"),
        ("string(d)", "2024-09-01"),
        ("today == null || d == null", False),
        ('[d, today].exists(one, one < now || one.getDate() == 2 || a == "now.getHours(")', False),
        ('now . getHours ( // in London: "Europe/Lodnon"\n )', 0),
        ('duration("90m").getMinutes() + duration("36h").getHours()', 126),
        ("date(a)", None),
        ('a == "d.getMonth()" || a == r"x"', True),
        ("t.getHours() * 100 + t.getMinutes()", 2315),
        ("now.getHours(a)", None),
        ('now.getHours("-05:30") * 100 + now.getMinutes("-05:30")', 1800),
        ('now.getHours("+05:30") * 100 + now.getMinutes("+05:30")', 500),
    ],
)
def test_days_and_instants_meet_in_the_zone_of_the_process(text: str, expected: object) -> None:
    assert value(text, d="2024-09-01", t="2024-08-31T23:15", a="x") == expected


@pytest.mark.parametrize(
    ("text", "offset", "code", "mend"),
    [
        ('now.getHours("Europe/Lodnon") > 9', 13, "unknown-timezone", "Did you mean Europe/London?"),
        ('d . getMonth ( "Mars" ) == 1', 15, "unknown-timezone", "Use a name of the IANA list"),
        ('"now.getHours(\'x\')" == a && now.getHours(("Europe")) > 9', 42, "unknown-timezone", ""),
        ('d < date("2024-02-30")', 9, "bad-date", 'Write it as date("2024-09-01").'),
        ('now < timestamp("2024-09-01")', 16, "bad-date", "Write it with its distance from UTC"),
        ("d == now", 2, "expression-type", "date(…) gives the day of a time"),
        ("d in [now]", 2, "expression-type", "date(…) gives the day of a time"),
        ("d.getHours() > 9", 10, "expression-type", "A day has no time of day."),
        ("d + 1 == d", 2, "expression-type", ""),
    ],
)
def test_what_is_no_time_is_told_where_it_stands(text: str, offset: int, code: str, mend: str) -> None:
    found = fault(text)
    assert (found.offset, found.code) == (offset, code)
    assert found.mend.startswith(mend)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("date", "d", "2024-09-01"),
        ("date", 'd + duration("24h")', "2024-09-02"),
        ("date", "now", "2024-09-01"),
        ("date", "t", "2024-08-31"),
        ("time", "now", "2024-09-01T00:30"),
        ("time", "d", "2024-09-01T00:00"),
        ("time", 't + duration("45m")', "2024-09-01T00:00"),
    ],
)
def test_what_is_set_is_stored_as_a_day_or_a_time(kind: str, text: str, expected: str) -> None:
    found = LONDON.check(text, LONDON.result_type("d" if kind == "date" else "t"))
    assert isinstance(found, Expression)
    given_data = {"d": "2024-09-01", "t": "2024-08-31T23:15"}
    got = LONDON.value(found, View(given_data, "on", [], {}, SUMMER))
    assert stored(Field("f", "F", kind), got, LONDON.zone) == expected


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('now < timestamp("2024-01-01T10:00Z")', "2024-01-01T10:00Z is no instant."),
        ('now < timestamp(("2024-01-01T10:00"))', "2024-01-01T10:00 is no instant."),
        ('now < timestamp("2024-01-01T10:00:00")', "2024-01-01T10:00:00 is no instant."),
        ('now < timestamp("2024-01-01T10:00:00,5Z")', "2024-01-01T10:00:00,5Z is no instant."),
        ('now < timestamp("2024-W01-1T10:00:00Z")', "2024-W01-1T10:00:00Z is no instant."),
        ('now < timestamp("0001-01-01T00:00:00+01:00")', "0001-01-01T00:00:00+01:00 is no instant."),
        ('now < timestamp("9999-12-31T23:59:59Z")', "9999-12-31T23:59:59Z is no instant."),
        ('d < date("2024-W01-1")', "2024-W01-1 is no day."),
        ('d < date("20240101  ")', "20240101   is no day."),
        ('now + duration("7d") > t', "7d is no length of time."),
        ('now + duration("P1D") > t', "P1D is no length of time."),
        ('now + duration("") > t', " is no length of time."),
        ('now + duration("99999999h") > t', "99999999h is no length of time."),
    ],
)
def test_what_would_never_be_known_is_no_time(text: str, wrong: str) -> None:
    found = fault(text)
    assert (found.code, found.message) == ("bad-date", wrong)
    # What was published before this was looked at goes on: nobody knows what hangs on it, and that stops no case.
    assert isinstance(replace(LONDON, is_published=True, _programs={}).check(text, "BOOL"), Expression)


def test_a_text_that_is_a_part_of_what_is_given_is_not_taken_for_all_of_it() -> None:
    assert value('now > timestamp(("2024-01-01") + "T10:00:00Z")') is True
    assert value('now > timestamp(("2024-01-01T10:00:00Z"))') is True


@given(
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9](:[0-6][0-9])?(\.[0-9]{0,10})?", fullmatch=True
    ),
    st.sampled_from(["Z", "z", "", "+00:00", "-00:00", "+23:59", "-12:00", "+24:00", "+01", "+0100"]),
)
def test_every_instant_that_is_accepted_is_read_as_it_is_written(moment: str, zone: str) -> None:
    text = moment + zone
    if wrong_in("timestamp", text) is None:
        assert value(f'date(timestamp("{text}"))') == day_of(datetime.fromisoformat(text), LONDON.zone).isoformat()


@given(st.from_regex(r"[+-]?([0-9]{0,7}(\.[0-9]{0,3})?(h|m|s|ms|us|ns|d)){0,3}", fullmatch=True))
def test_every_length_that_is_accepted_is_known(text: str) -> None:
    if wrong_in("duration", text) is None:
        assert isinstance(value(f'duration("{text}")'), timedelta)


@pytest.mark.parametrize("kind", ["date", "time"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_a_time_that_nobody_can_mean_is_not_stored(kind: str, zone: str, year: int) -> None:
    """A timer on it could not be reckoned with, and the case would stand still."""
    where, field = ZoneInfo(zone), Field("f", "F", kind)
    for moment in (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, 59, tzinfo=UTC)):
        assert stored(field, moment, where) is None
        assert stored(field, moment.date().isoformat(), where) is None


atoms = {
    "day": ["d", "e", "today", 'date("2024-01-31")', "date(now)"],
    "instant": ["t", "now", 'timestamp("2024-01-31T09:00:00Z")'],
    "length": ['duration("36h")', "(now - t)", "(d - e)"],
    "number": ["n", "d.getMonth()", "t.getHours()", "days_since(d)", "days_since(t)", "a.size()", "3"],
    "text": ["a", '"x"', "state", "string(d)", "string(n)", "string(now)"],
    "list": ["many", '["x"]', '(many + ["y"])'],
}
ANYTHING = st.sampled_from([one for some in atoms.values() for one in some] + ["null", "x", "y", "1.5"])


SIGNS = ["<", "<=", ">", ">=", "==", "!=", "+", "-", "&&", "||", "in", "*", "/"]


@given(
    st.recursive(
        ANYTHING,
        lambda one: st.one_of(
            st.tuples(one, st.sampled_from(SIGNS), one).map(lambda p: f"({' '.join(p)})"),
            st.tuples(one, one, one).map(lambda p: "({} ? {} : {})".format(*p)),
            one.map(lambda p: f"[{p}]"),
        ),
        max_leaves=6,
    )
)
def test_what_is_checked_can_be_worked_out(text: str) -> None:
    """The checker and the evaluation know the same words: nothing that was accepted fails to be read later."""
    found = LONDON.check(text, "ANY")
    if isinstance(found, Expression):
        LONDON.value(found, View({"d": "2024-09-01", "n": 3, "a": "x"}, "on", [], {}, SUMMER))
