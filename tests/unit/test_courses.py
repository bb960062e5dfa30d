"""Courses: where a case was on each day, and from when to when it counts."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.charges.courses import Course, Stay, began_on, has_been, spans_of
from engine.process.charges import Stretch
from tests.charges import OPENED, day

RUNNING = Stretch(("on.run", "on.look"))


def with_stays(*stays: tuple[str, str, str], **data: Any) -> Course:
    found = [Stay(state, day(first), day(left) if left else None) for state, first, left in stays]
    return Course(1, OPENED, tuple(found), data)


THROUGH = (("ask", "2024-09-02", "2024-09-09"), ("on.run", "2024-09-09", "2024-10-01"))
ENDED = (*THROUGH, ("on.look", "2024-10-01", "2024-10-04"), ("end", "2024-10-04", ""))


def told(course: Course, stretch: Stretch = RUNNING, **more: Any) -> list[tuple[str, str]]:
    return [(one.first.isoformat(), one.last.isoformat()) for one in spans_of(course, stretch, **more)]


def test_a_case_counts_from_the_day_it_came_to_the_day_before_it_left() -> None:
    assert told(with_stays(*ENDED)) == [("2024-09-09", "2024-10-03")]
    assert told(with_stays(*ENDED), with_leaving=True) == [("2024-09-09", "2024-10-04")]
    assert told(with_stays(*ENDED), Stretch(("on",))) == [("2024-09-09", "2024-10-03")]
    assert told(with_stays(*ENDED[:1])) == []


def test_one_that_goes_on_has_no_end_and_one_that_rests_has_a_break() -> None:
    on = with_stays(*THROUGH[:1], ("on.run", "2024-09-09", ""))
    assert told(on) == [("2024-09-09", "9999-12-31")]
    broken = with_stays(
        *THROUGH, ("ill", "2024-10-01", "2024-10-08"), ("on.run", "2024-10-08", "2024-10-10"), ("end", "2024-10-10", "")
    )
    assert told(broken) == [("2024-09-09", "2024-09-30"), ("2024-10-08", "2024-10-09")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"first_day": "2024-09-02"}, [("2024-09-02", "2024-10-03")]),
        ({"first_day": "2024-09-16"}, [("2024-09-16", "2024-10-03")]),
        ({"last_day": "2024-09-20"}, [("2024-09-09", "2024-09-20")]),
        ({"last_day": "2024-10-11"}, [("2024-09-09", "2024-10-11")]),
        ({"first_day": "2024-10-20", "last_day": "2024-10-11"}, []),
    ],
)
def test_fields_say_the_first_and_the_last_day(data: dict[str, Any], expected: list[Any]) -> None:
    assert told(with_stays(*ENDED, **data), Stretch(RUNNING.within, "first_day", "last_day")) == expected


def test_a_dated_last_day_is_the_one_that_was_given_for_the_latest_day() -> None:
    rows = [
        {"entry": 2, "slot": 1, "values": {"day": "2024-09-20", "last_day": "2024-10-25"}},
        {"entry": 3, "slot": 1, "values": {"day": "2024-09-10", "last_day": "2024-09-13"}},
    ]
    found = with_stays(*ENDED, last_day="2024-09-13", last_day_from=rows)
    assert told(found, Stretch(RUNNING.within, "", "last_day")) == [("2024-09-09", "2024-10-25")]
    assert [found.value("last_day", day(one)) for one in ("2024-09-09", "2024-09-19", "2024-09-20")] == [
        None,
        "2024-09-13",
        "2024-10-25",
    ]
    assert found.named("last_day") == {"2024-09-13", "2024-10-25"}
    assert found.turns == {
        day(one) for one in ("2024-09-02", "2024-09-09", "2024-09-10", "2024-09-20", "2024-10-01", "2024-10-04")
    }


def test_where_it_is_when_a_day_ends_and_rows_up_to_it() -> None:
    marks = [{"entry": at, "slot": 1, "values": {"day": on}} for at, on in enumerate(["2024-09-10", "2024-09-11"])]
    found = with_stays(*ENDED, mark=marks)
    assert [found.state_on(day(one)) for one in ("2024-09-01", "2024-09-09", "2024-10-03", "2024-12-01")] == [
        "ask",
        "on.run",
        "on.look",
        "end",
    ]
    assert [len(found.value("mark", day(one))) for one in ("2024-09-09", "2024-09-10", "2024-09-11")] == [0, 1, 2]
    assert (found.state, has_been(found, RUNNING), began_on(found, RUNNING)) == ("end", True, day("2024-09-09"))
    assert not has_been(with_stays(*ENDED[:1]), RUNNING)
