"""Colleagues: to whom a task may be given, and that of anybody else nothing is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from engine import Actor, Case, Engine, Task
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.store.tables import people
from tests.conftest import START
from tests.integration.site import settle
from tests.steps import done, in_panel, refusal
from tests.waiting import PATIENCE, until


@pytest.fixture
def case(engine: Engine, clock: SetClock) -> Case:
    """A referral of Hilltop with a task of its coordinator."""
    settle(engine)
    engine.people.add("kim", "Kim", ["hbep-referral/coordinator"])
    engine.people.add("cleo", "Cleo", ["equipment-loan/clerk"])
    clock.set(START + timedelta(days=60))
    return in_panel(engine, at=START)


def actor(engine: Engine, login: str) -> Actor:
    return engine.people.person(login).actor


def logins(engine: Engine, tasks: list[Task], by: str = "jo") -> list[str]:
    return [one.login for one in engine.colleagues(tasks, actor(engine, by))]


def test_those_who_may_do_the_task_are_colleagues_and_nobody_of_another_process(engine: Engine, case: Case) -> None:
    tasks = list(case.tasks)
    assert [one.role for one in tasks] == ["coordinator"]
    found = logins(engine, tasks)
    assert {"jo", "kim"} <= set(found)
    assert not {"cleo", "pat", "ada", "ann"} & set(found)
    assert found == sorted(found)


def test_one_who_is_not_active_is_no_colleague(engine: Engine, case: Case) -> None:
    engine.people.change(replace(engine.people.person("kim"), active=False))
    assert "kim" not in logins(engine, list(case.tasks))
    refused = refusal(engine.assign_task(case.id, case.tasks[0].task, "kim", actor(engine, "jo")))
    assert (refused.code, set(refused.fields)) == (Code.FORM, {"person"})


def test_no_task_and_one_that_is_done_has_no_colleagues(engine: Engine, case: Case) -> None:
    tasks = list(case.tasks)
    assert logins(engine, []) == []
    assert logins(engine, [replace(tasks[0], case=9999)]) == []
    assert logins(engine, [replace(tasks[0], task="no_such_task")]) == []


def test_whether_there_is_such_a_person_is_not_told(engine: Engine, case: Case) -> None:
    task = case.tasks[0].task
    said = [refusal(engine.assign_task(case.id, task, name, actor(engine, "jo"))) for name in ("cleo", "nobody")]
    assert said[0] == said[1]
    assert engine.case(case.id).version == case.version


def test_somebody_with_a_right_to_it_is_given_the_task(engine: Engine, case: Case) -> None:
    given = done(engine.assign_task(case.id, case.tasks[0].task, "kim", actor(engine, "jo")))
    assert given.tasks[0].person == "kim"


WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_who_is_made_inactive_at_the_same_moment_is_given_nothing(engine: Engine, case: Case) -> None:
    jo, task = actor(engine, "jo"), case.tasks[0].task
    with ThreadPoolExecutor(1) as giving:
        with engine.database.writing() as connection:
            connection.execute(update(people).where(people.c.login == "kim").values(active=False))
            given = giving.submit(engine.assign_task, case.id, task, "kim", jo)
            until(lambda: connection.execute(WAITING).scalar_one() == 1, "it does not wait for who changes the person")
        assert refusal(given.result(PATIENCE)).code is Code.FORM
    assert engine.case(case.id).tasks[0].person is None
