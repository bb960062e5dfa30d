"""Overdue: what people mean by it, the same in every list, count, page, feed and command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from engine import Engine
from engine.clock import SetClock
from engine.service.lists.finder import CasesWanted, TasksWanted
from engine.store import schema
from engine.store.tables import tasks
from engine.web.app import create_site
from tests.conftest import START
from tests.integration.site import BASE, Visit, settle
from tests.steps import REVIEW, done, in_placement, visits_by_half_terms

MANAGER = "mia:manager"


@pytest.fixture(autouse=True)
def repeated(engine: Engine) -> None:
    """A version in which the first visit is asked for after the first review: reviews alone are overdue here."""
    visits_by_half_terms(engine)


def overdue_of(engine: Engine, by: str, *roles: str) -> list[tuple[str, int]]:
    page = engine.tasks(roles=roles, overdue=True, by=by)
    return [(one.task, one.days_late) for one in page.items]


def at(engine: Engine, clock: SetClock, **ahead: int) -> None:
    clock.set(START + timedelta(**ahead))
    engine.run_due()


def test_a_task_that_says_overdue_is_so_since_the_other_was_due_and_is_one_row(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine).id
    at(engine, clock, weeks=6, days=1)
    assert overdue_of(engine, "jo:coordinator", "coordinator") == [("hold_review", 1)]
    at(engine, clock, weeks=7, hours=1)
    assert overdue_of(engine, "jo:coordinator", "coordinator") == [("overdue_review", 7)]
    assert overdue_of(engine, "jo:coordinator") == [("overdue_review", 7)]
    assert overdue_of(engine, MANAGER, "manager") == []
    with engine.finder() as finder:
        assert finder.count_tasks(TasksWanted(("coordinator",), overdue=True), "jo:coordinator", 100) == 1
        assert finder.count_cases(CasesWanted(overdue=True), "jo:coordinator", 100) == 1
    seen = engine.case(case)
    assert {task.task: task.days_late for task in seen.tasks if task.overdue} == {"hold_review": 7, "overdue_review": 7}
    assert [task.task for task in seen.to_do] == ["overdue_review", "school_visit"]
    assert seen.next_task
    assert seen.next_task.lateness == "Overdue by 7 days"
    assert [one.id for one in engine.cases(overdue=True).items] == [case]
    assert engine.verify().findings == ()


def test_an_escalated_one_is_overdue_for_those_it_went_to(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine).id
    at(engine, clock, weeks=8, hours=1)
    assert overdue_of(engine, MANAGER, "manager") == [("overdue_review", 14)]
    assert overdue_of(engine, "jo:coordinator", "coordinator") == [("overdue_review", 14)]
    done(engine.fire(case, "hold_review", "coordinator", REVIEW))
    assert overdue_of(engine, MANAGER, "manager") == []
    assert engine.verify().findings == ()


def test_who_has_only_the_other_task_still_sees_that_one(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine).id
    at(engine, clock, weeks=7, hours=1)
    done(engine.assign_task(case, "hold_review", "sam", "jo:coordinator"))
    page = engine.tasks(person="sam", overdue=True, by="sam:coordinator")
    assert [(one.task, one.days_late) for one in page.items] == [("hold_review", 7)]
    with engine.finder() as finder:
        assert finder.count_tasks(TasksWanted(person="sam", overdue=True), "sam:coordinator", 9) == 1


def test_another_date_for_a_reason_is_what_counts_then(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine).id
    at(engine, clock, weeks=8, hours=1)
    later = clock.now() + timedelta(days=3)
    done(engine.postpone_task(case, "overdue_review", later, "The school asked for it", "jo:coordinator"))
    assert overdue_of(engine, MANAGER, "manager") == []
    at(engine, clock, weeks=8, days=5)
    assert overdue_of(engine, MANAGER, "manager") == [("overdue_review", 2)]


PLAIN = """
process: plain
version: "1"
title: Plain
effective_from: 2023-01-01
timezone: UTC
initial: here
roles: {clerk: {title: Clerk}, head: {title: Head}}
tasks:
  look: {title: Look, role: clerk, escalate: {after: 2 days, to: head}}
  shout: {title: Shout, role: clerk, overdue_of: look}
events: {stop: {title: Stop, to: over}}
states:
  here: {owner: clerk, raise: look, timers: {late: {after: 10 days, raise: shout}}}
  over: {final: true}
