"""Arrivals: who comes to a page and which case it is of, read together; nothing is written before it is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.sessions import IDLE, TOUCH, Stage
from tests.conftest import START
from tests.integration.site import PASSWORD, settle
from tests.steps import in_panel


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def signed_in(engine: Engine, login: str) -> str:
    key = engine.accounts.sign_in_as(login)
    assert key is not None
    return key


def shown(engine: Engine, case: int) -> list[tuple[str, str]]:
    return [(one.by, one.what) for one in engine.accesses(case, "max:hbep-referral/manager")]


def test_nobody_arrives_with_a_key_that_is_none_or_has_run_out(engine: Engine, clock: SetClock) -> None:
    key = signed_in(engine, "jo")
    assert engine.arrival("") is None
    assert engine.arrivals.arrival_at("made up", 1) is None
    clock.set(START + IDLE)
    assert engine.arrival(key) is None


def test_who_arrives_finds_the_processes_in_force_and_nothing_is_written(engine: Engine, clock: SetClock) -> None:
    key, case = signed_in(engine, "jo"), in_panel(engine)
    clock.set(START + TOUCH)
    arrived = engine.arrivals.arrival_at(key, case.id)
    assert arrived is not None
    session, processes, look = arrived
    assert (session.person.login, session.stale) == ("jo", True)
    assert [one.name for one in processes] == ["equipment-loan", "hbep-referral"]
    assert look is not None
    assert (look.number, look.overview.case.label, look.done) == (case.id, "A Pupil", None)
    assert shown(engine, case.id) == []
    again = engine.arrival(key)
    assert again is not None
    assert again[0].stale


@pytest.mark.parametrize(("asked", "told"), [(1, 1), (3, 3), (4, 4), (9, 4), (0, None)])
def test_what_was_done_comes_with_it_where_it_is_asked_for(engine: Engine, asked: int, told: int | None) -> None:
    case = in_panel(engine)
    arrived = engine.arrivals.arrival_at(signed_in(engine, "jo"), case.id, asked)
    assert arrived is not None
    assert arrived[2] is not None
    assert (arrived[2].done and arrived[2].done.seq) == told


@pytest.mark.parametrize("login", ["pat", "ada", "ann"])
def test_a_case_that_is_not_for_them_looks_like_one_that_is_not_there(engine: Engine, login: str) -> None:
    case, key = in_panel(engine), signed_in(engine, login)
    found = [engine.arrivals.arrival_at(key, number) for number in (case.id, 9999)]
    assert [one is not None and one[2] for one in found] == [None, None]
    assert shown(engine, case.id) == []


def test_who_still_owes_a_code_sees_no_case(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    case = in_panel(engine)
    monkeypatch.setattr(engine.accounts._authenticators, "step_of", lambda *_: 1)
    assert engine.accounts.add_second_factor("jo", "JBSWY3DPEHPK3PXP", "123456")
    key = engine.accounts.sign_in("jo", PASSWORD)
    assert key is not None
    arrived = engine.arrivals.arrival_at(key, case.id)
    assert arrived is not None
    assert (arrived[0].stage, arrived[2]) == (Stage.CODE, None)


@pytest.mark.parametrize("after", [timedelta(0), TOUCH])
def test_what_was_shown_is_written_down_and_that_the_session_is_in_use(
    engine: Engine, clock: SetClock, after: timedelta
) -> None:
    key, case = signed_in(engine, "sam"), in_panel(engine)
    clock.set(START + after)
    arrived = engine.arrivals.arrival_at(key, case.id)
    assert arrived is not None
    assert arrived[2] is not None
    engine.arrivals.keep_shown(arrived[0], arrived[2], "page")
    assert shown(engine, case.id) == [("sam", "page")]
    assert [one.seen for one in engine.accounts.sessions("sam")] == [START + after]
