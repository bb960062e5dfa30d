"""Tasks of people who can do them no more: who is inactive, not kept here, or may not see the case any more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from engine import Case, Engine, Refusal
from engine.case.command import Actor
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service.lists.finder import TasksWanted
from engine.service.people.faults import BadPerson
from engine.store.tables import outbox
from tests.conftest import LOAN, START
from tests.integration.site import settle
from tests.integration.test_overdue import REMINDED
from tests.steps import done, in_panel

COORDINATOR = "hbep-referral/coordinator"


def overdue(engine: Engine, **data: Any) -> Case:
    """A referral that nobody has put before a panel for so long that there is a task to do so."""
    return in_panel(engine, at=START, **data)


def given(engine: Engine, login: str, school: str = "Hilltop", by: str = "max") -> tuple[int, str]:
    """A case with a task that this person was given."""
    case = overdue(engine, school=school)
    task = case.tasks[0].task
    done(engine.assign_task(case.id, task, login, person(engine, by)))
    return case.id, task


def person(engine: Engine, login: str) -> Actor:
    return engine.people.person(login).actor


def leave(engine: Engine, login: str) -> None:
    engine.people.change(replace(engine.people.person(login), active=False))


def stranded(engine: Engine, by: Any = None, **more: Any) -> list[tuple[int, str]]:
    return [(one.case, one.task) for one in engine.tasks(stranded=True, by=by, **more).items]


@pytest.fixture
def engine(engine: Engine, clock: SetClock) -> Engine:
    settle(engine)
    clock.set(START + timedelta(days=60))
    engine.people.add("kim", "Kim", [COORDINATOR], email="kim@example.org")
    return engine


def test_what_somebody_has_who_becomes_inactive_is_shown_until_it_is_handed_on(engine: Engine) -> None:
    task, other = given(engine, "jo"), given(engine, "kim", by="jo")
    assert stranded(engine) == []
    leave(engine, "jo")
    assert stranded(engine) == stranded(engine, person(engine, "kim")) == [task]
    assert stranded(engine, person(engine, "sam")) == [task]
    assert stranded(engine, person(engine, "pat")) == stranded(engine, person(engine, "ada")) == []
    assert stranded(engine, roles=("senco",)) == []
    assert engine.handovers.of_inactive() == {"jo": 1}
    engine.people.change(replace(engine.people.person("jo"), active=True))
    assert stranded(engine) == []
    leave(engine, "jo")
    assert engine.hand_on("jo", "kim", person(engine, "kim")).done == 1
    assert stranded(engine) == []
    assert {(one.case, one.task) for one in engine.tasks(person="kim").items} == {task, other}
    assert engine.verify().findings == ()


def test_who_may_not_see_the_case_any_more_cannot_do_its_task(engine: Engine) -> None:
    task = given(engine, "sam")
    sam = engine.people.person("sam")
    engine.people.change(replace(sam, organisation="Elsewhere"))
    assert stranded(engine) == [task]
    engine.people.change(replace(sam, roles=("panel_member",)))
    assert stranded(engine) == [task]
    engine.people.change(replace(sam, roles=()))
    assert stranded(engine) == [task]
    engine.people.change(sam)
    assert stranded(engine) == []


def test_a_role_of_the_same_name_in_another_process_helps_nobody(engine: Engine) -> None:
    engine.publish(LOAN.read_text().replace("clerk", "coordinator").replace('version: "1"', 'version: "2"'))
    task = given(engine, "jo")
    engine.people.change(replace(engine.people.person("jo"), roles=("equipment-loan/coordinator",)))
    assert stranded(engine) == stranded(engine, person(engine, "kim")) == [task]
    assert stranded(engine, person(engine, "jo")) == []


def test_a_case_without_an_organisation_is_nobodys_own(engine: Engine) -> None:
    case = overdue(engine, school="Elsewhere")
    with engine.database.writing() as connection:
        connection.execute(text("UPDATE tasks SET person = 'pat' WHERE case_id = :case"), {"case": case.id})
        connection.execute(text("UPDATE cases SET organisation = NULL WHERE id = :case"), {"case": case.id})
    assert {number for number, _ in stranded(engine)} == {case.id}


def test_where_no_people_are_kept_a_program_gives_tasks_to_whom_it_likes(engine: Engine) -> None:
    with engine.database.writing() as connection:
        for table in ("sessions", "accounts", "people"):
            connection.execute(text(f"DELETE FROM {table}"))
    case = overdue(engine)
    name = case.tasks[0].task
    done(engine.assign_task(case.id, name, "anybody", "coordinator"))
    assert stranded(engine) == []
    taken = engine.claim_task(case.id, name, "kim:coordinator")
    assert isinstance(taken, Refusal)
    done(engine.assign_task(case.id, name, None, "coordinator"))
    done(engine.claim_task(case.id, name, "kim:coordinator"))


def test_nobody_takes_a_task_on_who_is_inactive_or_does_not_exist(engine: Engine) -> None:
    case = overdue(engine)
    name = case.tasks[0].task
    leave(engine, "jo")
    for who in ("jo:coordinator", "ghost:coordinator", "coordinator", "lee:coordinator"):
        refused = engine.claim_task(case.id, name, who)
        assert isinstance(refused, Refusal), who
        assert refused.code is Code.FORM
        assert "known here" in refused.message
    for who in ("jo", "ghost", "lee"):
        assert isinstance(engine.assign_task(case.id, name, who, person(engine, "kim")), Refusal)
    assert engine.tasks(case=case.id).items[0].person is None
    done(engine.claim_task(case.id, name, person(engine, "kim")))


def test_what_somebody_left_is_its_roles_again(engine: Engine) -> None:
    case, task = given(engine, "jo")
    assert isinstance(engine.claim_task(case, task, person(engine, "kim")), Refusal)
    leave(engine, "jo")
    assert (case, task) in {(one.case, one.task) for one in engine.tasks(roles=(COORDINATOR,)).items}
    assert isinstance(engine.claim_task(case, task, person(engine, "sam")), Refusal)
    done(engine.claim_task(case, task, person(engine, "kim")))
    assert stranded(engine) == []


def test_hundreds_of_tasks_are_handed_on_in_one_go(engine: Engine) -> None:
    tasks = [given(engine, "jo") for _ in range(230)]
    leave(engine, "jo")
    beside = overdue(engine).id
    result = engine.hand_on("jo", "kim", person(engine, "max"))
    assert (result.done, result.kept, result.unseen) == (230, (), 0)
    assert engine.handovers.given("jo") == 0
    assert engine.handovers.given("kim") == 230
    assert engine.tasks(case=beside).items[0].person is None
    with engine.database.reading() as connection:
        subjects = [json.loads(body)["subject"] for body in connection.execute(select(outbox.c.body)).scalars()]
    assert subjects == ["100 tasks were given to you", "100 tasks were given to you", "30 tasks were given to you"]
    assert {one.by for one in engine.history(tasks[0][0])[-1:]} == {"max"}
    assert engine.verify().findings == ()


def test_some_are_handed_on_and_what_cannot_be_stays_and_is_told(engine: Engine) -> None:
    hilltop, elsewhere, third = given(engine, "jo"), given(engine, "jo", "Elsewhere"), given(engine, "jo")
    leave(engine, "jo")
    some = engine.hand_on("jo", "sam", person(engine, "kim"), [hilltop, elsewhere, (9999, "nothing")])
    assert some.done == 1
    assert {(one.case, one.task) for one in some.kept} == {elsewhere, (9999, "nothing")}
    assert sorted(stranded(engine)) == sorted([elsewhere, third])
    nobody = engine.hand_on("jo", "ghost", person(engine, "kim"))
    assert (nobody.done, len(nobody.kept)) == (0, 2)
    unseen = engine.hand_on("jo", "pat", person(engine, "pat"))
    assert (unseen.done, unseen.unseen) == (0, 0)
    assert [one.case for one in unseen.kept] == [elsewhere[0]]  # of what pat may not see pat is told nothing
    named = engine.hand_on("jo", "pat", person(engine, "pat"), [third, (9999, third[1])])
    assert len({one.why for one in named.kept}) == 1
    assert sorted(stranded(engine)) == sorted([elsewhere, third])


def test_an_administrator_gives_back_to_the_role_what_they_may_not_see(engine: Engine) -> None:
    task, working = given(engine, "jo"), given(engine, "kim")
    leave(engine, "jo")
    ada = person(engine, "ada")
    assert engine.hand_on("jo", "kim", ada) == replace(engine.hand_on("jo", "kim", ada), done=0, unseen=1)
    assert engine.hand_on("jo", None, ada).done == 1
    assert engine.hand_on("kim", None, ada).unseen == 1
    last = engine.history(task[0])[-1]
    assert (last.kind, last.event, last.by, last.tasks[task[1]].get("person")) == ("task", task[1], "ada", None)
    assert engine.tasks(case=working[0]).items[0].person == "kim"
    assert engine.verify().findings == ()


def test_a_timer_of_a_task_goes_on_when_its_holder_left(engine: Engine, clock: SetClock) -> None:
    case, task = given(engine, "jo")
    leave(engine, "jo")
    clock.set(START + timedelta(days=400))
    engine.run_due()
    left = [one for one in engine.tasks(case=case).items if one.task == task]
    assert all(one.person == "jo" for one in left)
    assert [(one.case, one.task) for one in left] == stranded(engine, case=case)


def test_what_is_left_behind_stands_there_also_when_another_task_says_that_it_is_overdue(
    engine: Engine, clock: SetClock
) -> None:
    engine.publish(REMINDED)
    for login in ("una", "ned"):
        engine.people.add(login, login, ["reminded/clerk"])
    case = done(engine.open_case("reminded", person(engine, "una"))).id
    done(engine.claim_task(case, "answer", person(engine, "una")))
    clock.set(clock.now() + timedelta(days=3))
    engine.run_due()
    leave(engine, "una")
    assert stranded(engine) == stranded(engine, person(engine, "ned")) == [(case, "answer")]
    with engine.finder() as finder:
        assert finder.count_tasks(TasksWanted(stranded=True), person(engine, "ned"), 9) == 1
    done(engine.claim_task(case, "remind", person(engine, "ned")))
    leave(engine, "ned")
    assert stranded(engine) == [(case, "remind")]


def test_nothing_is_handed_on_to_whom_it_is_with(engine: Engine) -> None:
    case, _ = given(engine, "kim")
    before = engine.case(case).version
    with pytest.raises(BadPerson, match="The tasks are with kim already"):
        engine.hand_on("kim", "kim", person(engine, "max"))
    assert (engine.case(case).version, engine.handovers.given("kim")) == (before, 1)
