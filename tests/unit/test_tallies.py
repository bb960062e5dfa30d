"""What is asked of how many tasks are open and done, as it is worked out of a case and as it is read."""

from __future__ import annotations

import pytest

from engine.process.language.tallies import kinds_asked, quorums
from engine.process.tasks import tallied


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('done("ask") >= 2 && all( "look" )', {"ask", "look"}),
        ("kind == \"done('ask')\"", set()),
        ('x.done("ask")', set()),
        ('open(("ask"))', {"ask"}),
    ],
)
def test_the_kinds_that_are_asked_of(text: str, kinds: set[str]) -> None:
    assert kinds_asked(text) == kinds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('done("ask") >= 2', [("done", "ask", 2)]),
        ('done("ask") > 2 || open("ask") == 1', [("done", "ask", 3), ("open", "ask", 1)]),
        ('done("ask") < 9', []),
    ],
)
def test_quorums_are_what_is_wanted_at_least(text: str, found: list[tuple[str, str, int]]) -> None:
    assert list(quorums(text)) == found


def test_tasks_are_counted_by_their_kind() -> None:
    assert tallied(["ask:p", "ask:q", "look"], ["ask:r"]) == {"open ask": 2, "open look": 1, "done ask": 1}
