"""Lines: each thread keeps one connection, uses it in one transaction at a time, and closing waits for who uses it."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection

from engine import Engine
from engine.store import lines
from engine.store.lines import Kept, Line


def one(engine: Engine) -> Connection:
    return engine.database._engine.connect()


def test_a_thread_keeps_one_connection_and_lends_it_once(engine: Engine) -> None:
    kept = Kept(1)
    first = kept.lend(lambda: one(engine))
    assert first is not None
    assert kept.lend(lambda: one(engine)) is None  # in use
    others: list[Connection | None] = []
    other = threading.Thread(target=lambda: others.append(kept.lend(lambda: one(engine))))
    other.start()
    other.join()
    assert others == [None]  # no more threads than that keep one
    kept.take_back()
    assert kept.lend(lambda: one(engine)) is first
    kept.take_back()
    kept.close()
    assert first.closed


def test_one_that_is_used_is_closed_when_it_rests(engine: Engine) -> None:
    line = Line(one(engine))
    line.end()
    assert not line.connection.closed
    assert not line.rest()
    assert line.connection.closed
    assert not line.take()


def test_one_that_rested_for_long_is_not_taken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(one(engine))
    assert line.rest()
    assert line.take()
    assert line.rest()
    monkeypatch.setattr(lines, "REST_SECONDS", -1.0)
    assert not line.take()
    line.end()


def test_one_that_broke_or_is_to_spare_is_not_lent_again(engine: Engine) -> None:
    kept = Kept(1)
    broken = kept.lend(lambda: one(engine))
    assert broken is not None
    broken.invalidate()
    kept.take_back()
    spare = kept.lend(lambda: one(engine))
    assert spare is not None
    assert spare is not broken
    spare.info["spare"] = True
    kept.take_back()
    assert kept.lend(lambda: one(engine)) is not spare
    kept.take_back()
    kept.close()
