"""Holders: whose tasks are with somebody who can do them no more, and that any name will do where nobody is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.holders import any_name_will_do, holders_in, stranded
from tests.conftest import START
from tests.steps import done, in_panel

BOSS = "max:hbep-referral/coordinator"


@pytest.fixture
def given(engine: Engine, clock: SetClock) -> tuple[int, str]:
    """A case, and its task that is given to kim, whom nobody keeps yet."""
    clock.set(START + timedelta(days=60))
    case = in_panel(engine, at=START)
    return case.id, done(engine.assign_task(case.id, case.tasks[0].task, "kim", BOSS)).tasks[0].task


def is_stranded(engine: Engine, given: tuple[int, str]) -> bool:
    process, snapshot = engine.seen(given[0], None)
    with engine.database.reading() as connection:
        one = stranded(connection, given[1], process, snapshot)
        holders = holders_in(connection, [process])
    listed = [(task.case, task.task) for task in engine.tasks(stranded=True).items]
    assert (given in listed) is one  # the list and the rule for one task never differ
    assert one <= bool(holders)
    return one


def test_where_no_people_are_kept_any_name_will_do(engine: Engine, given: tuple[int, str]) -> None:
    with engine.database.reading() as connection:
        assert any_name_will_do(connection)
        assert holders_in(connection, []) == ()
    assert not is_stranded(engine, given)
    engine.people.add("jo", "", ["hbep-referral/coordinator"])
    with engine.database.reading() as connection:
        assert not any_name_will_do(connection)
    assert is_stranded(engine, given)


def test_who_is_active_and_may_do_it_holds_it(engine: Engine, given: tuple[int, str]) -> None:
    kim = engine.people.add("kim", "", ["hbep-referral/coordinator"])
    assert not is_stranded(engine, given)
    engine.people.change(replace(kim, active=False))
    assert is_stranded(engine, given)


def test_a_role_of_another_process_lets_nobody_hold_it(engine: Engine, given: tuple[int, str]) -> None:
    engine.people.add("kim", "", ["equipment-loan/clerk"])
    assert is_stranded(engine, given)


def test_a_task_that_is_nobodys_or_is_not_there_is_not_stranded(engine: Engine, given: tuple[int, str]) -> None:
    engine.people.add("jo", "", ["hbep-referral/coordinator"])
    process, snapshot = engine.seen(given[0], None)
    with engine.database.reading() as connection:
        assert not stranded(connection, "no_such_task", process, snapshot)
    jo = engine.people.person("jo").actor
    done(engine.claim_task(given[0], given[1], jo))
    assert not is_stranded(engine, given)
