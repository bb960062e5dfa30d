"""How scenarios name tasks of which there are several: by the choice, or the day of the row, that each is for."""

from __future__ import annotations

import pytest

from engine.authoring.tasks import done_problems, plain, task_names, timer_names
from engine.source.reader import read
from tests.several import load

PROCESS = load()
OPINIONS = {"opinion:law", "opinion:money", "opinion:site"}
CHASES = {"chase:law", "chase:money", "chase:site"}


def test_each_choice_has_a_name_and_rows_have_one_for_all_their_days() -> None:
    assert task_names(PROCESS) == {"look", "look-into", "follow_up:DAY"} | OPINIONS | CHASES
    assert timer_names(PROCESS) == {f"task:{name}" for name in OPINIONS}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("follow_up:2024-03-02", "follow_up:DAY"),
        ("follow_up:2024-03-02.2", "follow_up:DAY"),
        ("follow_up:march", "follow_up:march"),
        ("follow_up", "follow_up"),
        ("opinion:law", "opinion:law"),
        ("task:opinion:law", "task:opinion:law"),
    ],
)
def test_the_day_of_a_row_is_any_day(name: str, found: str) -> None:
    assert plain(PROCESS, name) == found


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("done: opinion\nfor: law", []),
        ("done: opinion:law", []),
        ("done: follow_up\nfor: '2024-03-02'", []),
        ("done: look", []),
        ("done: look\nfor: law", ["There is no task look for law."]),
        ("done: opinion", ["There are several tasks opinion."]),
        ("done: opinion\nfor: lawer", ["There is no task opinion for lawer."]),
        ("done: opinions\nfor: law", ["There is no task opinions."]),
    ],
)
def test_a_step_ticks_off_one_that_there_can_be(step: str, said: list[str]) -> None:
    source = read(step, "step.yaml")
    assert [one.message for one in done_problems(source, PROCESS, (), source.data)] == said
