"""What somebody may do next, and why not the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case.command import Actor
from engine.case.refusal import Code
from engine.case.snapshot import Snapshot
from engine.case.step.possible import possible_events
from engine.process.definition import Process
from tests.workshop import BOSS, CLERK, SHOP, done, facts, fire, opened, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def offered(
    process: Process, case: Snapshot, by: Actor = CLERK, free: dict[str, int] | None = None
) -> dict[str, Code | None]:
    found = possible_events(process, case, by, facts(free=free))
    return {one.event.name: one.refusal.code if one.refusal is not None else None for one in found}


def test_events_of_people_in_the_order_written_inner_states_first(process: Process) -> None:
    assert offered(process, opened(process)) == {
        "report": None,
        "fill_in": None,
        "start": None,
        "set_out": None,
        "sort": Code.REQUIREMENT,
        "check_up": Code.REQUIREMENT,
        "fix": None,
        "pass_on": None,
        "scrap": Code.NOT_ALLOWED,
    }
    assert list(offered(process, done(process, opened(process), fire("start")))) == ["drop", "again", "finish", "scrap"]


def test_what_happens_by_itself_is_offered_to_nobody(process: Process) -> None:
    assert list(offered(process, opened(process, "line"), BOSS)) == ["scrap"]


def test_who_may_not_see_the_case_is_offered_nothing(process: Process) -> None:
    case = opened(process, by=SHOP)
    assert offered(process, case, SHOP)
    assert offered(process, case, replace(SHOP, organisation="South")) == {}
    assert offered(process, case, Actor("nobody")) == {}


def test_what_the_form_will_say_is_not_missed_beforehand(process: Process) -> None:
    case = opened(process)
    full = {"bench": 0, "lathe": 0}
    assert offered(process, case, free=full)["start"] is None
    assert offered(process, case)["fix"] is None


def test_a_place_that_is_lacking_leads_to_the_line_or_is_told(process: Process) -> None:
    full = {"bench": 0, "lathe": 0}
    assert offered(process, opened(process), free=full)["set_out"] is None
    elsewhere = workshop({", otherwise: line}": "}", "title: Offered, by: []": "title: Offered"})
    assert offered(elsewhere, opened(elsewhere), free=full)["set_out"] is Code.NO_PLACE
    assert offered(elsewhere, opened(elsewhere))["set_out"] is None


def test_what_can_be_decided_is(process: Process) -> None:
    assert offered(process, opened(process, urgent="yes"))["sort"] is None
    own = workshop({"{when: urgent == true, to: work.hand}": (
        "{when: urgent == true, needs: [{document: photo}], to: work.hand}")})  # fmt: skip
    assert offered(own, opened(own, urgent="yes"))["sort"] is Code.REQUIREMENT
    assert offered(own, opened(own, urgent="no"))["sort"] is None
