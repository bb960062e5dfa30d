"""Which day it is at an instant, and what a zone is called."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars.day import (
    UnknownZone,
    clock_changes,
    day_of,
    days_somewhere,
    listed_zone,
    offset_or_zone,
    zone_named,
    zone_names,
)

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2024, 8, 31, 23, 30, tzinfo=UTC), LONDON, date(2024, 9, 1)),
        (datetime(2024, 1, 31, 23, 30, tzinfo=UTC), LONDON, date(2024, 1, 31)),
        (datetime(2024, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=5))), LONDON, date(2024, 1, 31)),
        (datetime(2024, 2, 1, 2, 30, tzinfo=timezone(timedelta(hours=5))), LONDON, date(2024, 1, 31)),
        (datetime(2024, 1, 31, 23, 30, tzinfo=UTC), ZoneInfo("America/New_York"), date(2024, 1, 31)),
        (datetime(2024, 2, 1, 2, 30, tzinfo=UTC), ZoneInfo("America/New_York"), date(2024, 1, 31)),
    ],
)
def test_a_day_is_that_of_the_zone(moment: datetime, zone: ZoneInfo, day: date) -> None:
    assert day_of(moment, zone) == day


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))
def test_no_zone_has_an_earlier_or_a_later_day(moment: datetime) -> None:
    first, last = days_somewhere(moment.replace(tzinfo=UTC))
    assert first <= moment.date() <= last
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London", "Asia/Kathmandu"):
        assert first <= day_of(moment.replace(tzinfo=UTC), ZoneInfo(zone)) <= last


def test_around_noon_it_is_two_days_at_once_at_most_three() -> None:
    assert days_somewhere(datetime(2024, 3, 1, 9, 59, tzinfo=UTC)) == (date(2024, 2, 29), date(2024, 3, 1))
    assert days_somewhere(datetime(2024, 3, 1, 11, tzinfo=UTC)) == (date(2024, 2, 29), date(2024, 3, 2))
    assert days_somewhere(datetime(2024, 3, 1, 12, tzinfo=UTC)) == (date(2024, 3, 1), date(2024, 3, 2))


@pytest.mark.parametrize("first", [1, 2])  # whichever day the looking begins on
def test_the_clocks_are_set_after_a_moment_and_up_to_another(first: int) -> None:
    since = datetime(2024, 1, first, tzinfo=UTC)
    spring, autumn = datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert clock_changes(LONDON, since, datetime(2025, 1, 1, tzinfo=UTC)) == [spring, autumn]
    assert clock_changes(LONDON, since, spring) == clock_changes(LONDON, spring - second, spring) == [spring]
    assert clock_changes(LONDON, since, spring - second) == []
    assert clock_changes(LONDON, spring, autumn) == [autumn]
    assert clock_changes(UTC, since, autumn) == []


@pytest.mark.parametrize("name", ["Europe/Lundon", "", "../etc/passwd", "Europe", "\x00", "x" * 300])
def test_a_zone_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(UnknownZone, match="There is no time zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("right/Europe/London", "Did you mean Europe/London?"),
        ("posix/America/New_York", "Did you mean America/New_York?"),
        ("localtime", "Use a name of the IANA list, such as Europe/London."),
        ("posixrules", "Use a name of the IANA list, such as Europe/London."),
        ("Factory", "Use a name of the IANA list, such as Europe/London."),
        ("europe/london", "Did you mean Europe/London?"),
        ("EUROPE/LONDON", "Did you mean Europe/London?"),
        ("utc", "Did you mean UTC?"),
        (" Europe/London", "Did you mean Europe/London?"),
        ("../zoneinfo/Europe/London", "Did you mean Europe/London?"),
        ("/usr/share/zoneinfo/Europe/London", "Use a name of the IANA list, such as Europe/London."),
        ("tzdata.zi", "Use a name of the IANA list, such as Europe/London."),
    ],
)
def test_only_names_of_the_list_are_zones_on_every_machine(name: str, mend: str) -> None:
    with pytest.raises(UnknownZone) as unknown:
        listed_zone(name)
    assert unknown.value.mend == mend


def test_every_name_of_the_list_is_a_zone() -> None:
    assert {listed_zone(name).key for name in zone_names()} == zone_names()
    assert {"Europe/London", "UTC", "Etc/GMT+5", "GB", "America/Santiago"} <= zone_names()


@pytest.mark.parametrize(
    ("text", "hours"), [("+05:30", 5.5), ("-03:00", -3), ("02:00", 2), ("-00:30", -0.5), ("+19:59", 19 + 59 / 60)]
)
def test_a_distance_from_utc_is_a_zone(text: str, hours: float) -> None:
    offset = offset_or_zone(text).utcoffset(datetime(2024, 7, 1))
    assert offset == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["+5:30", "+05:60", "+24:00", "05.30", "+05:30 "])
def test_what_is_neither_a_distance_nor_a_name_is_told(text: str) -> None:
    with pytest.raises(UnknownZone):
        offset_or_zone(text)
    assert offset_or_zone("Europe/London") is LONDON
    with pytest.raises(UnknownZone):
        offset_or_zone("Factory", listed_zone)
