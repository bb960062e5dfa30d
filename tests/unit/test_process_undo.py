"""Who may take an event back: the forms in which a process says it come to the same values."""

from __future__ import annotations

import pytest

from engine.process.undo import Undo
from tests.workshop import workshop

FINISH = "finish: {title: Finish, "


@pytest.mark.parametrize(
    ("said", "by", "within", "reopens"),
    [
        ("boss", {"boss"}, "None", False),
        ("[boss, clerk]", {"boss", "clerk"}, "None", False),
        ("{by: boss, within: 2 school days, reopens: true}", {"boss"}, "2 school days", True),
        ("{by: [clerk]}", {"clerk"}, "None", False),
    ],
)
def test_it_is_read_as_roles_or_as_a_map(said: str, by: set[str], within: str, reopens: bool) -> None:
    event = workshop({FINISH: f"{FINISH}undo: {said}, "}).event("work.hand", "finish")
    assert event is not None
    assert isinstance(event.undo, Undo)
    assert (event.undo.by, str(event.undo.within), event.undo.reopens) == (by, within, reopens)


def test_nobody_takes_back_what_says_nothing_of_it() -> None:
    event = workshop().event("work.hand", "finish")
    assert event is not None
    assert event.undo is None
