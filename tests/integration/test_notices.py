"""Notices: who is told by e-mail of a task, and that no content of the case is in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine import Case, Engine
from engine.case.command import AssignTask
from engine.clock import SetClock
from engine.service.cases.transaction import Transaction
from tests.conftest import START
from tests.steps import done, in_panel, in_placement, visits_by_half_terms
from tests.unit.test_levels import LEVELS, TEXT

COORDINATOR = "hbep-referral/coordinator"


@pytest.fixture
def case(engine: Engine, clock: SetClock) -> Case:
    """A referral with a task, and people who read e-mail, each for another reason not to be told."""
    engine.people.add_organisation("Hilltop")
    for login, roles, organisation, email in (
        ("jo", [COORDINATOR], None, "jo@example.org"),
        ("kim", [COORDINATOR], None, "kim@example.org"),
        ("mute", [COORDINATOR], None, ""),
        ("max", ["hbep-referral/manager"], None, "max@example.org"),
        ("away", ["hbep-referral/manager"], None, "away@example.org"),
        ("cleo", ["equipment-loan/board"], None, "cleo@example.org"),
    ):
        engine.people.add(login, login, roles, organisation, email)
    engine.people.change(replace(engine.people.person("away"), active=False))
    clock.set(START + timedelta(days=60))
    return in_panel(engine, at=START)


def emails(engine: Engine) -> list[tuple[str, str]]:
    return [(one.target, one.body) for one in engine.outbox.messages() if one.kind == "email"]


def given(engine: Engine) -> list[tuple[str, str]]:
    """Those that tell of a task that was given: the task of the case is escalated beside."""
    return [(target, body) for target, body in emails(engine) if "given to you" in body]


def give(engine: Engine, case: Case, login: str | None, by: str = "jo") -> None:
    done(engine.assign_task(case.id, case.tasks[0].task, login, engine.people.person(by).actor))


def test_who_is_given_a_task_by_somebody_else_is_told_without_content(engine: Engine, case: Case) -> None:
    give(engine, case, "kim")
    [(target, body)] = given(engine)
    assert target == "kim@example.org"
    assert f"case {case.id}" in body
    assert "A Pupil" not in body
    assert "Hilltop" not in body


def test_who_takes_it_or_has_no_address_is_not_told(engine: Engine, case: Case) -> None:
    for login, by in (("jo", "jo"), ("mute", "jo"), (None, "jo")):
        give(engine, case, login, by)
    assert given(engine) == []


def test_many_that_are_given_at_once_are_one_message(engine: Engine, case: Case) -> None:
    other = in_panel(engine, at=START)
    jo = engine.people.person("jo").actor

    def work(tx: Transaction) -> None:
        for one in (case, other):
            assert tx.do(tx.hold(one.id), AssignTask(one.tasks[0].task, "kim", jo, tx.now)) is None
        tx.write()

    engine.site.write(work)
    [(target, body)] = given(engine)
    assert target == "kim@example.org"
    assert "2 tasks were given to you" in body


def test_an_escalation_is_told_to_those_active_who_have_the_role_in_this_process(
    engine: Engine, case: Case, clock: SetClock
) -> None:
    clock.set(START)
    visits_by_half_terms(engine)  # reviews alone go on to the manager by then
    placed = in_placement(engine)
    clock.set(START + timedelta(days=120))
    engine.run_due()
    told = [(target, body) for target, body in emails(engine) if f"case {placed.id}" in body]
    assert {target for target, _ in told} == {"max@example.org"}
    assert all("was not done in time" in body and "A Pupil" not in body for _, body in told)


def test_each_level_of_a_task_is_told_to_its_role_and_found_by_it_until_the_next(
    engine: Engine, clock: SetClock
) -> None:
    engine.publish(TEXT.replace("LEVELS", LEVELS))
    for role in ("manager", "head"):
        engine.people.add(role, role.capitalize(), [f"levels/{role}"], None, f"{role}@example.org")
    case = done(engine.open_case("levels", "jo:clerk")).id
    found = []
    for days in (5, 3):
        clock.set(clock.now() + timedelta(days=days))
        engine.run_due()
        told = [target for target, body in emails(engine) if "was not done in time" in body]
        having = [role for role in ("manager", "head") if engine.tasks(roles=(f"levels/{role}",)).items]
        found.append((told, having, engine.case(case).to_do[0].escalated_title))
    assert found == [
        (["manager@example.org"], ["manager"], "Manager"),
        (["head@example.org", "manager@example.org"], ["head"], "Head"),
    ]
    said = [one.what for one in engine.timeline(case, "jo:clerk")[0].items]
    assert said[:2] == ["Call: escalated to Head", "Call: escalated to Manager"]
    assert engine.verify().findings == ()
    done(engine.complete_task(case, "call", "jo:clerk"))
    clock.set(clock.now() + timedelta(days=90))
    engine.run_due()
    assert len([one for one in emails(engine) if "was not done in time" in one[1]]) == 2
