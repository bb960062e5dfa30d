"""Gaps: told once with all their days, in the words of the process."""

from __future__ import annotations

from engine.case.charges.gaps import Gap, Lack, joined, told
from tests.charges import PLACES, SCHOOL, day


def test_what_goes_on_for_days_is_one_gap() -> None:
    days = [day(one) for one in ("2024-09-10", "2024-09-09", "2024-09-11")]
    found = joined(
        [
            *(Gap(Lack.FIELD, "key_stage", one, one, case=1) for one in days),
            Gap(Lack.FIELD, "days", days[0], days[0], case=1),
        ]
    )
    assert [(one.name, one.first, one.last) for one in found] == [
        ("days", days[0], days[0]),
        ("key_stage", days[1], days[2]),
    ]


def test_they_are_told_by_titles() -> None:
    first, last = day("2024-09-09"), day("2024-09-10")
    assert [
        told(PLACES, one)
        for one in (
            Gap(Lack.FIGURE, "premium", first, last, ("ever6",)),
            Gap(Lack.FIGURE, "additional_day", first, first),
            Gap(Lack.OVER, "quota_place", first, last, (SCHOOL,), case=3),
        )
    ] == [
        "Premium rate: nothing is written down for Ever 6 for 9 September 2024 to 10 September 2024.",
        "Additional day: nothing is written down for 9 September 2024.",
        "Case 3 is beyond the allowance of Hilltop Academy: Quota place, 9 September 2024 to 10 September 2024.",
    ]
