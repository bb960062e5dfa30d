"""Budgets: processes share what a token may ask for, a restart gives nothing anew, and few requests write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.case.time.instants import from_text
from engine.clock import SetClock
from engine.service.people.attempts import DAY
from engine.store.database import Database, DatabaseUnwritable
from engine.store.people import attempts as store
from tests.conftest import START
from tests.integration.callers import Caller
from tests.integration.test_attempts import wrong

TOKEN, USUAL = 7, 600


def another(engine: Engine) -> Engine:
    """As in another process, or in the same one when it begins again."""
    url = engine.database.url.render_as_string(hide_password=False)
    return Engine(url, clock=engine.clock, keys=engine.safe._keys)


@pytest.fixture
def other(engine: Engine) -> Iterator[Engine]:
    with_same = another(engine)
    yield with_same
    with_same.close()


def served(*engines: Engine, token: int = TOKEN, per_minute: int = USUAL) -> int:
    """How many requests are taken, by each engine in turn, until none of them takes one."""
    count, going = 0, list(engines)
    while going:
        going = [one for one in going if not one.budgets.spend(token, per_minute)]
        count += len(going)
    return count


def test_processes_draw_on_one_budget_and_a_restart_fills_none(engine: Engine, other: Engine, clock: SetClock) -> None:
    assert served(engine, other) == USUAL
    assert engine.budgets.spend(TOKEN, USUAL) == other.budgets.spend(TOKEN, USUAL) == 3
    begun_again = another(engine)
    assert begun_again.budgets.spend(TOKEN, USUAL) == 3
    assert served(engine, token=TOKEN + 1) == USUAL
    clock.set(START + timedelta(seconds=2.9))
    assert begun_again.budgets.spend(TOKEN, USUAL) == 1
    clock.set(START + timedelta(seconds=3))
    assert served(begun_again) == 30
    assert served(engine, other) == 0
    clock.set(START + timedelta(seconds=63))
    assert served(other, engine) == USUAL
    begun_again.close()


def test_what_a_process_had_left_when_it_ended_is_not_given_out_again(engine: Engine, other: Engine) -> None:
    assert other.budgets.spend(TOKEN, USUAL) == 0
    assert served(engine) == USUAL - 30


def test_thirty_requests_cost_one_write(engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    put = store.put_attempts
    monkeypatch.setattr(store, "put_attempts", lambda *given: (written.append(given[1]), put(*given)))
    assert served(engine) == USUAL
    assert written == ["requests by token 7"] * 20
    for _ in range(50):
        assert engine.budgets.spend(TOKEN, USUAL) == 3
    assert len(written) == 20
    clock.set(START + timedelta(hours=1))
    for minute in range(30):
        clock.set(START + timedelta(hours=1, minutes=minute))
        assert engine.budgets.spend(TOKEN, USUAL) == 0
    assert len(written) == 21


def test_those_that_come_at_once_are_counted_one_by_one(engine: Engine, other: Engine) -> None:
    waits: list[int] = []
    both = [engine, other] * 5
    threads = [threading.Thread(target=lambda one=one: waits.append(one.budgets.spend(TOKEN, 3))) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(waits) == [0] * 3 + [20] * 7


@pytest.mark.parametrize("per_minute", [USUAL, 10**6])
def test_those_that_come_at_once_draw_one_share(engine: Engine, other: Engine, per_minute: int) -> None:
    ready = threading.Barrier(20)

    def come() -> None:
        ready.wait()
        engine.budgets.spend(TOKEN, per_minute)

    threads = [threading.Thread(target=come) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with engine.database.reading() as connection:
        full = store.attempts_of(connection, "requests by token 7").until
    assert from_text(full) == START + timedelta(minutes=30) / per_minute
    assert served(other) == USUAL - 30 if per_minute == USUAL else other.budgets.spend(TOKEN, per_minute) == 0


def test_twenty_restarts_within_a_minute_bar_nobody_whose_limit_is_high(engine: Engine) -> None:
    for _ in range(25):
        begun_again = another(engine)
        assert begun_again.budgets.spend(TOKEN, 10**6) == 0
        begun_again.close()


@pytest.mark.parametrize("per_minute", [1, 39, 40, 10**9])
def test_no_limit_is_too_small_or_too_large(engine: Engine, other: Engine, per_minute: int) -> None:
    if per_minute < 100:
        assert served(engine, other, per_minute=per_minute) == per_minute
        assert engine.budgets.spend(TOKEN, per_minute) in {60, 2, 3}
    else:
        assert [engine.budgets.spend(TOKEN, per_minute) for _ in range(100)] == [0] * 100


def test_a_clock_that_is_set_back_bars_nobody(engine: Engine, clock: SetClock) -> None:
    assert served(engine) == USUAL
    clock.set(START - timedelta(hours=1))
    assert served(engine) == USUAL


def test_what_was_asked_for_long_ago_is_not_kept(engine: Engine, clock: SetClock) -> None:
    engine.budgets.spend(TOKEN, USUAL)
    clock.set(START + 3 * DAY)
    wrong(engine)
    with engine.database.reading() as connection:
        assert store.attempts_of(connection, "requests by token 7").begun == ""


def test_where_nothing_can_be_written_there_is_something_to_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Database) -> None:
        raise DatabaseUnwritable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "writing", full)
        assert [engine.budgets.spend(TOKEN, USUAL) for _ in range(90)] == [0] * 90
    assert served(engine) == USUAL


def test_two_services_of_one_database_answer_so(engine: Engine, other: Engine) -> None:
    engine.people.add("jo", "", ["coordinator"])
    secret = engine.people.issue_token("jo", "", ["read"], 1)[0]
    with TestClient(create_app(engine, per_minute=4)) as one, TestClient(create_app(other, per_minute=4)) as two:
        for client in (one, two, one, two):
            Caller(client, secret)("GET", "/cases", 200)
        for client in (one, two):
            limited = Caller(client, secret).response("GET", "/cases")
            assert (limited.status_code, limited.headers["retry-after"]) == (429, "15")
