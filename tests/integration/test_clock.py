"""The clock of the machine is set back or forward: cases go on, nothing fires twice or is valid for longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.accounts import INVITED
from engine.service.people.people import known_person
from engine.service.people.sessions import ABSOLUTE, IDLE
from engine.store.people import accounts as store
from tests.conftest import START
from tests.integration.site import PASSWORD, settle
from tests.steps import REVIEW, done, in_placement

STEPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=365)]


@pytest.mark.parametrize("step", [*STEPS, *(-one for one in STEPS)], ids=str)
def test_a_case_goes_on_and_nothing_fires_twice(engine: Engine, clock: SetClock, step: timedelta) -> None:
    case = in_placement(engine).id
    clock.set(START + timedelta(weeks=7, hours=1))
    engine.run_due()
    before = [entry.event for entry in engine.history(case)]
    clock.set(clock.now() + step)
    engine.run_due()
    if step < timedelta(0):
        assert [entry.event for entry in engine.history(case)] == before
    done(engine.add_document(case, "send_plan", b"paper", "coordinator"))
    done(engine.assign_task(case, "hold_review", "jo", "jo:coordinator"))
    done(engine.fire(case, "hold_review", "coordinator", REVIEW))
    entries = engine.history(case)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    clock.set(START + timedelta(weeks=7, hours=2))
    engine.run_due()
    fired = [entry.event for entry in engine.history(case) if entry.kind == "timer"]
    assert fired.count("programme.placement/review_due") == 1
    assert engine.verify().findings == ()


@pytest.mark.parametrize("step", STEPS[1:], ids=str)
def test_a_session_of_a_clock_that_was_ahead_ends(engine: Engine, clock: SetClock, step: timedelta) -> None:
    settle(engine)
    clock.set(START + step)
    session = engine.accounts.sign_in("jo", PASSWORD)
    assert session
    assert engine.accounts.session(session)
    clock.set(START)
    assert engine.accounts.session(session) is None
    again = engine.accounts.sign_in("jo", PASSWORD)
    assert again
    clock.set(START - IDLE / 2)
    assert engine.accounts.session(again)
    clock.set(START + ABSOLUTE)
    assert engine.accounts.session(again) is None


def test_an_invitation_of_a_clock_that_was_ahead_is_not_valid_for_longer(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    clock.set(START + timedelta(days=365))
    secret = engine.accounts.invite("jo")
    assert engine.accounts.invited(secret) == "jo"
    clock.set(START)
    assert engine.accounts.invited(secret) is None
    secret = engine.accounts.invite("jo")
    clock.set(START + INVITED - timedelta(minutes=1))
    assert engine.accounts.invited(secret) == "jo"


def test_a_code_used_by_a_clock_that_was_ahead_bars_nobody(engine: Engine) -> None:
    settle(engine)
    with engine.database.writing() as connection:
        person = known_person(connection, "jo").id
        assert store.use_counter(connection, person, 1_000_000)
        assert not store.use_counter(connection, person, 1_000_000)
        assert not store.use_counter(connection, person, 999_998)
        assert store.use_counter(connection, person, 900_000)
        assert not store.use_counter(connection, person, 900_000)
