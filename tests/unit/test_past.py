"""What was done last: the steps that follow by themselves are told apart from those that somebody took."""

from __future__ import annotations

import pytest

from engine.case.entry import Entry
from engine.case.past import Past
from engine.case.step.undo import last_step

OPENED = Entry(1, "opened", "a", "a", "jo", "1")
LEFT = Entry(2, "event", "b", "b", "jo", "1", event="leave")
TIMER = Entry(3, "timer", "c", "c", "engine", "1", event="x/y")
SENT = Entry(4, "event", "c", "c", "engine", "1", event="go")
HELD = Entry(5, "retention", "d", "d", "kim", "1", event="held")
BACK = Entry(6, "undo", "e", "e", "jo", "1", event="leave", note={"undoes": 2})


@pytest.mark.parametrize(
    ("entries", "undone", "last", "since", "is_again"),
    [
        ([OPENED], [], 1, [], False),
        ([OPENED, LEFT], [], 2, [], False),
        ([OPENED, LEFT, TIMER, SENT, HELD], [], 2, [3, 4, 5], False),
        ([OPENED, LEFT, TIMER, SENT, HELD, BACK], [[2, 6]], 1, [], True),
    ],
)
def test_the_last_step_that_stands(
    entries: list[Entry], undone: list[list[int]], last: int, since: list[int], is_again: bool
) -> None:
    found = Past(*last_step(reversed(entries), undone)[:2], None, last_step(reversed(entries), undone)[2])
    assert (found.last.seq, [one.seq for one in found.since], found.is_again) == (last, since, is_again)
