"""A wrong value is corrected by a later entry that names it: who may, what it changes, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.case.command import Actor, Correct, Facts
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import to_text
from tests.unit.test_keep import HEAD, KEEP
from tests.workshop import BOSS, CLERK, SHOP, START, workshop

YARD = workshop({HEAD: HEAD + KEEP})
LATER = START + timedelta(days=3)
AT = to_text(START)
DATA = {"ready": "2024-02-01", "urgent": False, "price": 1.0, "shop": "North", "kind": "bench"}
READY = "desk/ready_on"
DUE = {READY: ["2024-02-01T00:00:00.000000Z", "2024-02-01T00:00:00.000000Z"]}
CASE = Snapshot("workshop", "1", 7, "desk", AT, AT, data=DATA, entered={"desk": AT}, timers=DUE)
DONE = replace(CASE, state="done", outcome="finished", entered={"done": AT}, timers={})


def correct(case: Snapshot, field: str, value: Any, by: Actor = CLERK, **given: Any) -> Decision | Refusal:
    asked: dict[str, Any] = {"seq": 4, "reason": " As on the slip ", "wrote": 4, **given}
    command = Correct(asked["seq"], field, value, asked["reason"], by, LATER)
    return decide(YARD, case, command, Facts(LATER, {"bench": 1, "lathe": 1}, wrote=asked["wrote"]))


def done(result: Decision | Refusal) -> Decision:
    assert isinstance(result, Decision), result
    return result


def refused(result: Decision | Refusal) -> Refusal:
    assert isinstance(result, Refusal), result
    return result


@pytest.mark.parametrize("case", [CASE, DONE])
def test_the_right_value_stands_in_the_case_with_what_it_corrects(case: Snapshot) -> None:
    made = done(correct(case, "price", "2.5", BOSS))
    [entry] = made.entries
    assert (entry.kind, entry.by, entry.data) == ("correction", "kim", {"price": 2.5})
    assert entry.note == {"corrects": 4, "reason": "As on the slip"}
    assert made.snapshot.data == DATA | {"price": 2.5}
    assert (made.snapshot.state, made.snapshot.timers, made.snapshot.outcome) == (case.state, case.timers, case.outcome)


def test_timers_at_a_date_that_is_corrected_follow_it() -> None:
    moved = done(correct(CASE, "ready", "2024-03-01")).snapshot.timers
    assert moved[READY][0].startswith("2024-03-01")
    assert done(correct(DONE, "ready", "2024-03-01")).snapshot.timers == {}


def test_who_waits_for_another_place_by_it_waits_in_its_queue_and_else_keeps_the_turn() -> None:
    wait = {"place": "bench", "for": "work.place", "state": "line", "since": AT}
    case = replace(CASE, state="line", entered={"line": AT}, timers={}, waiting=wait)
    assert done(correct(case, "kind", "lathe")).snapshot.waiting == wait | {"place": "lathe"}
    assert done(correct(case, "price", 2)).snapshot.waiting == wait


@pytest.mark.parametrize(
    ("field", "value", "given", "fields"),
    [
        ("urgent", "much", {}, {"urgent": "Urgent must be yes or no."}),
        ("price", "", {}, {"price": "Price must be filled in."}),
        ("price", 1, {}, {"price": "Price says this already."}),
        ("prize", 1, {}, {"field": "There is no field prize in this process."}),
        ("price", 2, {"seq": 3}, {"entry": "What stands in Price came with entry 4, not with entry 3."}),
        ("price", 2, {"wrote": 0}, {"entry": "Nothing stands in Price that could be corrected."}),
        ("price", 2, {"reason": " "}, {"reason": "Give a reason, in at most 500 characters."}),
    ],
)
def test_what_is_no_correction_is_refused(
    field: str, value: Any, given: dict[str, Any], fields: dict[str, str]
) -> None:
    found = refused(correct(CASE, field, value, **given))
    assert (found.code, found.fields) == (Code.FORM, fields)


def test_only_those_who_see_to_what_is_kept_correct_and_nothing_that_was_erased() -> None:
    assert refused(correct(CASE, "price", 2, SHOP)).code is Code.NOT_ALLOWED
    assert refused(correct(CASE, "price", 2, Actor("x", frozenset({"other/clerk"})))).code is Code.NOT_ALLOWED
    erased = replace(DONE, retention={"what": "erased"})
    assert refused(correct(erased, "price", 2)).code is Code.ENDED
    assert refused(correct(CASE, "price", -1)).code is Code.RULE
    plain = decide(workshop(), CASE, Correct(4, "price", 2, "Because", CLERK, LATER), Facts(LATER, wrote=4))
    assert refused(plain).code is Code.NOT_ALLOWED