"""


def test_an_escalated_task_without_a_due_time_is_overdue_since_it_was_raised(engine: Engine, clock: SetClock) -> None:
    engine.publish(PLAIN)
    case = done(engine.open_case("plain", "clerk")).id
    at(engine, clock, days=1)
    assert overdue_of(engine, "a:clerk", "clerk") == []
    at(engine, clock, days=3)
    assert overdue_of(engine, "b:head", "head") == [("look", 3)]
    at(engine, clock, days=10)
    assert overdue_of(engine, "a:clerk", "clerk") == [("shout", 10)]
    assert overdue_of(engine, "b:head", "head") == [("look", 10)]
    assert overdue_of(engine, "a:clerk+head", "clerk", "head") == [("shout", 10)]
    done(engine.complete_task(case, "look", "a:clerk"))
    assert overdue_of(engine, "a:clerk", "clerk") == [("shout", 10)]
    assert engine.verify().findings == ()


def test_pages_and_feed_show_the_managers_reviews(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    site = create_site(engine, address=BASE)
    cases = [in_placement(engine, school="Hilltop", pupil_name=name).id for name in ("Ada Quux", "Bo Quux")]
    at(engine, clock, weeks=8, hours=1)
    visit = Visit(site, "max")
    home = visit.get("/").text
    assert home.count("Overdue by 14 days") == 2
    assert "Ada Quux" in home
    listed = visit.get("/tasks?show=overdue").text
    assert listed.count("Overdue by 14 days") == 2
    assert "Review overdue" in visit.get(f"/cases/{cases[0]}").text
    assert visit.get("/cases?overdue=yes").text.count("Overdue by 14 days") == 2
    jo = engine.people.person("jo").actor
    from engine.web.meetings.dates import dates_between

    found = [one for one in dates_between(engine, jo, START, clock.now()) if one.late]
    assert [(one.what, one.late) for one in found] == [("Review overdue", "Overdue by 14 days")] * 2


def test_the_calendar_of_a_person_holds_what_is_overdue_for_however_long(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    case = in_placement(engine, school="Hilltop").id
    address = f"/calendar/{engine.accounts.new_feed('jo')}.ics"
    for weeks in (8, 30):
        at(engine, clock, weeks=weeks, hours=1)
        told = Visit(create_site(engine, address=BASE)).get(address).text.replace("\r\n ", "")
        late = (weeks - 6) * 7
        assert f"Review overdue: case {case} (overdue by {late} days)" in told
        assert [one.days_late for one in engine.tasks(overdue=True).items if one.task == "overdue_review"] == [late]


def test_tasks_of_an_earlier_release_count_as_well(url: str, clock: SetClock) -> None:
    engine = Engine(url, clock=clock)
    engine.publish(PLAIN)
    done(engine.open_case("plain", "clerk"))
    at(engine, clock, days=3)
    with engine.database.reading() as connection:
        before = connection.execute(sa.select(tasks)).all()
    config = Config()
    config.set_main_option("script_location", "engine.store:migrations")
    with engine.database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
    with engine.database.reading() as connection:
        [due] = connection.execute(sa.text("SELECT next_due FROM cases")).scalars()
    assert due is None
    schema.migrate(engine.database)
    with engine.database.reading() as connection:
        assert connection.execute(sa.select(tasks)).all() == before
    assert overdue_of(engine, "b:head", "head") == [("look", 3)]
    assert engine.verify().findings == ()
    engine.close()


REMINDED = """
process: reminded
version: "1"
title: Reminded
effective_from: 2023-01-01
timezone: UTC
initial: here
roles: {clerk: {title: Clerk}}
tasks:
  answer: {title: Answer, role: clerk, due: 1 day}
  remind: {title: Remind, role: clerk, due: 4 weeks, overdue_of: answer}
events: {stop: {title: Stop, to: over}}
states:
  here: {owner: clerk, raise: answer, timers: {late: {after: 2 days, raise: remind}}}
  over: {final: true}
"""


def test_pages_go_by_what_is_late_for_longest_and_lose_no_task(engine: Engine, clock: SetClock) -> None:
    engine.publish(REMINDED)
    first = done(engine.open_case("reminded", "clerk")).id
    at(engine, clock, days=1)
    second = done(engine.open_case("reminded", "clerk")).id
    at(engine, clock, days=2, hours=12)
    found, after = [], ""
    for _ in range(2):
        page = engine.tasks(roles=("clerk",), by="jo:clerk", limit=1, after=after)
        found += [(one.case, one.task) for one in page.items]
        after = page.next
    assert (found, after) == ([(first, "remind"), (second, "answer")], "")


def test_a_task_that_was_postponed_stands_in_its_week_though_another_says_that_it_was_overdue(
    engine: Engine, clock: SetClock
) -> None:
    engine.publish(REMINDED)
    case = done(engine.open_case("reminded", "una:clerk")).id
    clock.set(clock.now() + timedelta(days=3))
    engine.run_due()
    now = clock.now()
    done(engine.postpone_task(case, "answer", now + timedelta(days=4), "away", "una:clerk"))
    with engine.finder() as finder:

        def found(**more: Any) -> list[str]:
            return [one.task for one in finder.tasks(TasksWanted(**more), None, 9, "").items]

        assert found(due_from=now, due_before=now + timedelta(days=7)) == ["answer"]
        assert found(overdue=True) == ["remind"]
        assert found() == ["remind"]
        assert found(due_from=now + timedelta(days=30)) == []
        done(engine.postpone_task(case, "remind", now + timedelta(days=10), "away", "una:clerk"))
        clock.set(now + timedelta(days=5))

    with engine.finder() as finder:
        assert finder.tasks(TasksWanted(overdue=True), None, 9, "").items == ()  # it was postponed with its reason
    clock.set(now + timedelta(days=11))
    with engine.finder() as finder:
        assert [one.task for one in finder.tasks(TasksWanted(overdue=True), None, 9, "").items] == ["remind"]
