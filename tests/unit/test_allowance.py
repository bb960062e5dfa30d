"""Who is under a quota: against a count day by day that shares nothing with the program, and the laws of charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.charges.allowance import standing
from engine.case.charges.courses import Course
from tests.charges import LEICESTERSHIRE, SCHOOL, course, day, figures, ledger, owed, saying

YEAR = ("2024-08-27", "2025-07-11")
# As the county published them, written once more: first and last days of half terms, and the bank holidays in them.
HALF_TERMS = [
    ("2024-08-27", "2024-10-18"),
    ("2024-10-28", "2024-12-20"),
    ("2025-01-06", "2025-02-14"),
    ("2025-02-24", "2025-04-11"),
    ("2025-04-28", "2025-05-23"),
    ("2025-06-02", "2025-07-11"),
]
BANK_HOLIDAYS = {"2025-05-05"}
KEEP = saying(("last: last_day}\ncharges", "last: last_day, freed: keep}\ncharges"))


def school_days() -> list[date]:
    found = []
    for first, last in HALF_TERMS:
        one = date.fromisoformat(first)
        while one <= date.fromisoformat(last):
            if one.isoweekday() < 6 and one.isoformat() not in BANK_HOLIDAYS:
                found.append(one)
            one += timedelta(days=1)
    return found


DAYS = school_days()


@dataclass(frozen=True)
class Place:
    """A place as people would write it on a card."""

    number: int
    offered: int
    first: int
    last: int
    stage: str
    weekdays: tuple[str, ...]


NAMES = ("mon", "tue", "wed", "thu", "fri")


@st.composite
def places(draw: st.DrawFn) -> list[Place]:
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        offered, first, last = sorted(draw(st.integers(0, len(DAYS) - 1)) for _ in range(3))
        weekdays = tuple(draw(st.sampled_from([(), ("mon", "tue"), ("wed",), NAMES])))
        found.append(Place(number, offered, first, last, draw(st.sampled_from(["KS3", "KS4"])), weekdays))
    return found


def as_course(one: Place) -> Course:
    first, last, offered = (DAYS[at].isoformat() for at in (one.first, one.last, one.offered))
    return course(one.number, first, last, offered, key_stage=one.stage, days=list(one.weekdays) or None)


def counted(cards: list[Place], quota: int, *, promote: bool) -> dict[tuple[int, bool], Decimal]:
    """Day by day: who is under the quota, and what each is charged for; by case and whether it was under it."""
    cost = {"KS3": Decimal("5790"), "KS4": Decimal("6562")}
    has, known = list[int](), set[int]()
    sums = dict[tuple[int, bool], Decimal]()
    for at, today in enumerate(DAYS):
        here = sorted(
            (one for one in cards if one.offered <= at <= one.last), key=lambda one: (one.offered, one.number)
        )
        has = [number for number in has if number in [one.number for one in here]][:quota]
        for one in here:
            if len(has) < quota and one.number not in has and (promote or one.number not in known):
                has.append(one.number)
        known |= {one.number for one in here}
        for one in here:
            if one.first <= at and (not one.weekdays or NAMES[today.weekday()] in one.weekdays):
                is_under = one.number in has
                each = cost[one.stage] if is_under else Decimal(100) * len(DAYS)
                sums[one.number, is_under] = sums.get((one.number, is_under), Decimal(0)) + each
    return {key: (found / len(DAYS)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) for key, found in sums.items()}


def test_the_days_of_the_year_are_those_that_were_published() -> None:
    assert len(DAYS) == 193
    assert [one for one in DAYS if not LEICESTERSHIRE.is_school_day(one)] == []


@settings(max_examples=60, deadline=None)
@given(cards=places(), quota=st.integers(0, 3), promote=st.booleans())
def test_what_is_due_is_what_a_count_day_by_day_gives(cards: list[Place], quota: int, promote: bool) -> None:
    more: dict[str, Any] = {} if promote else {"of": KEEP}
    found = owed([as_course(one) for one in cards], *YEAR, known=figures(quota), **more)
    due = {(one.key.case, one.key.rate == "place"): Decimal(one.due) / 100 for one in found.lines}
    assert due == counted(cards, quota, promote=promote)
    assert found.gaps == ()


@settings(max_examples=30, deadline=None)
@given(cards=places(), quota=st.integers(0, 3), order=st.randoms())
def test_no_quota_is_exceeded_and_the_order_of_recording_does_not_matter(
    cards: list[Place], quota: int, order: Any
) -> None:
    courses = [as_course(one) for one in cards]
    book = ledger(courses, figures(quota))
    under = standing(book, book.charging.quotas["quota_place"], SCHOOL, "school days", DAYS[-1]).under
    assert max((sum(cases.values()) for cases in under.values()), default=0) <= quota
    shuffled = order.sample(courses, len(courses))
    assert owed(shuffled, *YEAR, known=figures(quota)) == owed(courses, *YEAR, known=figures(quota))


@settings(max_examples=30, deadline=None)
@given(at=st.integers(1, len(DAYS) - 1), stage=st.sampled_from(["KS3", "KS4"]))
def test_splitting_a_place_changes_the_total_by_half_a_penny_a_line_at_most(at: int, stage: str) -> None:
    whole = owed([course(1, *YEAR, key_stage=stage)], *YEAR)
    parts = [
        course(1, YEAR[0], DAYS[at - 1].isoformat(), key_stage=stage),
        course(2, DAYS[at].isoformat(), YEAR[1], key_stage=stage),
    ]
    split = owed(parts, *YEAR)
    assert abs(split.total - whole.total) <= 1  # half a penny each of two lines
    assert whole.total == {"KS3": 579000, "KS4": 656200}[stage]  # a whole year costs the yearly figure


@settings(max_examples=20, deadline=None)
@given(first=st.integers(0, 150), count=st.integers(1, 42))
def test_monday_to_tuesday_and_wednesday_to_friday_are_the_whole_week(first: int, count: int) -> None:
    span = (DAYS[first].isoformat(), DAYS[first + count].isoformat())
    full = owed([course(1, *span)], *span).total
    parts = [owed([course(1, *span, days=days)], *span).total for days in (["mon", "tue"], ["wed", "thu", "fri"])]
    assert abs(sum(parts) - full) <= 1


def test_a_smaller_quota_in_a_new_year_leaves_it_to_those_who_had_it_first() -> None:
    known = figures(2, *(one for one in figures(1).given if one.year == "2025-26"))
    smaller = ledger(
        [course(2, "2025-06-02", "2025-09-12"), course(1, "2025-06-09", "2025-09-12")],
        type(known)(
            tuple(one for one in known.given if one.kind != "quota" or one.year == "2024-25" or one.value == 1)
        ),
    )
    found = standing(smaller, smaller.charging.quotas["quota_place"], SCHOOL, "school days", day("2025-09-12")).under
    assert found[day("2025-07-11")] == {2: True, 1: True}
    assert found[day("2025-08-26")] == {2: True, 1: False}


def test_what_follows_an_unknown_quota_is_unknown_for_all_whom_it_concerned() -> None:
    known = type(figures())(tuple(one for one in figures(1).given if one.kind != "quota" or one.year == "2025-26"))
    two = [course(1, "2025-06-02", "2025-09-05"), course(2, "2025-08-26", "2025-09-12")]
    found = owed(two, "2025-08-26", "2025-09-12", known=known)
    assert [(gap.name, gap.year) for gap in found.gaps] == [("quota", "2024-25")]
    later = owed([*two, course(3, "2025-09-15", "2025-09-19")], "2025-09-15", "2025-09-19", known=known)
    assert later.is_whole  # nobody who was concerned is there any more
    assert later.total == 5 * 3150
