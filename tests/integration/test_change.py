"""Change: in which order things come to pass with cases, whose a key is, and races that are lost."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine import Engine
from engine.case.command import Actor, AddDocument
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import LostRace
from engine.service.site import ATTEMPTS
from engine.store.cases import due
from engine.store.database import DatabaseUnavailable
from engine.store.tables import cases
from tests.conftest import START
from tests.steps import PUPIL, done, refusal
from tests.workshop import TEXT

CLERK = "jo:clerk"
LEAVING = {
    "ask: {after: 2 weeks, send: nudge, if_refused: {again: 1 day}}": "ask: {after: 36 hours, send: start}",
    "nudge: {title: Nudge, by: [],": "nudge: {title: Nudge,",
    "        raise: chase\n        events: {drop": (
        "        raise: chase\n        timers: {leave: {after: 1 day, send: drop}}\n        events: {drop"
    ),
}


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.publish(TEXT)
    return engine


def opened(engine: Engine, **data: Any) -> int:
    return done(engine.open_case("workshop", CLERK, data)).id


def timers(engine: Engine, case: int) -> list[str]:
    return [entry.event for entry in engine.history(case) if entry.kind == "timer"]


def test_what_a_batch_sets_anew_waits_for_what_falls_due_before_it(shop: Engine, clock: SetClock) -> None:
    first = opened(shop)
    clock.set(START + timedelta(days=2))
    second = opened(shop)
    clock.set(START + timedelta(days=11))
    looks = itertools.count()
    assert shop.run_due(batch=1, stop=lambda: next(looks) >= 3).fired == 3
    assert (timers(shop, first), timers(shop, second)) == (["task:call", "desk/deadline"], ["task:call"])
    shop.run_due(batch=1)
    assert timers(shop, first) == ["task:call", "desk/deadline", "task:look"]
    assert timers(shop, second) == ["task:call", "desk/deadline"]


def test_a_timer_fires_at_the_very_instant_at_which_it_is_due(shop: Engine, clock: SetClock) -> None:
    case = opened(shop)
    due = min(timer.due for timer in shop.case(case).timers)
    clock.set(due - timedelta(seconds=1))
    assert shop.run_due().fired == 0
    clock.set(due)
    assert shop.run_due().fired == 1
    assert timers(shop, case) == ["task:call"]
    other = opened(shop)
    clock.set(min(timer.due for timer in shop.case(other).timers))
    done(shop.add_document(other, "photo", b"x", CLERK))
    assert timers(shop, other) == ["task:call"]  # what is done at that instant comes after it


def test_who_wrote_in_between_is_noticed(shop: Engine) -> None:
    """SQLite has one writer at a time, so that it does not come to pass there; nobody but the row says so."""
    case = opened(shop)
    with shop.database.writing() as connection:
        tx = Transaction(connection, shop.site.catalogue, shop.clock.now())
        work = tx.hold(case)
        connection.execute(update(cases).where(cases.c.id == case).values(seq=cases.c.seq + 1))
        assert tx.do(work, AddDocument("photo", "name", "0" * 64, 1, "image/png", Actor.of(CLERK), tx.now)) is None
        with pytest.raises(LostRace):
            tx.write()
        connection.rollback()
    assert shop.verify().findings == ()


def test_a_place_that_comes_free_in_a_run_is_taken_by_who_waited_before_the_next_timer(
    engine: Engine, clock: SetClock
) -> None:
    text = TEXT
    for old, new in LEAVING.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    engine.publish(text)
    holds, waits, comes = opened(engine), opened(engine), opened(engine)
    for case in (holds, waits):
        done(engine.fire(case, "start", CLERK))
    assert engine.case(waits).waiting_for == "bench"
    clock.set(START + timedelta(hours=38))
    engine.run_due()
    assert [engine.case(one).state for one in (holds, waits, comes)] == ["work.hand", "work.place", "line"]
    assert engine.case(waits).since == START + timedelta(days=1)
    assert engine.verify().findings == ()


def test_while_another_process_fires_nothing_fires_here(
    shop: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(shop)
    clock.set(START + timedelta(days=8))
    with monkeypatch.context() as busy:
        busy.setattr(due, "take_turn", lambda _: False)
        assert shop.run_due().fired == 0
    assert timers(shop, case) == []
    assert shop.run_due().fired == 2


def test_an_event_that_is_dated_back_comes_before_the_timers_after_it(shop: Engine, clock: SetClock) -> None:
    case = opened(shop)
    clock.set(START + timedelta(days=8))
    done(shop.fire(case, "report", CLERK, at=START + timedelta(days=1)))
    assert [entry.event for entry in shop.history(case)] == ["", "report"]
    done(shop.fire(case, "fill_in", CLERK, {"price": 1}))
    assert [entry.event for entry in shop.history(case)] == ["", "report", "desk/deadline", "fill_in"]


def test_a_key_is_that_of_one_person_and_one_request(shop: Engine) -> None:
    case = opened(shop)
    first = done(shop.fire(case, "fill_in", CLERK, {"price": 1}, idempotency_key="k"))
    again = done(shop.fire(case, "fill_in", CLERK, {"price": 1}, idempotency_key="k"))
    assert (again.version, again.data) == (first.version, {"price": 1.0}) == (2, first.data)
    for other in (
        lambda: shop.fire(case, "fill_in", "ann:clerk", {"price": 1}, idempotency_key="k"),
        lambda: shop.fire(case, "fill_in", CLERK, {"price": 2}, idempotency_key="k"),
        lambda: shop.fire(case, "report", CLERK, idempotency_key="k"),
        lambda: shop.fire(case, "fill_in", CLERK, {"price": 1}, at=START, idempotency_key="k"),
    ):
        assert refusal(other()).code is Code.CHANGED
    assert shop.case(case).version == 2


def test_an_answer_that_is_given_again_is_written_down_as_shown(engine: Engine) -> None:
    for _ in range(2):
        case = done(engine.open_case("hbep-referral", "jo:coordinator", PUPIL, idempotency_key="k")).id
    assert [(one.by, one.what) for one in engine.accesses(case)] == [("jo", "answer given again")]


def test_a_change_of_what_was_changed_meanwhile_is_refused(shop: Engine) -> None:
    case = opened(shop)
    assert refusal(shop.fire(case, "report", CLERK, expected_version=2)).code is Code.CHANGED
    assert done(shop.fire(case, "report", CLERK, expected_version=1)).version == 2
    assert refusal(shop.fire(case, "fill_in", CLERK, expected_version=1)).code is Code.CHANGED


def test_a_race_that_was_lost_is_run_again_and_not_for_ever(shop: Engine) -> None:
    tries = itertools.count(1)

    def lose(times: int) -> Any:
        def work(_: Any) -> int:
            number = next(tries)
            assert number <= 3 * ATTEMPTS, "it never ends"
            if number <= times:
                raise LostRace
            return number

        return work

    assert shop.site.write(lose(2)) == 3
    with pytest.raises(DatabaseUnavailable, match="too busy"):
        shop.site.write(lose(10 * ATTEMPTS))
    assert next(tries) == 3 + ATTEMPTS + 1


def test_who_may_not_see_a_case_changes_nothing_and_learns_nothing(shop: Engine) -> None:
    case = done(shop.open_case("workshop", Actor("lee", frozenset({"shop"}), "North"))).id
    stranger = Actor("may", frozenset({"shop"}), "South")
    for name in ("report", "nothing"):
        with pytest.raises(LookupError, match=f"There is no case {case}"):
            shop.fire(case, name, stranger)
    assert not isinstance(shop.case(case), Refusal)
    assert shop.case(case).version == 1
