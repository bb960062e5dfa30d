"""Schedule: repeated timers count from their anchor, against a model that counts each time by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.calendars.duration import parse
from engine.case.command import Fire, Open, Tick
from engine.case.snapshot import Snapshot
from engine.case.time import schedule
from engine.case.time.instants import from_text, to_text
from engine.case.time.schedule import first_due, next_due, tried_again
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.language.expressions import Expression, View
from engine.process.timing import Timer
from tests.workshop import CALENDAR, CLERK, START, done

PROCESS = """
process: rounds
version: "1"
title: Rounds
effective_from: 2020-01-01
timezone: ZONE
calendar: leicestershire
initial: on
roles: {clerk: {title: Clerk}}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    deadline: {within: 1 week, raise: look}
    timers: {round: {every: EVERY, raise: look, missed: MISSED, roll: ROLL}}
    events: {stop: {title: Stop, by: clerk, to: off}}
  off: {title: Off, final: true, outcome: done}
"""


def process_with(every: str, zone: str = "Europe/London", missed: str = "once", roll: str = "none") -> Process:
    text = PROCESS.replace("EVERY", every).replace("ZONE", zone).replace("MISSED", missed).replace("ROLL", roll)
    return load_process(text, "rounds.yaml", lambda _: CALENDAR).process


def timer_in(process: Process) -> Timer:
    return process.states["on"].timers["round"]


def times_of(process: Process, anchor: datetime, count: int) -> list[str]:
    """The wall clock at the first `count` times of the timer, each fired as it is due."""
    timer = timer_in(process)
    kept, found = first_due(process, timer, to_text(anchor), {}), []
    for _ in range(count):
        found.append(from_text(kept[0]).astimezone(process.zone).strftime("%Y-%m-%d %H:%M"))
        kept = next_due(process, timer, kept, from_text(kept[0]))
    return found


def at(text: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("every", "zone", "roll", "anchor", "expected"),
    [
        ("1 month", "Europe/London", "none", "2023-01-31 09:00", ["2023-02-28", "2023-03-31", "2023-04-30"]),
        ("1 month", "Europe/London", "none", "2024-01-31 09:00", ["2024-02-29", "2024-03-31", "2024-04-30"]),
        ("1 year", "Europe/London", "none", "2024-02-29 09:00", ["2025-02-28", "2026-02-28", "2027-02-28"]),
        ("1 week", "Europe/London", "none", "2024-03-24 01:30", ["2024-03-31 02:30", "2024-04-07 01:30"]),
        ("1 day", "Australia/Lord_Howe", "none", "2024-10-05 02:10", ["2024-10-06 02:40", "2024-10-07 02:10"]),
        ("2 weeks", "Europe/London", "forward", "2024-03-12 09:00", ["2024-04-08", "2024-04-09", "2024-04-23"]),
        ("1 half term", "Europe/London", "none", "2023-09-11 09:00", ["2023-10-23", "2024-01-08", "2024-02-19"]),
        ("1 term", "Europe/London", "none", "2023-09-11 09:00", ["2024-01-08", "2024-04-08"]),
        ("10 school days", "Europe/London", "none", "2023-12-08 09:00", ["2023-12-22", "2024-01-19"]),
        ("6 hours", "Europe/London", "none", "2024-03-30 20:00", ["2024-03-31 03:00", "2024-03-31 09:00"]),
    ],
)
def test_repeated_timers_count_from_their_anchor(
    every: str, zone: str, roll: str, anchor: str, expected: list[str]
) -> None:
    found = times_of(process_with(every, zone, roll=roll), at(anchor, zone), len(expected))
    assert [one[: len(wanted)] for one, wanted in zip(found, expected, strict=True)] == expected


def _month_later(day: date, count: int) -> date:
    """The same day of a later month, or the last one that it has: tried from the 31st down."""
    month = day.month - 1 + count
    for number in range(day.day, 0, -1):
        try:
            return date(day.year + month // 12, month % 12 + 1, number)
        except ValueError:
            continue
    raise AssertionError


@given(
    st.dates(date(1990, 1, 1), date(2030, 12, 31)),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    st.sampled_from(["Europe/London", "America/New_York", "Pacific/Kiritimati", "Pacific/Chatham"]),
    st.integers(1, 40),
    st.sampled_from(["day", "week", "month"]),
)
def test_after_any_outage_the_next_time_is_the_first_one_ahead_of_a_plain_count(
    day: date, clock: time, zone: str, missed: int, unit: str
) -> None:
    process = process_with(f"1 {unit}", zone)
    anchor = datetime.combine(day, clock, ZoneInfo(zone))
    # A wall clock never shows an hour, or in Kiritimati a day, that was skipped: nothing can begin then.
    assume(anchor.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, clock))

    def model(count: int) -> datetime:
        later = (
            _month_later(day, count) if unit == "month" else day + count * timedelta(days=7 if unit == "week" else 1)
        )
        return datetime.combine(later, clock, ZoneInfo(zone)).astimezone(UTC)

    timer = timer_in(process)
    kept = first_due(process, timer, to_text(anchor), {})
    assert from_text(kept[0]) == model(1)
    present = model(missed) + timedelta(seconds=1)
    expected = next(model(count) for count in range(1, missed + 3) if model(count) > present)
    assert from_text(next_due(process, timer, kept, present)[0]) == expected


def test_each_missed_time_comes_where_each_is_wanted() -> None:
    process = process_with("1 month", missed="each")
    kept = first_due(process, timer_in(process), to_text(at("2023-01-31 09:00")), {})
    days = []
    for _ in range(3):
        days.append(kept[0][:10])
        kept = next_due(process, timer_in(process), kept, at("2024-01-01 09:00"))
    assert days == ["2023-02-28", "2023-03-31", "2023-04-30"]


def test_an_outage_of_years_is_skipped_without_counting_every_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.case.time import schedule

    process, asked = process_with("1 minute"), []
    kept = first_due(process, timer_in(process), to_text(at("2014-01-01 09:00")), {})
    plain = schedule.after
    monkeypatch.setattr(schedule, "after", lambda *given: asked.append(1) or plain(*given))
    assert next_due(process, timer_in(process), kept, at("2024-01-01 09:00:30"))[0] == to_text(at("2024-01-01 09:01"))
    assert len(asked) < 100


def test_a_timer_of_an_earlier_release_goes_on_from_where_it_stands() -> None:
    process = process_with("1 month", roll="forward")
    stood = [to_text(at("2024-03-01 09:00")), to_text(at("2024-02-29 09:00"))]
    assert next_due(process, timer_in(process), stood, at("2024-03-01 09:00")) == [
        to_text(at("2024-04-08 09:00")),
        to_text(at("2024-02-29 09:00")),
        "1",
    ]


def test_a_first_time_that_rolls_back_behind_its_beginning_is_due_at_once() -> None:
    process = process_with("1 day", roll="back")
    assert first_due(process, timer_in(process), to_text(at("2024-03-02 09:00")), {})[0] == to_text(
        at("2024-03-02 09:00")
    )


@pytest.mark.parametrize("unit", ["half term", "term"])
def test_half_terms_and_terms_never_go_back_where_the_calendar_begins_or_ends(unit: str) -> None:
    process = process_with(f"1 {unit}")
    for start in (CALENDAR.terms[0].first - timedelta(days=400), CALENDAR.ends - timedelta(days=200)):
        days = times_of(process, datetime.combine(start, time(9), process.zone), 12)
        assert days == sorted(set(days))


def test_a_time_that_is_now_has_come_and_the_next_lies_ahead() -> None:
    process = process_with("1 day")
    kept = first_due(process, timer_in(process), to_text(at("2024-01-08 09:00")), {})
    for present, ahead in (
        ("2024-01-09 09:00", "2024-01-10 09:00"),
        ("2024-01-10 09:00", "2024-01-11 09:00"),
        ("2024-01-12 09:00", "2024-01-13 09:00"),
        ("2024-01-12 08:59", "2024-01-12 09:00"),
        ("2024-01-16 09:00", "2024-01-17 09:00"),
    ):
        assert next_due(process, timer_in(process), kept, at(present))[0] == to_text(at(ahead))


def test_a_named_day_is_looked_for_from_the_day_where_the_process_is_at_home() -> None:
    process = process_with("1 day")
    timer = replace(timer_in(process), every=None, at_day="year_11_ends")
    eve = datetime(2024, 6, 27, 23, 30, tzinfo=UTC)  # it is the 28th in London, the last Friday of June
    assert first_due(process, timer, to_text(eve), {})[0] == to_text(eve)
    after = datetime(2024, 6, 28, 23, 30, tzinfo=UTC)
    assert first_due(process, timer, to_text(after), {})[0] == to_text(at("2025-06-27 00:00"))


def test_what_was_refused_is_tried_at_the_first_time_ahead() -> None:
    process = process_with("1 day")
    timer = replace(timer_in(process), every=None, refused_again=parse("1 day"))
    at_, now = to_text(at("2024-01-08 09:00")), at("2024-01-20 10:00")
    assert tried_again(process, timer, at_, now)[0] == to_text(at("2024-01-21 09:00"))
    assert tried_again(process, timer, at_, at("2024-01-08 09:00"))[0] == to_text(at("2024-01-09 09:00"))
    assert tried_again(process, timer, at_, at("2024-01-09 09:00"))[0] == to_text(at("2024-01-10 09:00"))


def test_what_is_tried_again_and_moved_back_lies_ahead() -> None:
    process = process_with("1 week")
    timer = replace(timer_in(process), every=None, refused_again=parse("1 day"), roll="back")
    saturday = at("2024-01-13 10:00")
    for refused in ("2024-01-12 09:00", "2024-01-13 09:00"):
        due = tried_again(process, timer, to_text(at(refused)), saturday)[0]
        assert due == to_text(at("2024-01-15 09:00"))


def test_what_is_tried_again_each_minute_is_found_at_once_after_a_year() -> None:
    process = process_with("1 week")
    timer, asked = replace(timer_in(process), every=None, refused_again=parse("1 minute")), Counter[str]()
    now = at("2025-01-13 10:00")
    with pytest.MonkeyPatch.context() as patch:
        plain = schedule.after
        patch.setattr(schedule, "after", lambda *given: asked.update(["after"]) or plain(*given))
        due = tried_again(process, timer, to_text(at("2024-01-12 09:00")), now)[0]
    assert due == to_text(at("2025-01-13 10:01"))
    assert asked["after"] < 100


DATED = """
process: dated
version: "1"
title: Dated
effective_from: 2020-01-01
calendar: leicestershire
initial: on
roles: {clerk: {title: Clerk}}
fields:
  told: {title: Told on, type: date}
  heard: {title: Heard on, type: date}
  met: {title: Met at, type: time}
  note: {title: Note, type: text}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    timers: {round: {at: 'AT', raise: look, roll: ROLL}}
    events:
      fill_in: {title: Fill in, form: {told: optional, heard: optional, met: optional, note: optional}}
      stop: {title: Stop, by: clerk, to: off}
  off: {title: Off, final: true, outcome: done}
