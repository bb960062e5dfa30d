"""The ledger: years and their days by the right edition, and what an expression comes to in a case on a day."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.case.charges.gaps import Lack
from engine.case.charges.ledger import exact, owners_of
from tests.charges import LEICESTERSHIRE, SCHOOL, closed_too, course, day, figures, ledger, saying


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (3 / 5, Fraction(3, 5)),
        (1 / 3, Fraction(1, 3)),
        (0.9, Fraction(9, 10)),
        (2, Fraction(2)),
        (0.1, Fraction(1, 10)),
    ],
)
def test_what_was_divided_in_an_expression_is_that_part(value: float, part: Fraction) -> None:
    assert exact(value) == part


def test_a_year_has_the_days_of_the_calendar_of_its_first_day() -> None:
    later = closed_too(LEICESTERSHIRE, "2024-11-27")
    book = ledger([], editions={"2024-25": later})
    found = [book.year(day(one)) for one in ("2023-09-01", "2024-09-09", "2025-09-09")]
    assert [book.days_in("school days", year) for year in found if year] == [193, 192, 190]
    assert book.counts("school days", day("2024-11-27"))
    assert found[1]
    assert not book.counted_first("school days", day("2024-11-27"), found[1])


def test_cases_are_found_by_whom_they_name_on_some_day() -> None:
    moved = course(2, "2024-09-09", school={"2023-09-01": SCHOOL, "2024-10-07": "Market Green"})
    book = ledger([course(1, "2024-09-09"), moved])
    assert [one.case for one in book.of_owner("school", SCHOOL)] == [1, 2]
    assert [one.case for one in book.of_owner("school", "Market Green")] == [2]
    assert book.of_owner("school", "Nobody") == []
    assert owners_of(book.courses, "school") == [SCHOOL, "Market Green"]


def test_what_hangs_on_an_empty_field_names_that_field_and_not_the_figure() -> None:
    nothing = course(1, "2024-09-09", key_stage={"2024-10-01": "KS3"})
    book = ledger([nothing])
    place = book.charging.charges["programme"].rates["place"].amount
    assert [(gap.lack, gap.name) for gap in book.amount(place, nothing, day("2024-09-09"), {})] == [
        (Lack.FIELD, "key_stage")
    ]
    assert book.amount(place, nothing, day("2024-10-01"), {}) == 579000
    assert book.turn(nothing, day("2024-09-30")) < book.turn(nothing, day("2024-10-01"))


def test_a_condition_on_an_empty_field_does_not_hold_and_on_an_empty_figure_is_a_gap() -> None:
    asks = saying(
        (
            "when: quota_place, year: average_cost",
            'when: average_cost > money("1") && premium_kind == "lac", year: average_cost',
        )
    )
    known, bare = course(1, "2024-09-09", premium_kind="lac"), course(2, "2024-09-09")
    book, empty = ledger([known, bare], of=asks), ledger([known], figures().among(["quota"]), of=asks)
    when = book.charging.charges["programme"].rates["place"].when
    assert when is not None
    assert (book.truth(when, known, day("2024-09-09"), {}), book.truth(when, bare, day("2024-09-09"), {})) == (
        True,
        False,
    )
    found = empty.truth(when, known, day("2024-09-09"), {})
    assert isinstance(found, list)
    assert [(gap.lack, gap.name, gap.keys) for gap in found] == [(Lack.FIGURE, "average_cost", (SCHOOL, "KS3"))]
