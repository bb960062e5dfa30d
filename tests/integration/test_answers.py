"""Answers: a form that comes back is checked and carried out once, and where it is not, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine import Case, Engine, Refusal
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.process.definition import Event, Process
from engine.service import UnknownCase
from engine.service.people.sessions import TOUCH, Session
from tests.conftest import START
from tests.integration.site import settle
from tests.steps import done, in_panel

MOVED = {"reason": "Moved away"}


@pytest.fixture
def case(engine: Engine) -> Case:
    settle(engine)
    return in_panel(engine)


def session(engine: Engine, login: str = "jo") -> Session:
    key = engine.accounts.sign_in_as(login)
    assert key is not None
    found = engine.accounts.session(key)
    assert found is not None
    return found


def reading(answers: Mapping[str, Any] = MOVED, seen: list[Case] | None = None) -> Any:
    def read(_process: Process, _event: Event, case: Case, _form: Mapping[str, bool]) -> Mapping[str, Any]:
        if seen is not None:
            seen.append(case)
        return answers

    return read


def shown(engine: Engine, case: Case) -> list[tuple[str, str]]:
    return [(one.by, one.what) for one in engine.accesses(case.id, "max:hbep-referral/manager")]


def test_what_was_answered_is_carried_out_and_that_the_form_was_shown_is_kept(engine: Engine, case: Case) -> None:
    seen: list[Case] = []
    after = engine.answers.carry_out(session(engine), case.id, "withdraw", reading(seen=seen))
    assert after == engine.case(case.id).version
    assert [one.version for one in seen] == [case.version]
    assert engine.case(case.id).outcome
    assert shown(engine, case) == [("jo", "form")]


def test_sent_twice_it_does_nothing_and_gives_the_same_version(engine: Engine, case: Case, clock: SetClock) -> None:
    who = session(engine)
    first = engine.answers.carry_out(who, case.id, "withdraw", reading(), idempotency_key="k")
    clock.set(START + TOUCH)
    again = engine.answers.carry_out(session(engine), case.id, "withdraw", reading(), idempotency_key="k")
    assert first == again == engine.case(case.id).version
    assert shown(engine, case) == [("jo", "form")]


@pytest.mark.parametrize("event", ["no_such_event", "record_review"])
def test_an_event_that_nobody_does_now_is_none(engine: Engine, case: Case, event: str) -> None:
    assert engine.answers.carry_out(session(engine), case.id, event, reading()) is None
    assert (engine.case(case.id).version, shown(engine, case)) == (case.version, [])


def test_an_event_that_only_the_engine_does_is_nobodys(engine: Engine) -> None:
    settle(engine)
    engine.people.add("cleo", "", ["equipment-loan/clerk"])
    loan = done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "lathe"}))
    engine.add_document(loan.id, "id_card", b"card", "clerk")
    done(engine.fire(loan.id, "accept", "clerk", {"deposit": 50, "due_back": "2023-12-01"}))
    assert engine.answers.carry_out(session(engine, "cleo"), loan.id, "fall_due", reading({})) is None
    assert engine.case(loan.id).state == "lent.out"


def test_where_it_is_refused_nothing_is_written_nor_that_it_was_shown(
    engine: Engine, case: Case, clock: SetClock
) -> None:
    who = session(engine)
    clock.set(START + TOUCH)
    with engine.database.reading() as connection:
        late = engine.accounts.read_session(connection, who.key)
    assert late is not None
    assert late.stale
    for event, answers, version, code in (
        ("withdraw", {}, None, Code.FORM),
        ("withdraw", MOVED, case.version - 1, Code.CHANGED),
    ):
        found = engine.answers.carry_out(late, case.id, event, reading(answers), expected_version=version)
        assert isinstance(found, Refusal)
        assert found.code is code, found
    assert (engine.case(case.id).version, shown(engine, case)) == (case.version, [])
    assert [one.seen for one in engine.accounts.sessions("jo")] == [START]


@pytest.mark.parametrize("login", ["pat", "ann", "ada"])
def test_who_may_not_see_the_case_is_told_that_there_is_none(engine: Engine, case: Case, login: str) -> None:
    seen: list[Case] = []
    for number in (case.id, 9999):
        with pytest.raises(UnknownCase, match=f"There is no case {number}"):
            engine.answers.carry_out(session(engine, login), number, "withdraw", reading(seen=seen))
    assert seen == []


def test_a_date_without_a_zone_is_on_the_wall_clock_of_the_process(engine: Engine, case: Case, clock: SetClock) -> None:
    clock.set(START + timedelta(days=1))
    at = (START + timedelta(hours=3)).replace(tzinfo=None)
    engine.answers.carry_out(session(engine), case.id, "withdraw", reading(), at=at)
    assert engine.history(case.id)[-1].at.startswith("2023-09-11T10:00")  # 11:00 in London
