"""Who holds a case back, asks for its erasure and confirms it, and what follows what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.command import Actor, Erase, Facts, Retain
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import to_text
from tests.unit.test_keep import HEAD, KEEP
from tests.workshop import BOSS, CLERK, SHOP, START, workshop

YARD = workshop({HEAD: HEAD + KEEP})
LATER = START + timedelta(days=4000)
AT = to_text(START)
DATA = {"ready": "1990-01-01", "urgent": False, "price": 1.0, "shop": "North"}
DONE = Snapshot("workshop", "1", 7, "done", AT, AT, data=DATA, outcome="Done", entered={"done": AT})
OTHER = Actor("lou", frozenset({"clerk"}))
WHATS = get_args(Retain.__annotations__["what"]) or ("held", "released", "asked", "withdrawn")


def ask(case: Snapshot, what: Any, by: Actor = CLERK, reason: str = "Because") -> Decision | Refusal:
    return decide(YARD, case, Retain(what, reason, by, LATER), Facts(LATER))


def done(result: Decision | Refusal) -> Snapshot:
    assert isinstance(result, Decision), result
    return result.snapshot


def refused(result: Decision | Refusal) -> Code:
    assert isinstance(result, Refusal), result
    return result.code


def erase(case: Snapshot, by: Actor) -> Decision | Refusal:
    return decide(YARD, case, Erase(12, ("data/shop", "data/price"), by, LATER), Facts(LATER))


def test_another_person_confirms_and_a_certificate_says_so() -> None:
    asked = done(ask(DONE, "asked"))
    assert (asked.retained, asked.retention) == ("asked", {"what": "asked", "by": "jo", "at": to_text(LATER)})
    assert refused(erase(DONE, BOSS)) is Code.NO_SUCH_EVENT
    assert refused(erase(asked, CLERK)) is Code.NOT_ALLOWED
    result = erase(asked, BOSS)
    assert isinstance(result, Decision)
    [entry] = result.entries
    assert (entry.kind, entry.note, entry.erased) == ("erasure", {"certificate": "12-9"}, ("data/shop", "data/price"))
    assert result.snapshot.data == {"ready": "1990-01-01", "urgent": False}
    assert result.snapshot.retained == "erased"
    assert [refused(ask(result.snapshot, what)) for what in WHATS] == [Code.ENDED] * 4
    assert refused(erase(result.snapshot, OTHER)) is Code.ENDED


@given(st.lists(st.sampled_from(WHATS), max_size=8))
def test_each_step_follows_only_what_it_can_follow(steps: list[str]) -> None:
    may_follow = {"held": {"", "asked"}, "released": {"held"}, "asked": {""}, "withdrawn": {"asked"}}
    case, state = DONE, ""
    for what in steps:
        result = ask(case, what)
        if state in may_follow[what]:
            case, state = done(result), "" if what in {"released", "withdrawn"} else what
        else:
            assert refused(result) is Code.NO_SUCH_EVENT
        assert case.retained == (state or "released")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"outcome": ""}, Code.REQUIREMENT),
        ({"data": DATA | {"ready": "2020-01-01"}}, Code.REQUIREMENT),
        ({"data": DATA | {"price": 200.0}}, Code.REQUIREMENT),
    ],
)
def test_what_is_not_due_is_neither_asked_for_nor_erased(changed: dict[str, Any], code: Code) -> None:
    case = replace(DONE, **changed)
    assert refused(ask(case, "asked")) is code
    asked = replace(case, retention={"what": "asked", "by": "jo", "at": AT})
    assert refused(erase(asked, BOSS)) is code
    assert done(ask(case, "held")).retained == "held"  # that may always be


def test_only_those_whom_the_process_names_decide_and_only_with_a_reason() -> None:
    assert refused(ask(DONE, "held", SHOP)) is Code.NOT_ALLOWED
    assert refused(ask(DONE, "held", Actor("x", frozenset({"other/clerk"})))) is Code.NOT_ALLOWED
    assert [refused(ask(DONE, "held", reason=reason)) for reason in ("", "  ", "x" * 501)] == [Code.FORM] * 3
    assert done(ask(DONE, "held", reason="x" * 500)).retained == "held"
    plain = workshop()
    assert refused(decide(plain, DONE, Retain("held", "No", CLERK, LATER), Facts(LATER))) is Code.NOT_ALLOWED
