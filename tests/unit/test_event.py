"""An event and what follows from it by itself."""

from __future__ import annotations

import pytest

from engine.case.command import AddDocument
from engine.case.refusal import Code
from engine.case.step.decide import Decision
from engine.process.definition import Process
from engine.process.flow import MOST_AUTOMATIC
from tests.workshop import BOSS, CLERK, START, ask, done, facts, fire, opened, refused, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def test_a_chain_goes_on_to_its_end_and_every_step_is_told(process: Process) -> None:
    found = ask(process, opened(process), fire("pass_on"), facts())
    assert isinstance(found, Decision)
    assert [(one.kind, one.source, one.to) for one in found.entries] == [
        ("event", "desk", "first"),
        ("automatic", "first", "second"),
        ("automatic", "second", "third"),
        ("automatic", "third", "done"),
    ]
    assert [one.seq for one in found.entries] == [2, 3, 4, 5]
    assert found.snapshot.been == ["desk", "first", "second", "third", "done"]
    assert (found.snapshot.outcome, found.snapshot.tasks, found.snapshot.timers) == ("finished", {}, {})


@pytest.mark.parametrize("length", [MOST_AUTOMATIC - 1, MOST_AUTOMATIC, MOST_AUTOMATIC + 1])
def test_a_chain_may_be_as_long_as_is_said_and_no_longer(length: int) -> None:
    links = [f"  link{n}: {{automatic: [{{to: link{n + 1}}}]}}" for n in range(length - 1)]
    text = "\n".join([*links, f"  link{length - 1}: {{automatic: [{{to: done}}]}}"])
    process = workshop(
        {"  first: {automatic: [{to: second}]}": f"  first: {{automatic: [{{to: second}}]}}\n{text}",
         "title: Pass on, to: first": "title: Pass on, to: link0",
         "fix: {title: Fix": "first_of_all: {title: First, to: first}\n      fix: {title: Fix"}
    )  # fmt: skip
    found = ask(process, opened(process), fire("pass_on"), facts())
    if length <= MOST_AUTOMATIC:
        assert isinstance(found, Decision)
        assert len(found.entries) == 1 + length
    else:
        assert not isinstance(found, Decision)
        assert (found.code, found.message) == (Code.RULE, "More than 32 automatic transitions would follow.")


def test_after_the_end_nothing_happens(process: Process) -> None:
    case = done(process, opened(process), fire("scrap", by=BOSS))
    refusal = refused(process, case, fire("scrap", by=BOSS))
    assert (refusal.code, refusal.message) == (Code.ENDED, "The case has ended: scrapped.")


def test_what_does_not_stand_here_is_told_with_what_does(process: Process) -> None:
    refusal = refused(process, opened(process, "line"), fire("report"))
    assert (refusal.code, refusal.message) == (
        Code.NO_SUCH_EVENT, "Report cannot be done at “Line”. Nothing is possible for you here."
    )  # fmt: skip
    refusal = refused(process, opened(process, "line"), fire("report", by=BOSS))
    assert refusal.message == "Report cannot be done at “Line”. Possible for you: Scrap."


def test_a_rule_that_would_be_broken_takes_the_event_back(process: Process) -> None:
    case = opened(process)
    for price, said in ((-1, "No price is below nothing."), (1000, "That is too dear.")):
        refusal = refused(process, case, fire("fill_in", price=price))
        assert (refusal.code, refusal.message) == (Code.RULE, said)
    assert done(process, case, fire("fill_in", price=999)).data == {"price": 999.0}


def test_a_document_too_lets_what_waits_for_it_follow() -> None:
    process = workshop({"    raise: call\n": "    raise: call\n    automatic: [{when: 'has(\"photo\")', to: first}]\n"})
    case = opened(process)
    photo = AddDocument("photo", "p.png", "0" * 64, 1, "image/png", CLERK, START)
    assert case.state == "desk"
    assert done(process, case, photo).state == "done"


def test_a_rule_holds_in_each_state_on_the_way_not_only_at_its_end() -> None:
    process = workshop(
        {"{never: price < 0.0, say": "{never: 'state == \"second\"', say: Not there.}, {never: price < 0.0, say"}
    )
    refusal = refused(process, opened(process), fire("pass_on"))
    assert (refusal.code, refusal.message) == (Code.RULE, "Not there.")
