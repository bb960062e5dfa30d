"""Recurrence: days of the week and of half terms, against the calendar itself, and timers that come on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars.calendar import ONE_DAY, WEEKDAYS
from engine.calendars.duration import parse
from engine.calendars.recurrence import Recurrence
from engine.case.command import Facts, Fire, Open, Tick
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.unit.test_schedule import at, times_of
from tests.workshop import CALENDAR, CLERK

DAYS = st.dates(date(2021, 1, 1), date(2031, 1, 1))
TEXT = """
process: rounds
version: "1"
title: Rounds
effective_from: 2020-01-01
timezone: ZONE
calendar: leicestershire
initial: on
roles: {clerk: {title: Clerk}}
fields: {seen: {title: Seen on, type: date}}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    timers: {round: {TIMER, raise: look}}
    events: {see: {title: See, by: clerk, form: {seen: optional}}, stop: {title: Stop, by: clerk, to: off}}
  off: {title: Off, final: true, outcome: done}
"""


def process_with(timer: str, zone: str = "Europe/London") -> Process:
    text = TEXT.replace("TIMER", timer).replace("ZONE", zone)
    return load_process(text, "rounds.yaml", lambda _: CALENDAR).process


@pytest.mark.parametrize(
    ("timer", "anchor", "expected"),
    [
        # From a Wednesday in the morning: that day has begun already. The clocks change on 31 March.
        ("every: wednesday", "2024-03-20 09:00", ["2024-03-27 00:00", "2024-04-03 00:00", "2024-04-10 00:00"]),
        ("every: [thursday, monday]", "2024-03-20 09:00", ["2024-03-21", "2024-03-25", "2024-03-28"]),
        # The half-term holiday and the one at Easter are left out; Good Friday lies in a holiday.
        ("every: wednesday, in: term", "2024-02-01 09:00", ["2024-02-07", "2024-02-21", "2024-02-28"]),
        ("every: wednesday, in: term", "2024-03-15 09:00", ["2024-03-20", "2024-04-10", "2024-04-17"]),
        # A bank holiday in the term is a day of it; `roll` moves off it.
        ("every: monday, in: term", "2024-05-01 09:00", ["2024-05-06", "2024-05-13", "2024-05-20", "2024-06-03"]),
        ("every: monday, in: term, roll: forward", "2024-05-01 09:00", ["2024-05-07", "2024-05-13"]),
        # Two days that are moved to one come once.
        ("every: [saturday, sunday], roll: forward", "2024-04-15 09:00", ["2024-04-22", "2024-04-29"]),
        ("each: half term", "2024-01-08 09:00", ["2024-02-09", "2024-03-22", "2024-05-24", "2024-07-12"]),
        ("each: half term, before_end: 5 school days", "2024-01-08 09:00", ["2024-02-02", "2024-03-15"]),
        ("each: term", "2024-01-08 09:00", ["2024-03-22", "2024-07-12", "2024-12-20"]),
        # Also in the half term in which it began; on its last day and in the holiday the next one is meant.
        ("each: half term", "2024-02-08 23:00", ["2024-02-09", "2024-03-22"]),
        ("each: half term", "2024-02-09 00:00", ["2024-03-22", "2024-05-24"]),
        ("each: half term", "2024-02-12 09:00", ["2024-03-22", "2024-05-24"]),
        # A length that is longer than the half term ends at its first school day.
        ("each: half term, before_end: 1 year", "2024-02-01 09:00", ["2024-02-19", "2024-04-08"]),
        # Beyond the calendar half terms follow each other, seven weeks long.
        ("each: half term", "2026-07-01 09:00", ["2026-07-10", "2026-08-28", "2026-10-16"]),
        ("every: friday, in: term", "2026-07-01 09:00", ["2026-07-03", "2026-07-10", "2026-07-17"]),
    ],
)
def test_timers_come_on_days_of_the_calendar(timer: str, anchor: str, expected: list[str]) -> None:
    found = times_of(process_with(timer), at(anchor), len(expected))
    assert [one[: len(wanted)] for one, wanted in zip(found, expected, strict=True)] == expected
    assert all(one.endswith("00:00") for one in found)


def test_where_the_clocks_go_forward_at_midnight_a_day_begins_at_one() -> None:
    process = process_with("every: sunday", "America/Santiago")
    assert times_of(process, at("2024-09-02 09:00", "America/Santiago"), 2) == ["2024-09-08 01:00", "2024-09-15 00:00"]


@given(DAYS, st.sets(st.sampled_from(WEEKDAYS), min_size=1))
def test_days_of_the_week_in_term_are_just_those_of_the_calendar(day: date, weekdays: set[str]) -> None:
    rule = Recurrence(frozenset(weekdays), in_term=True)
    found = list(islice(rule.after(day, CALENDAR), 30))
    wanted = [
        one
        for one in (day + count * ONE_DAY for count in range(1, (found[-1] - day).days + 1))
        if WEEKDAYS[one.weekday()] in weekdays
        and (one > CALENDAR.ends or one < CALENDAR.terms[0].first or any(one in half for half in CALENDAR.half_terms))
    ]
    assert found == wanted


@given(DAYS, st.sampled_from(["half term", "term"]), st.sampled_from(["", "5 school days", "3 days", "2 weeks"]))
def test_each_half_term_has_one_day_and_none_is_left_out(day: date, run: str, before: str) -> None:
    rule = Recurrence(run=run, before_end=parse(before) if before else None)
    found = list(islice(rule.after(day, CALENDAR), 8))
    runs = [CALENDAR.run_of(run, one) for one in found]
    assert all(span.first <= one <= span.last for one, span in zip(found, runs, strict=True))
    assert all(CALENDAR.run_of(run, one.last + ONE_DAY) == two for one, two in pairwise(runs))
    # The first is that of the day itself, or the one behind it.
    own = CALENDAR.run_of(run, day)
    assert runs[0] in (own, CALENDAR.run_of(run, own.last + ONE_DAY))
    assert runs[0] == own or found[0] > own.last


def step(process: Process, case: Snapshot | None, command: object, now: datetime) -> Snapshot:
    found = decide(process, case, command, Facts(now, {}))  # type: ignore[arg-type]
    assert isinstance(found, Decision), found
    return found.snapshot


def ticked(process: Process, case: Snapshot, now: datetime) -> tuple[Snapshot, list[str]]:
    """The case after all its timers that are due, and the days on which they came."""
    came = []
    while case.timers["on/round"][0] <= to_text(now):
        due = case.timers["on/round"][0]
        came.append(due[:10])
        case = step(process, case, Tick("on/round", from_text(due)), now)
    return case, came


@pytest.mark.parametrize(
    ("missed", "came", "after"),
    [
        ("once", ["2024-02-27"], "2024-03-19"),
        ("each", ["2024-02-27", "2024-03-05", "2024-03-12"], "2024-03-19"),
    ],
)
def test_after_three_weeks_of_outage_it_comes_once_or_for_each_day(missed: str, came: list[str], after: str) -> None:
    process = process_with(f"every: tuesday, in: term, missed: {missed}")
    begun = at("2024-02-21 09:00").astimezone(UTC)
    case = step(process, None, Open(CLERK, begun, "on", {}), begun)
    case, found = ticked(process, case, at("2024-03-14 09:00").astimezone(UTC))
    assert found == came
    assert case.timers["on/round"][0][:10] == after


@pytest.mark.parametrize(
    ("every", "roll", "came"),
    [
        ("1 day", "forward", ["2023-12-21", "2023-12-22", "2024-01-08", "2024-01-09"]),
        ("1 day", "back", ["2023-12-21", "2023-12-22", "2024-01-08", "2024-01-09"]),
        ("36 hours", "forward", ["2023-12-21", "2024-01-08", "2024-01-08"]),
    ],
)
def test_times_that_a_long_holiday_moves_to_the_same_moment_come_there_once(
    every: str, roll: str, came: list[str]
) -> None:
    process = process_with(f"every: {every}, roll: {roll}, missed: each")
    begun = at("2023-12-20 09:00").astimezone(UTC)
    case = step(process, None, Open(CLERK, begun, "on", {}), begun)
    case, found = ticked(process, case, at("2024-01-09 20:00").astimezone(UTC))
    assert found == came
    assert list(case.tasks) == ["look"]


def test_unless_spares_a_half_term_and_an_empty_field_does_not() -> None:
    process = process_with("each: half term, unless: 'seen >= begin_of(\"half term\")'")
    begun = datetime(2024, 1, 15, 9, tzinfo=UTC)
    case = step(process, None, Open(CLERK, begun, "on", {}), begun)
    seen = step(process, case, Fire("see", CLERK, begun, {"seen": "2024-01-15"}), begun)
    first = datetime(2024, 2, 9, tzinfo=UTC)
    spared, bare = (step(process, one, Tick("on/round", first), first) for one in (seen, case))
    assert (dict(spared.tasks), list(bare.tasks)) == ({}, ["look"])
    # Seen in the half term before: the next one has its own.
    second = datetime(2024, 3, 22, tzinfo=UTC)
    assert spared.timers["on/round"][0] == to_text(second)
    assert list(step(process, spared, Tick("on/round", second), second + timedelta(hours=1)).tasks) == ["look"]


def test_a_day_itself_is_not_after_itself() -> None:
    rule = Recurrence(run="half term")
    assert next(rule.after(date(2024, 2, 9), CALENDAR)) == date(2024, 3, 22)
    assert next(rule.after(date(2024, 2, 8), CALENDAR)) == date(2024, 2, 9)
    assert next(Recurrence(frozenset({"friday"})).after(date(2024, 2, 9), CALENDAR)) == date(2024, 2, 16)
