"""What was stated stays, and what changed since stands in the next one: old line out, new line in."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.charges.differences import changes, standing
from engine.case.charges.figures import Figure
from tests.charges import SCHOOL, course, day, figures, owed

E1 = ("2024-09-09", "2024-10-18")


def told(found: Any) -> list[tuple[int, int]]:
    """Of how many days each change is, and by how much it changes what is due."""
    return [(one.line.count, one.due) for one in found]


def test_a_first_day_that_is_corrected_after_the_statement() -> None:
    stated = owed([course(1, *E1)], *E1).lines
    now = owed([course(1, E1[0], E1[1], first_day="2024-09-16")], *E1).lines
    assert told(changes(stated, now)) == [(30, -90000), (25, 75000)]  # E17: -150.00
    assert standing(stated, [changes(stated, now)]) == now
    assert changes(standing(stated, [changes(stated, now)]), now) == ()


def test_a_figure_that_is_written_after_the_statement() -> None:
    stated = owed([course(1, *E1)], *E1).lines
    later = Figure("average_cost", (SCHOOL, "KS3"), "5983.00", day("2024-08-27"), written="2024-12-01")
    now = owed([course(1, *E1)], *E1, known=figures(25, later)).lines
    assert told(changes(stated, now)) == [(30, -90000), (30, 93000)]  # E18: +30.00


def test_what_says_the_same_is_no_difference() -> None:
    stated = owed([course(1, *E1), course(2, *E1)], *E1).lines
    assert changes(stated, tuple(reversed(stated))) == ()
    assert told(changes(stated, stated[:1])) == [(30, -90000)]
    assert told(changes((), stated)) == [(30, 90000), (30, 90000)]


@settings(max_examples=40)
@given(
    firsts=st.lists(st.sampled_from(["2024-09-09", "2024-09-16", "2024-10-07", "2024-10-21"]), min_size=1, max_size=6)
)
def test_whatever_is_moved_and_moved_back_sums_to_nothing(firsts: list[str]) -> None:
    """Each statement has what changed since: all together are what is due, and back where it began nothing is left."""
    first = owed([course(1, *E1)], *E1).lines
    stated = list[Any]()
    for moved in [*firsts, E1[0]]:
        now = owed([course(1, E1[0], E1[1], first_day=moved)], *E1).lines
        stated.append(changes(standing(first, stated), now))
        assert sum(one.due for one in first) + sum(one.due for some in stated for one in some) == sum(
            one.due for one in now
        )
    assert sum(one.due for some in stated for one in some) == 0