"""


def dated(moment: str, how: str = "none") -> Process:
    return load_process(DATED.replace("AT", moment).replace("ROLL", how), "dated.yaml", lambda _: CALENDAR).process


def due_at(moment: str, data: dict[str, str], now: str = "2024-01-08 09:00", how: str = "none") -> str:
    """When it falls due, on the wall clock; empty where it does not."""
    process = dated(moment, how)
    found = first_due(process, timer_in(process), to_text(at(now)), data, to_text(at("2024-01-02 10:00")))
    return from_text(found[0]).astimezone(process.zone).strftime("%Y-%m-%d %H:%M") if found else ""


@pytest.mark.parametrize(
    ("moment", "data", "due"),
    [
        ("told + 2 weeks", {"told": "2024-03-20"}, "2024-04-03 00:00"),
        ("end of told + 2 weeks", {"told": "2024-03-20"}, "2024-04-04 00:00"),
        ("end of told", {"told": "2024-03-30"}, "2024-03-31 00:00"),
        ("end of told + 1 day", {"told": "2024-03-30"}, "2024-04-01 00:00"),  # the clocks are set on that day
        ("told - 5 school days", {"told": "2024-02-21"}, "2024-02-07 00:00"),
        ("end of told + 3 school days", {"told": "2024-02-09"}, "2024-02-22 00:00"),
        ("told + 6 weeks + 5 school days", {"told": "2024-01-10"}, "2024-02-28 00:00"),
        ("met + 1 week", {"met": "2024-03-27T14:00"}, "2024-04-03 14:00"),
        ("met - 2 hours", {"met": "2024-03-31T03:00"}, "2024-03-31 00:00"),
        ("end of met + 1 week", {"met": "2024-03-27T14:00"}, "2024-04-04 00:00"),
        ("end of met", {"met": "2024-03-27T00:00"}, "2024-03-28 00:00"),
        ("year_11_ends - 2 weeks", {}, "2024-06-14 00:00"),
        ("end of year_11_ends", {}, "2024-06-29 00:00"),
        ('end of end_of("half term")', {}, "2024-02-10 00:00"),
        ("latest(told, heard) + 1 week", {"told": "2024-02-01"}, "2024-02-08 00:00"),
        ("latest(told, heard) + 1 week", {"told": "2024-02-01", "heard": "2024-02-05"}, "2024-02-12 00:00"),
        ("opened + 6 weeks", {}, "2024-02-13 00:00"),
        ("birthday(told, 5)", {"told": "2020-02-29"}, "2025-03-01 00:00"),
        ("told + 2 weeks", {}, ""),
        ("latest(told, heard)", {}, ""),
        ("told + 99 years", {"told": "2150-01-01"}, ""),
        ("told + 1 day", {"told": "2023-12-01"}, "2024-01-08 09:00"),  # passed: at once
    ],
)
def test_a_timer_comes_so_long_before_or_after_a_date(moment: str, data: dict[str, str], due: str) -> None:
    assert due_at(moment, data) == due


@pytest.mark.parametrize(
    ("moment", "told", "how", "due"),
    [
        ("told + 1 day", "2024-02-09", "forward", "2024-02-19 00:00"),
        ("end of told", "2024-02-09", "forward", "2024-02-10 00:00"),  # a Friday with school stays, and ends that night
        ("end of told", "2024-02-10", "forward", "2024-02-20 00:00"),
        ("end of told + 1 day", "2024-02-09", "back", "2024-02-10 00:00"),
    ],
)
def test_a_day_is_moved_off_holidays_before_it_is_over(moment: str, told: str, how: str, due: str) -> None:
    assert due_at(moment, {"told": told}, how=how) == due


@given(st.dates(date(2024, 1, 9), date(2026, 12, 31)), st.integers(1, 30), st.sampled_from(["days", "school days"]))
def test_a_whole_day_is_over_when_expressions_say_that_it_has_passed(day: date, count: int, unit: str) -> None:
    """The instant at which it falls due is the first one at which `today > told + …` holds."""
    process = dated(f"end of told + {count} {unit}")
    found = from_text(
        first_due(process, timer_in(process), to_text(at("2024-01-08 09:00")), {"told": day.isoformat()})[0]
    )
    passed = process.language.check(f"today > told + {count} {unit}", "BOOL")
    assert isinstance(passed, Expression)

    def holds(moment: datetime) -> bool | None:
        return process.language.truth(passed, View({"told": day.isoformat()}, "on", [], {}, moment))

    assert (holds(found - timedelta(microseconds=1)), holds(found)) == (False, True)


def step(process: Process, case: Snapshot, days: float, **data: str) -> Snapshot:
    return done(process, case, Fire("fill_in", CLERK, START + timedelta(days=days), data), days)


def test_a_date_that_is_worked_out_moves_with_each_of_its_fields_and_is_reached_once() -> None:
    process = dated("latest(told, heard) + 1 week")
    case = done(process, None, Open(CLERK, START))
    assert "on/round" not in case.timers
    case = step(process, case, 1, told="2024-01-20")
    assert case.timers["on/round"][0] == to_text(at("2024-01-27 00:00"))
    case = step(process, case, 1, heard="2024-01-22")
    assert case.timers["on/round"][0] == to_text(at("2024-01-29 00:00"))
    case = step(process, case, 1, note="x", told="2024-01-21")
    assert case.timers["on/round"][0] == to_text(at("2024-01-29 00:00"))
    case = done(process, case, Tick("on/round", START + timedelta(days=25)), 25)
    assert ("look" in case.tasks, "on/round" in case.timers) == (True, False)
    # The earlier of both is written down better: the later, which counts, was reached already.
    case = step(process, case, 26, told="2024-01-19")
    assert "on/round" not in case.timers
    case = step(process, case, 26, heard="2024-03-01")
    assert case.timers["on/round"][0] == to_text(at("2024-03-08 00:00"))
    case = step(process, step(process, case, 26, heard=""), 26, told="")
    assert "on/round" not in case.timers
