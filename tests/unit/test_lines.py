"""What is due: the worked examples, by hand, and what a line of the process changes in them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from engine.case.charges.courses import Course, Stay
from engine.case.charges.figures import Figure
from engine.case.charges.gaps import Lack, told
from engine.case.charges.lines import half_up
from tests.charges import (
    LEICESTERSHIRE,
    OPENED,
    PLACES,
    SCHOOL,
    closed_too,
    course,
    day,
    figures,
    owed,
    process,
    saying,
)

E1 = ("2024-09-09", "2024-10-18")
ALL_YEAR = ("2024-08-27", "2025-07-11")


def lines(courses: list[Course], span: tuple[str, str], **more: Any) -> list[tuple[str, int, int]]:
    """What each line is for, of how many days, and what is due for it."""
    return [(one.key.rate, one.count, one.due) for one in owed(courses, *span, **more).lines]


@pytest.mark.parametrize(
    ("name", "first", "last", "data", "expected"),
    [
        ("E1", *E1, {}, [("place", 30, 90000)]),
        ("E2", *E1, {"premium_kind": "ever6"}, [("place", 30, 90000), ("premium", 30, 16321)]),
        ("E3", "2024-10-14", "2024-11-08", {}, [("place", 15, 45000)]),
        ("E4", *E1, {"days": ["mon", "tue", "wed"]}, [("place", 18, 54000)]),
        ("E5", "2025-04-28", "2025-05-09", {"days": ["mon", "tue"]}, [("place", 3, 9000)]),
        (
            "E6",
            "2024-11-04",
            "2024-12-20",
            {"days": {"2024-11-04": None, "2024-11-18": ["mon", "tue", "wed"]}},
            [("place", 25, 75000)],
        ),
        (
            "E7",
            "2025-03-24",
            "2025-04-11",
            {"premium_kind": "ever6"},
            [("place", 15, 45000), ("premium", 6, 3264), ("premium", 9, 5013)],
        ),
        ("E8", "2025-07-07", "2025-09-05", {}, [("place", 5, 15000), ("place", 9, 28350)]),
        (
            "E9",
            "2025-07-07",
            "2025-09-05",
            {"key_stage": {"2023-09-01": "KS3", "2025-08-26": "KS4"}},
            [("place", 5, 15000), ("place", 9, 32400)],
        ),
        (
            "E10",
            "2024-10-28",
            "2024-11-15",
            {"send_funding": {"2024-11-04": "3860.00"}},
            [("place", 15, 45000), ("send", 10, 20000)],
        ),
    ],
)
def test_a_place_under_the_quota(name: str, first: str, last: str, data: Any, expected: list[Any]) -> None:
    assert lines([course(1, first, last, **data)], (first, last)) == expected, name


@pytest.mark.parametrize(
    ("name", "days", "expected"),
    [("E11", None, [("additional", 30, 300000)]), ("E12", ["thu", "fri"], [("additional", 12, 120000)])],
)
def test_a_place_beyond_the_quota(name: str, days: Any, expected: list[Any]) -> None:
    only = course(1, *E1, premium_kind="ever6", days=days)
    assert lines([only], E1, known=figures(0)) == expected, name


A, B = course(1, "2024-09-09", "2024-11-15"), course(2, "2024-10-28", "2024-12-20")
KEEP = saying(("last: last_day}\ncharges", "last: last_day, freed: keep}\ncharges"))


def test_whoever_waits_longest_moves_up_when_a_place_comes_free() -> None:
    found = owed([A, B], *ALL_YEAR, known=figures(1))
    assert [(one.key.case, one.key.rate, one.count, one.due) for one in found.lines] == [
        (1, "place", 45, 135000),
        (2, "additional", 15, 150000),
        (2, "place", 25, 75000),
    ]
    assert found.total == 360000


def test_or_stays_beyond_it_where_the_process_says_so() -> None:
    found = owed([A, B], *ALL_YEAR, known=figures(1), of=KEEP)
    assert found.total == 535000
    third = course(3, "2024-11-18", "2024-12-13")
    assert lines([A, B, third], ALL_YEAR, known=figures(1), of=KEEP)[-1] == ("place", 20, 60000)


def test_before_one_that_comes_later() -> None:
    third = course(3, "2024-11-18", "2024-12-13")
    assert owed([A, B, third], *ALL_YEAR, known=figures(1)).total == 560000


def test_what_was_offered_and_never_begun_takes_a_place_and_costs_nothing() -> None:
    stays = (Stay("offered", day("2024-09-02"), day("2024-09-18")), Stay("withdrawn", day("2024-09-18")))
    offered = Course(1, OPENED, stays, {"school": SCHOOL, "key_stage": "KS3"})
    found = owed([offered, course(2, *E1)], *ALL_YEAR, known=figures(1))
    assert [(one.key.case, one.key.rate, one.count, one.due) for one in found.lines] == [
        (2, "additional", 8, 80000),
        (2, "place", 22, 66000),
    ]


def withdrawn() -> Course:
    """E16: a case that ended on 13 November."""
    one = course(1, "2024-11-04", "2024-11-13")
    ended = (
        *one.stays[:-1],
        Stay("running", day("2024-11-04"), day("2024-11-13")),
        Stay("withdrawn", day("2024-11-13")),
    )
    return Course(1, OPENED, ended, one.data)


def test_who_leaves_is_charged_to_the_last_day_or_for_the_notice_too() -> None:
    assert lines([withdrawn()], ALL_YEAR) == [("place", 8, 24000)]
    with_notice = saying(("on: days", "on: days\n    notice: {for: 5 school days, in: [withdrawn]}"))
    assert lines([withdrawn()], ALL_YEAR, of=with_notice) == [("place", 13, 39000)]
    assert lines([course(1, "2024-11-04", "2024-11-13")], ALL_YEAR, of=with_notice) == [("place", 8, 24000)]


ILL = ["2024-09-16", "2024-09-17", "2024-09-18", "2024-09-19", "2024-09-20"]


def marked() -> Course:
    """E19: a case with a mark for each day, five of them ill."""
    one = course(1, *E1)
    span = range(day(E1[0]).toordinal(), day(E1[1]).toordinal() + 1)
    marks = [
        {"entry": at, "slot": 1, "by": "", "values": {"day": on, "there": on not in ILL}}
        for at in span
        if (on := date.fromordinal(at).isoformat())
    ]
    return Course(1, OPENED, one.stays, {**one.data, "mark": marks})


def test_who_is_absent_is_charged_unless_only_attended_days_are() -> None:
    assert lines([marked()], E1) == [("place", 30, 90000)]
    attended = saying(("on: days", "on: days\n    only: last(mark).day == today && last(mark).there"))
    assert lines([marked()], E1, of=attended) == [("place", 25, 75000)]


SNOW = closed_too(LEICESTERSHIRE, "2024-11-27")


def test_a_day_that_turned_out_to_be_closed_is_free_and_the_divisor_stays() -> None:
    week, editions = ("2024-11-25", "2024-11-29"), {"2024-25": LEICESTERSHIRE}
    only = course(1, *week)
    snowed = process(calendar=SNOW)
    assert owed([only], *week, of=snowed, editions=editions).lines[0].divisor == 193
    assert lines([only], week, of=snowed, editions=editions) == [("place", 4, 12000)]
    charged = saying(("on: days", "on: days\n    closed: charged"))
    object.__setattr__(charged, "calendar", SNOW)
    assert lines([only], week, of=charged, editions=editions) == [("place", 5, 15000)]


def test_beyond_the_calendar_nothing_is_charged_and_the_gap_is_named() -> None:
    found = owed([course(1, "2026-09-07", "2026-09-18")], "2026-09-07", "2026-09-18")
    assert found.lines == ()
    assert [told(PLACES, gap) for gap in found.gaps] == [
        "Leicestershire school terms does not say which days count: 7 September 2026 to 18 September 2026. "
        "Add the year to the calendar leicestershire."
    ]


@pytest.mark.parametrize(
    ("given", "known", "said"),
    [
        (
            {"key_stage": {"2024-09-16": "KS3"}},
            figures(),
            "Key stage: nothing is written down in case 1 for 9 September 2024 to 13 September 2024.",
        ),
        (
            {"school": SCHOOL, "key_stage": "KS3"},
            figures().among(["average_cost"]),
            "Quota places: nothing is written down for Hilltop Academy in 2024-25.",
        ),
        (
            {},
            figures().among(["quota"]),
            "Average cost: nothing is written down for Hilltop Academy, KS3 for 9 September 2024 to 18 October 2024.",
        ),
        (
            {"last_day": "2024-09-02"},
            figures(),
            "Case 1 ends before it begins (Last day): 2 September 2024 to 9 September 2024.",
        ),
    ],
)
def test_what_is_missing_is_named(given: Any, known: Any, said: str) -> None:
    found = owed([course(1, *E1, **given) if "last_day" not in given else course(1, E1[0], **given)], *E1, known=known)
    assert [told(PLACES, gap) for gap in found.gaps] == [said]
    assert not found.is_whole


def test_a_case_beyond_a_quota_that_refuses_is_named() -> None:
    refuse = saying(("last: last_day}\ncharges", "last: last_day, over: refuse}\ncharges"))
    found = owed([A, B], "2024-10-28", "2024-11-15", known=figures(1), of=refuse)
    assert [(gap.lack, gap.case, gap.keys) for gap in found.gaps] == [(Lack.OVER, 2, (SCHOOL,))]
    assert owed([A, B], "2024-11-18", "2024-12-20", known=figures(1), of=refuse).is_whole


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([("on: days", "on: days\n    pro_rata: 190")], [("place", 30, 91421)]),  # 30 x 5790 / 190 = 914.21
        ([("on: days", "on: days\n    pro_rata: weeks")], [("place", 5, 55673)]),  # 5 complete weeks: 5 x 5790 / 52
        ([("on: days", "on: days\n    share: 0.9")], [("place", 30, 81000)]),
        ([("on: days", "on: days\n    since: 2024-10-14")], [("place", 5, 15000)]),
        ([("days: school days", "days: weekdays")], [("place", 30, 66808)]),  # 260 weekdays from 27 August to 25 August
        ([("in: [offered, running], last", "in: [offered, running], amount: double(size(days)) / 5.0, last")], []),
    ],
)
def test_what_a_line_of_the_process_changes(words: list[tuple[str, str]], expected: list[Any]) -> None:
    assert lines([course(1, *E1)], E1, of=saying(*words)) == expected


def test_part_of_a_place_takes_part_of_the_quota() -> None:
    parts = saying(("in: [offered, running], last", "in: [offered, running], amount: double(size(days)) / 5.0, last"))
    three = [
        course(1, *E1, days=["mon", "tue", "wed"]),
        course(2, *E1, days=["thu", "fri"]),
        course(3, *E1, days=["mon"]),
    ]
    found = owed(three, *E1, known=figures(1), of=parts)
    assert [(one.key.case, one.key.rate) for one in found.lines] == [(1, "place"), (2, "place"), (3, "additional")]


def test_nothing_is_a_line_of_nothing_and_the_case_is_among_those_without_charge() -> None:
    found = owed([course(1, *E1)], *E1, known=figures(ks3="0.00"))
    assert found.lines == ()
    assert found.days == {1: 30}


def test_who_moves_is_charged_to_the_one_on_whose_roll_they_are_that_day() -> None:
    moved = course(1, *E1, school={"2023-09-01": SCHOOL, "2024-10-07": "Market Green"})
    assert lines([moved], E1) == [("place", 20, 60000)]
    assert owed([moved], *E1).is_whole  # nothing is asked of whoever has them since


def test_of_two_figures_for_one_day_the_one_that_was_written_later_holds() -> None:
    later = Figure("average_cost", (SCHOOL, "KS3"), "5983.00", day("2024-08-27"), written="2024-12-01")
    known = figures(25, later)
    assert lines([course(1, *E1)], E1, known=known) == [("place", 30, 93000)]
    assert lines([course(1, *E1)], E1, known=known.known_by("2024-11-30")) == [("place", 30, 90000)]


@pytest.mark.parametrize(
    ("amount", "whole"),
    [(Fraction(5, 2), 3), (Fraction(-5, 2), -2), (Fraction(12, 5), 2), (Fraction(3), 3), (Fraction(1, 2), 1)],
)
def test_half_a_penny_goes_up(amount: Fraction, whole: int) -> None:
    assert half_up(amount) == whole
