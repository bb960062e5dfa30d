"""What a meeting takes: how many cases, until the end of which day, and how that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.agenda import Booking
from engine.case.intake import Intake, closing_day, next_open, takes_said, written_onto
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.source.problem import Refused
from engine.source.words import said_weekday
from tests.unit.test_rhythm import TEXT as RHYTHM
from tests.workshop import CALENDAR

MEETS = "per: team\n    booked_by: book"
TEXT = RHYTHM.replace(MEETS, f"{MEETS}\n    most: 2\n    closes: 7 days before")
CLOSING, DAY = date(2026, 3, 4), date(2026, 3, 11)


def read(text: str = TEXT) -> Process:
    return load_process(text, "board.yaml", lambda _: CALENDAR).process


def test_a_meeting_closes_so_many_whole_days_before() -> None:
    kind = read().meetings["board"]
    assert (kind.most, takes_said(kind)) == (2, "at most 2 cases, closes 7 days before")
    assert closing_day(kind, DAY, CALENDAR) == CLOSING
    school = read(TEXT.replace("7 days before", "5 school days before")).meetings["board"]
    # The half term from 16 to 20 October does not count.
    assert closing_day(school, date(2023, 10, 25), CALENDAR) == date(2023, 10, 11)
    assert closing_day(kind, date(1, 1, 3), CALENDAR) == date.min
    never = read(RHYTHM).meetings["board"]
    assert (never.most, closing_day(never, DAY, CALENDAR), takes_said(never)) == (None, None, "")


@pytest.mark.parametrize(
    ("most", "closes", "taken", "today", "said", "why"),
    [
        (15, CLOSING, 12, CLOSING, "12 of 15 places, closes Wednesday 4 March 2026", ""),
        (15, None, 15, CLOSING, "15 of 15 places, full", "is full: it takes 15 cases"),
        (1, None, 0, CLOSING, "0 of 1 place", ""),
        (10, None, 12, CLOSING, "12 of 10 places, 2 more than it takes now", "is full: it takes 10 cases"),
        (
            15, CLOSING, 15, DAY, "15 of 15 places, full, closed since the end of Wednesday 4 March 2026",
            "closed at the end of Wednesday 4 March 2026",
        ),
        (None, CLOSING, 40, CLOSING, "closes Wednesday 4 March 2026", ""),
        (None, None, 40, DAY, "", ""),
    ],
)  # fmt: skip
def test_it_says_what_it_takes(
    most: int | None, closes: date | None, taken: int, today: date, said: str, why: str
) -> None:
    found = Intake(most, closes, taken, today)
    assert (found.said, found.why_not, found.is_open) == (said, why, not why)
    assert found.is_limited == bool(said)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(0, 12), st.integers(-9, 9))
def test_it_takes_one_more_where_a_place_is_left_and_its_last_day_is_not_over(most: int, taken: int, day: int) -> None:
    found = Intake(most, CLOSING, taken, CLOSING + timedelta(days=day))
    assert found.is_open == (taken < most and day <= 0) == (found.why_not == "")
    assert said_weekday(found.today).startswith(("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"))


def test_the_next_one_is_the_first_after_a_day_else_the_first() -> None:
    days = ["2026-03-04", "2026-03-11", "2026-03-18"]
    assert [next_open(days, one) for one in ("2026-03-01", "2026-03-04", "2026-03-12", "2026-03-18")] == [
        "2026-03-04", "2026-03-11", "2026-03-18", "2026-03-04",
    ]  # fmt: skip
    assert next_open([], "2026-03-04") is None


ASKED = Snapshot("board", "1", 1, "asked", "", "", data={"heard": "2026-03-11", "team": "north"})
BOOKED = Booking("board", "north", "2026-03-11")


@pytest.mark.parametrize(
    ("before", "event", "found"),
    [
        (None, "", [BOOKED]),
        (ASKED, "book", []),
        (replace(ASKED, data={"team": "north"}), "", [BOOKED]),
        (replace(ASKED, data={"heard": "2026-03-11", "team": "south"}), "", [BOOKED]),
        (replace(ASKED, state="done"), "", []),  # it comes back to where it is heard
        (replace(ASKED, state="done"), "book", [BOOKED]),
    ],
)
def test_a_step_books_that_says_at_which_meeting(before: Snapshot | None, event: str, found: list[Booking]) -> None:
    assert written_onto(read(), before, ASKED, event) == found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("most: 0", "most is less than 1."),
        ("most: 1001", "most is more than 1000."),
        ("closes: 5 hours before", "Meetings close whole days before."),
        ("closes: 3 years before", "Meetings close at most two years before."),
        ("closes: 7 weeks before", "These meetings are planned 6 weeks ahead, and would be closed already."),
        ("closes: 7 days", "7 days is not a duration before the meeting, such as 7 days before."),
    ],
)
def test_what_a_meeting_cannot_take_is_told(given: str, said: str) -> None:
    right = {"most": "most: 2", "closes": "closes: 7 days before"}[given.partition(":")[0]]
    with pytest.raises(Refused) as refused:
        read(TEXT.replace(right, given))
    assert [one.message for one in refused.value.problems] == [said]
    assert all(one.line > 1 for one in refused.value.problems)


def test_school_days_before_need_a_calendar() -> None:
    text = TEXT.replace("calendar: leicestershire\n", "").replace(", in: term", "").replace("7 days", "7 school days")
    with pytest.raises(Refused) as refused:
        load_process(text, "board.yaml", lambda _: None)
    assert [one.code for one in refused.value.problems] == ["needs-calendar"]
