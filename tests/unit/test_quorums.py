"""What is asked of more tasks than there can be, and where nothing is known of tasks."""

from __future__ import annotations

import pytest

from engine.source.problem import Refused
from tests.several import ASKED, load


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('open("opinion") <= 1', 'open("opinions") <= 1', "unknown-task", "no task opinions"),
        ('done("opinion") >= 2\'', 'done("opinion") >= 4\'', "never-true", "done(opinion) is never 4"),
        ('all("look")\'', 'done("look") > 1\'', "never-true", "there can be 1 such task"),
        ("type: choices, ", "type: choices, when: 'done(\"look\") == 1', ", "wrong-value", "Nothing is known of tasks"),
        ("due: 1 week", 'due: "done(\\"look\\") == 1 ? opened : opened"', "wrong-value", "done cannot stand in a date"),
    ],
)
def test_it_is_told(old: str, new: str, code: str, said: str) -> None:
    assert old in ASKED
    with pytest.raises(Refused) as refused:
        load(ASKED.replace(old, new, 1))
    found = [(one.code, one.message) for one in refused.value.problems]
    assert any(one == code and said in message for one, message in found), found


def test_how_many_rows_there_will_be_nobody_knows() -> None:
    assert load(ASKED.replace('all("look")\'', 'done("follow_up") > 9\'')).tasks["follow_up"].per == "visit"
