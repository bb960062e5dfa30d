"""What comes up in a case by itself, in the words of its process."""

from __future__ import annotations

import pytest

from engine.service.cases.comings import timer_does, timer_title
from tests.hours import HOURS, TEXT, loaded

MORE = loaded(
    TEXT.replace(
        "look: {title: Look, role: worker}", "look: {title: Look, role: worker, escalate: {after: 1 day, to: chief}}"
    ).replace(
        "    events:\n      change: {title: Change, done",
        "    timers: {end: {after: 1 year, send: close}}\n    events:\n      change: {title: Change, done",
    )
)


@pytest.mark.parametrize(
    ("key", "title", "does"),
    [
        ("going/deadline", "Look", "raises Look"),
        ("going/end", "Close", "sends Close"),
        ("task:look", "Look: goes to Chief", "escalates Look to Chief"),
        ("from:hours", "Hours changes", "changes Hours"),
        ("gone/some_time", "Some time", ""),
    ],
)
def test_what_comes_up_is_told_by_its_title(key: str, title: str, does: str) -> None:
    assert (timer_title(MORE, key), timer_does(MORE, key)) == (title, does)


def test_what_does_not_escalate_has_no_title() -> None:
    assert (timer_title(HOURS, "task:look"), timer_does(HOURS, "task:look")) == ("", "")
