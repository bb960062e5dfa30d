"""What check says of states that pause others, and of ways back."""

from __future__ import annotations

import pytest

from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.paths import paths_of
from engine.source.problem import Refused
from tests.unit.test_pause import TEXT, process
from tests.workshop import CALENDAR

__all__ = ["process"]


def told(old: str, new: str) -> list[tuple[str, str]]:
    assert TEXT.count(old) == 1
    try:
        found = load_process(TEXT.replace(old, new), "rounds.yaml", lambda _: CALENDAR).warnings
    except Refused as refused:
        found = refused.problems
    return [(one.code, one.message) for one in found]


def test_a_sound_one_is_left_alone() -> None:
    codes = {code for code, _ in told("title: Rounds", "title: Rounds")}
    assert codes.isdisjoint({"paused-from-outside", "nothing-paused", "never-back", "wrong-value"})


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        (
            "{title: Begin, by: clerk, to: round,",
            "{title: Begin, by: clerk, to: break,",
            "paused-from-outside",
            "A case can come to break from asked: then nothing of round is there to rest.",
        ),
        ("initial: asked", "initial: [asked, break]", "paused-from-outside", "when it begins"),
        ("pauses: round", "pauses: break", "wrong-value", "break cannot pause itself."),
        ("pauses: round", "pauses: first", "unknown-state", "There is no state first."),
        ("pauses: round", "pauses: round.first", "wrong-value", "round.first does not stand beside break"),
        ("pauses: round", "pauses: done", "wrong-value", "done is an end: nothing of it can rest."),
        (
            "title: Next, by: clerk, to: second",
            "title: Next, by: clerk, to: back",
            "nothing-paused",
            "nothing to go back",
        ),
        (
            "{title: Well, by: clerk, to: back}",
            "{title: Well, by: clerk, to: asked}",
            "never-back",
            "No way leads from ward",
        ),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, code: str, message: str) -> None:
    assert any(one == code and message in said for one, said in told(old, new))


def test_a_way_back_can_lead_to_each_state_that_a_way_leads_from(process: Process) -> None:
    [path] = paths_of(process).on("break", "return")
    assert (path.back, path.returns, path.entered) == ("round", {"round.first", "round.second"}, ())
    [rest] = paths_of(process).on("round.second", "rest")
    assert (rest.pauses, rest.left, rest.gives) == ("round", (), ())
