"""Colleagues: to whom a task may be given, and that of anybody else nothing is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from engine import Actor, Case, Engine, Task
from engine.case.refusal import Code
from engine.case.sight import Action, may, may_be_given
from engine.case.snapshot import Snapshot
from engine.clock import SetClock
from engine.service.people import colleagues
from engine.store.cases.cases import read_case
from engine.store.people import people as store
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


BOOKING = {"area": "hinckley", "panel_date": "2023-12-01", "ground": "At risk"}


def read_snapshot(engine: Engine, number: int) -> Snapshot:
    with engine.database.reading() as connection:
        found = read_case(connection, number)
    assert found is not None
    return found.snapshot


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


def test_who_cannot_be_given_a_task_is_not_read(engine: Engine, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a partnership with thousands of people those of other organisations are no rows for the program."""
    before = logins(engine, list(case.tasks))
    for number in range(60):
        engine.people.add(f"p{number:03}", "", ["hbep-referral/school"], "Elsewhere")
        engine.people.add(f"c{number:03}", "", ["equipment-loan/clerk"], "Hilltop")
    engine.people.add("q", "", ["hbep-referral/school"], "Hilltop")
    read, person = list[str](), store._person
    monkeypatch.setattr(store, "_person", lambda row: read.append(row[1]) or person(row))
    assert logins(engine, list(case.tasks)) == sorted([*before, "q"])
    assert not [one for one in read if one.startswith("p0")]
    # Those of the own organisation are asked, whatever roles they hold.
    assert set(read) >= {"q", *before}


@pytest.mark.parametrize("by", ["jo", "max", "sam", "pat", "lee", "kim", "cleo", "ann"])
def test_each_of_those_who_may_be_given_a_task_is_among_those_who_are_asked(
    engine: Engine, case: Case, by: str
) -> None:
    booked = done(engine.fire(case.id, "book_panel", "coordinator", BOOKING)) if by in {"lee", "max"} else case
    process, snapshot = engine.process("hbep-referral"), read_snapshot(engine, case.id)
    for task in booked.tasks:
        who = actor(engine, by)
        asked = [one for one in engine.people.everybody() if one.active]
        wanted = may(who, Action.SEE, process, snapshot)
        given = (snapshot.tasks[task.task], who, process, snapshot)
        expected = [one.login for one in asked if wanted and may_be_given(one.actor, *given)]
        assert logins(engine, [task], by) == expected
        named = [(task.case, task.task)]
        assert [one.login for one in asked if engine.among.is_colleague(named, who, one.login)] == expected


def test_more_than_are_read_at_once_are_found_to_the_last(
    engine: Engine, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colleagues, "SOME", 3)
    for number in range(7):
        engine.people.add(f"k{number}", f"Oak {number}", ["hbep-referral/coordinator"])
    tasks, jo = [(case.id, case.tasks[0].task)], actor(engine, "jo")
    assert set(logins(engine, list(case.tasks))) >= {f"k{number}" for number in range(7)}
    found = [one.login for one in engine.colleagues_named(tasks, jo, "oak", 5)]
    assert found == [f"k{number}" for number in range(5)]
    assert [one.login for one in engine.colleagues_named(tasks, jo, "k6")] == ["k6"]


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
