"""The steps decided so far: what is seen after them, what is left of places, and rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case.command import Facts
from engine.case.step.draft import Draft
from engine.process.definition import Process
from tests.workshop import CLERK, START, done, draft, fire, opened, workshop

AT = "2024-01-08T09:00:00.000000Z"


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def test_each_step_is_numbered_applied_and_says_when_it_was_written_down(process: Process) -> None:
    made = draft(process, opened(process), 2)
    made.add("event", AT, CLERK.name, event="a", data={"price": 1.0})
    made.add("event", AT, CLERK.name, event="b", data={"price": None, "urgent": True})
    assert [(one.seq, one.at, one.recorded, one.version) for one in made.entries] == [
        (2, AT, "2024-01-10T09:00:00.000000Z", "1"),
        (3, AT, "2024-01-10T09:00:00.000000Z", "1"),
    ]
    assert (made.snapshot.seq, made.snapshot.data) == (3, {"urgent": True})


def test_the_first_step_of_a_case_is_the_first(process: Process) -> None:
    made = Draft(process, None, Facts(START, {}))
    made.add("opened", AT, CLERK.name, process="workshop", to="desk", entered=("desk",))
    assert [one.seq for one in made.entries] == [1]


@pytest.mark.parametrize(("free", "room"), [(2, 1), (1, 0), (0, -1), (-4, -1)])
def test_what_was_taken_in_these_steps_is_gone_and_fewer_than_none_are_none(
    process: Process, free: int, room: int
) -> None:
    made = draft(process, opened(process), free={"bench": free})
    made.add("event", AT, CLERK.name, held={"work.place": "bench"})
    assert made.room("bench") == room
    assert made.view(AT).free == {"bench": free - 1, "lathe": 0}


def test_what_was_given_back_in_these_steps_is_there(process: Process) -> None:
    case = done(process, opened(process), fire("start"))
    made = draft(process, case, free={"bench": -1})
    made.add("event", AT, CLERK.name, freed=("work.place",))
    assert made.room("bench") == 1


def test_what_comes_with_a_new_case_is_there_before_it_is_written(process: Process) -> None:
    made = replace(draft(process, opened(process)), enclosed=frozenset({"order"}))
    assert set(made.view(AT).documents) == {"order"}


@pytest.mark.parametrize(
    ("price", "said"),
    [(None, None), (0.0, None), (999.0, None), (-0.01, "No price is below nothing."), (1000.0, "That is too dear.")],
)
def test_a_rule_is_broken_by_what_is_known_never_by_what_is_not(
    process: Process, price: float | None, said: str | None
) -> None:
    made = draft(process, replace(opened(process), data={} if price is None else {"price": price}))
    broken = made.broken_rule(AT)
    assert (broken.message if broken is not None else None) == said
