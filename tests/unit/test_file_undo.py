"""What is wrong with what an event says of taking it back is named where it stands."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.workshop import CALENDAR, TEXT

FINISH = "finish: {title: Finish, "
NUDGE = "nudge: {title: Nudge, by: [], "


@pytest.mark.parametrize(
    ("event", "said", "code", "message"),
    [
        (FINISH, "bos", "unknown-role", "There is no role bos. Did you mean boss?"),
        (FINISH, "[boss, clark]", "unknown-role", "There is no role clark. Did you mean clerk?"),
        (FINISH, "{by: bos}", "unknown-role", "There is no role bos. Did you mean boss?"),
        (FINISH, "{within: 2 days}", "missing-key", "by"),
        (FINISH, "{by: boss, within: soon}", "bad-duration", "soon"),
        (FINISH, "{by: boss, reopens: 2 days}", "wrong-type", "2 days is not true or false."),
        (FINISH, "[]", "wrong-value", ""),
        (NUDGE, "boss", "never-undone", "Nobody does this event"),
    ],
)
def test_it_is_named_where_it_stands(event: str, said: str, code: str, message: str) -> None:
    assert TEXT.count(event) == 1
    text = TEXT.replace(event, f"{event}undo: {said}, ")
    with pytest.raises(Refused) as refused:
        load_process(text, "workshop.yaml", lambda _: CALENDAR)
    line = 1 + text[: text.index(event)].count("\n")
    [found] = refused.value.problems
    assert (found.line, found.code) == (line, code), found
    assert message in str(found)
