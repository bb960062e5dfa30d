"""Meetings that come again: on which days, how far ahead, and each day once whenever somebody looks."""

from __future__ import annotations

import json
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars.calendar import WEEKDAYS
from engine.case.agenda import days_ahead, rhythm_said
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.timing import Rhythm
from engine.source.problem import Refused
from tests.conftest import ROOT
from tests.workshop import CALENDAR

TEXT = """
process: board
version: "1"
title: Board
effective_from: 2023-01-01
calendar: leicestershire
initial: asked
roles: {clerk: {title: Clerk}}
fields:
  heard: {title: Heard, type: date}
  team: {title: Team, type: choice, choices: {north: North, south: South}}
tasks: {look: {title: Look, role: clerk}}
open: {form: {heard: optional, team: required}}
meetings:
  board:
    title: Board
    in: asked
    date: heard
    per: team
    booked_by: book
    rhythm: {every: wednesday, in: term, at: "09:30", ahead: 6 weeks}
states:
  asked:
    title: Asked
    owner: clerk
    deadline: {within: 3 weeks, raise: look}
    events:
      book: {title: Book, by: [clerk], form: {heard: required}}
      end: {title: End, to: done}
  done: {title: Done, final: true}
"""


def read(text: str = TEXT) -> tuple[Process, Rhythm]:
    process = load_process(text, "board.yaml", lambda _: CALENDAR).process
    rhythm = process.meetings["board"].rhythm
    assert rhythm is not None
    return process, rhythm


def test_it_is_read_and_told_in_words() -> None:
    _, rhythm = read()
    assert (rhythm.at, rhythm_said(rhythm)) == (time(9, 30), "every Wednesday in term, at 09:30")
    _, other = read(TEXT.replace("wednesday, in: term", "[thursday, monday]").replace(", ahead: 6 weeks", ""))
    assert rhythm_said(other) == "every Monday and Thursday, at 09:30"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("at: '25:00'", "25:00 is not a time of day."),
        ("ahead: 5 hours", "Meetings are planned whole days ahead."),
        ("ahead: 3 years", "Meetings are planned at most two years ahead."),
        ("every: someday", "someday is not one of the choices of every."),
    ],
)
def test_what_cannot_be_is_told(given: str, said: str) -> None:
    right = {"at": 'at: "09:30"', "ahead": "ahead: 6 weeks", "every": "every: wednesday"}[given.partition(":")[0]]
    with pytest.raises(Refused) as refused:
        read(TEXT.replace(right, given))
    assert [one.message for one in refused.value.problems] == [said]


def test_days_in_a_term_need_a_calendar() -> None:
    with pytest.raises(Refused) as refused:
        load_process(TEXT.replace("calendar: leicestershire\n", ""), "board.yaml", lambda _: None)
    assert [one.code for one in refused.value.problems] == ["needs-calendar"]


def test_editors_know_the_same_days_of_the_week() -> None:
    schema = json.loads((ROOT / "schemas" / "process.schema.json").read_text())
    one, several = schema["$defs"]["weekdays"]["anyOf"]
    assert one["enum"] == several["items"]["enum"] == list(WEEKDAYS)


def test_holidays_are_left_out_and_nothing_is_planned_beyond_the_calendar() -> None:
    process, rhythm = read()
    # The half term ends on 13 October, the next one begins on the 23rd.
    ahead = days_ahead(process, rhythm, None, date(2023, 9, 20))
    assert [one.isoformat() for one in ahead.days] == [
        "2023-09-27",
        "2023-10-04",
        "2023-10-11",
        "2023-10-25",
        "2023-11-01",
    ]
    assert CALENDAR is not None
    last = days_ahead(process, rhythm, None, CALENDAR.ends - timedelta(days=9))
    assert (len(last.days), last.until) == (1, CALENDAR.ends)
    # Once it is written further, they are planned from there on.
    assert days_ahead(process, rhythm, last.until, CALENDAR.ends + timedelta(days=30)).days == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_each_day_is_told_once_however_often_somebody_looks(waits: list[int]) -> None:
    process, rhythm = read()
    today, since, found = date(2023, 9, 11), None, list[date]()
    missed = set[date]()
    for wait in waits:
        if since is not None and today + timedelta(days=wait) > since:
            # Nobody looked for so long: what lies behind is not made up for.
            missed |= {since + timedelta(days=n) for n in range(1, (today + timedelta(days=wait) - since).days + 1)}
        today += timedelta(days=wait)
        ahead = days_ahead(process, rhythm, since, today)
        found += ahead.days
        since = ahead.until
    first = next(iter(days_ahead(process, rhythm, None, date(2023, 9, 11) + timedelta(days=waits[0])).days))
    assert since is not None
    whole = [first + timedelta(weeks=n) for n in range((since - first).days // 7 + 1)]
    assert found == [one for one in whole if CALENDAR and CALENDAR.in_term(one) and one not in missed]
