"""Timers: what is due is fired in the order of its time, in batches, and whoever listens is told."""

from __future__ import annotations

from datetime import UTC, timedelta

from engine import Engine
from engine.clock import SetClock
from engine.service.cases.due import Ran
from tests.conftest import START
from tests.steps import done, in_panel, in_placement

TINY = timedelta(microseconds=1)


def test_where_nothing_is_due_nothing_fires(engine: Engine) -> None:
    assert engine.next_due() is None
    assert engine.run_due() == Ran(0, ())


def test_a_timer_fires_at_its_instant_and_not_before_and_once(engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    due = engine.next_due()
    assert due == min(one.due for one in case.timers)
    assert due is not None
    assert due.tzinfo is UTC
    clock.set(due - TINY)
    assert engine.run_due().fired == 0
    clock.set(due)
    assert [engine.run_due().fired, engine.run_due().fired] == [1, 0]
    assert engine.history(case.id)[-1].kind == "timer"


def test_the_next_one_behind_an_instant_is_told(engine: Engine) -> None:
    case = in_placement(engine)
    dues = sorted({one.due for one in case.timers})
    assert [engine.next_due(after=after) for after in (dues[0] - TINY, dues[0], dues[-1])] == [dues[0], dues[1], None]


def test_small_batches_fire_the_same_and_tell_how_far_they_are(engine: Engine, clock: SetClock) -> None:
    for item in ("saw", "lathe", "saw"):
        done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": item}))
    clock.set(START + timedelta(days=4))
    told: list[tuple[int, int]] = []
    ran = engine.run_due(progress=lambda fired, total: told.append((fired, total)), batch=1)
    assert ran.fired >= 3
    assert told[-1] == (ran.fired, ran.fired)
    assert [fired for fired, _ in told] == list(range(1, ran.fired + 1))
    assert all(total >= 3 for _, total in told)
    assert engine.run_due().fired == 0


def test_it_stops_where_it_is_told_to_and_goes_on_later(engine: Engine, clock: SetClock) -> None:
    for _ in range(3):
        done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"}))
    clock.set(START + timedelta(days=4))
    assert engine.run_due(stop=lambda: True).fired == 0
    looks = iter([False, True])
    assert engine.run_due(stop=lambda: next(looks), batch=1).fired == 1
    assert engine.run_due().fired >= 2


def test_whoever_listens_is_told_of_each_timer_that_is_set(engine: Engine) -> None:
    told: list[object] = []
    engine.on_timer(told.append)
    case = in_panel(engine)
    assert min(one.due for one in case.timers) in told
