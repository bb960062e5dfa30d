"""Attempts: strangers who try keep nobody out, waiting grows, and who is tried again and again is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from engine import Engine
from engine.api import asking
from engine.api.app import create_app
from engine.clock import SetClock
from engine.service.people.attempts import DAY, HOUR, LONGEST_AT_ADDRESS, Throttle, Try, network_of
from engine.store.people.attempts import StoredAttempts, attempts_of, forget_old_attempts, hold_attempts, put_attempts
from engine.store.tables import attempts
from tests.conftest import START
from tests.integration.site import settle

HERE, THERE = "203.0.113.7", "198.51.100.9"
FEW = Throttle(5, 50)


def wrong(engine: Engine, login: str = "jo", address: str = THERE, what: Try = Try.PASSWORD) -> int:
    """Try once and fail; how long there can be no try."""
    if wait := engine.attempts.begin(what, login, address, FEW):
        return wait
    engine.attempts.refused(what, login, address)
    return 0


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def test_strangers_keep_nobody_out(engine: Engine) -> None:
    for _ in range(5):
        assert wrong(engine) == 0
    assert wrong(engine) == 30
    assert engine.attempts.begin(Try.PASSWORD, " JO ", THERE, FEW) == 30  # the same name
    assert engine.attempts.begin(Try.PASSWORD, "max", THERE, FEW) == 0
    assert engine.attempts.begin(Try.PASSWORD, "jo", HERE, FEW) == 0
    strangers = [f"192.0.2.{n}" for n in range(60)]
    for address in strangers:
        assert wrong(engine, address=address) == 0
    assert engine.attempts.begin(Try.PASSWORD, "jo", HERE, FEW) == 0


def test_waiting_grows_and_is_forgotten(engine: Engine, clock: SetClock) -> None:
    waits = []
    for _ in range(5):
        wrong(engine)
    for _ in range(9):
        waits.append(wrong(engine))
        clock.set(clock.now() + timedelta(seconds=waits[-1]))
        assert wrong(engine) == 0
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    clock.set(START + DAY + HOUR)
    assert [wrong(engine) for _ in range(6)] == [0, 0, 0, 0, 0, 30]


def test_a_clock_that_is_set_back_bars_nobody(engine: Engine, clock: SetClock) -> None:
    for _ in range(6):
        wrong(engine)
    clock.set(START - 2 * DAY)
    assert wrong(engine) == 0


def test_what_is_right_does_not_count(engine: Engine) -> None:
    for n in range(120):
        assert engine.attempts.begin(Try.PASSWORD, "jo" if n % 2 else "max", HERE, FEW) == 0
        engine.attempts.succeeded(Try.PASSWORD, "jo" if n % 2 else "max", HERE)
    assert [wrong(engine, address=HERE) for _ in range(6)] == [0, 0, 0, 0, 0, 30]


def test_one_address_tries_many_names_more_and_more_slowly(engine: Engine, clock: SetClock) -> None:
    assert [wrong(engine, f"name{n}") for n in range(51)] == [0] * 50 + [30]
    assert wrong(engine, "jo", HERE) == 0
    for n in range(10):
        clock.set(clock.now() + LONGEST_AT_ADDRESS)
        assert wrong(engine, f"more{n}") == 0
    assert wrong(engine, "another") == LONGEST_AT_ADDRESS.total_seconds()


def test_all_processes_count_together_and_a_restart_forgets_nothing(engine: Engine) -> None:
    url = engine.database.url.render_as_string(hide_password=False)
    other = Engine(url, clock=engine.clock, keys=engine.safe._keys)
    assert [wrong(one) for one in (engine, other, engine, other, engine)] == [0] * 5
    assert (wrong(engine), wrong(other)) == (30, 30)
    other.close()


def test_those_that_come_at_once_are_counted_one_by_one(engine: Engine) -> None:
    waits: list[int] = []
    threads = [threading.Thread(target=lambda: waits.append(wrong(engine))) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(waits) == [0] * 5 + [30] * 7


def test_codes_are_counted_from_wherever_they_come(engine: Engine) -> None:
    for n in range(20):
        assert wrong(engine, address=f"192.0.2.{n}", what=Try.CODE) == 0
    assert wrong(engine, address=HERE, what=Try.CODE) == 30
    assert wrong(engine, address=HERE) == 0  # the password is another matter
    for what in (Try.CODE, Try.AGAIN):
        engine.attempts.succeeded(what, "jo", HERE)
        assert wrong(engine, address=HERE, what=what) == 0


def test_nothing_personal_is_kept(engine: Engine) -> None:
    wrong(engine)
    wrong(engine, "a secret typed here", THERE)
    with engine.database.reading() as connection:
        rows = connection.execute(select(attempts)).all()
    assert len(rows) == 5
    assert all(len(row.key) == 64 for row in rows)
    assert not any(word in str(rows) for word in ("jo", THERE, "secret"))
    assert [network_of(one) for one in ("2001:db8::1:2", HERE, "a socket")] == ["2001:db8::/64", HERE, "a socket"]


def test_rows_are_held_and_old_ones_go(engine: Engine) -> None:
    with engine.database.writing() as connection:
        assert attempts_of(connection, "k") == hold_attempts(connection, "k") == StoredAttempts()
        put_attempts(connection, "k", StoredAttempts(3, "2023-01-01", "2023-01-02"))
        assert hold_attempts(connection, "k") == StoredAttempts(3, "2023-01-01", "2023-01-02")
        forget_old_attempts(connection, "2023-01-01")
        assert attempts_of(connection, "k").count == 3
        forget_old_attempts(connection, "2023-01-02")
        assert attempts_of(connection, "k") == StoredAttempts()


def test_who_is_tried_again_and_again_is_told(engine: Engine) -> None:
    engine.people.change(replace(engine.people.person("jo"), email="jo@example.org"))
    for n in range(100):
        engine.attempts.refused(Try.PASSWORD, "jo", f"192.0.2.{n}")
        engine.attempts.refused(Try.PASSWORD, "nobody", f"192.0.2.{n}")
    told = [one.body for one in engine.outbox.messages() if one.target == "jo@example.org"]
    assert [("attempts to come in here as jo" in one, "100" in one) for one in told] == [(True, True), (True, False)]
    acts = engine.journals.journal("ann:auditor", kind="sign-in").items
    assert [(one.about, one.origin, one.after) for one in acts] == [
        ("jo", "192.0.2.99", {"since a day": 100}),
        ("jo", "192.0.2.19", {"since a day": 20}),
    ]


def test_wrong_tokens_are_counted_and_right_ones_come_in(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "WRONG_TOKENS", Throttle(per_address=3))
    token = engine.people.issue_token("jo", "", ["read"], 30)[0]
    client = TestClient(create_app(engine))
    said = [client.get("/api/v1/cases", headers={"authorization": "Bearer cw_wrong"}) for _ in range(4)]
    assert [one.status_code for one in said] == [401, 401, 401, 429]
    assert said[3].headers["retry-after"] == "30"
    assert client.get("/api/v1/cases", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert client.get("/api/v1/cases").status_code == 401  # none was tried


def test_a_count_that_lies_ahead_begins_anew(engine: Engine) -> None:
    wrong(engine)
    with engine.database.writing() as connection:
        connection.execute(update(attempts).values(begun="2999-01-01T00:00:00.000000Z", count=100))
    assert wrong(engine) == 0
