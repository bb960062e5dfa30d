"""Access writer: what was shown is written before it is shown, and what is shown at once is written together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from engine import Engine
from engine.store.database import Database
from tests.steps import PUPIL, done
from tests.waiting import until

READERS = 8


class Held:
    """Lets the transactions of a database that write wait at a gate, and counts them."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.gate, self._writing = 0, threading.Event(), database.writing
        monkeypatch.setattr(database, "writing", self._held)

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        self.begun += 1
        self.gate.wait()
        with self._writing() as connection:
            yield connection


@pytest.fixture
def held(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Held:
    done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    return Held(engine.database, monkeypatch)


def at_once(held: Held, engine: Engine, asks: list[Callable[[], Any]]) -> list[Future[Any]]:
    """Ask for all of these while somebody else writes."""
    writer = engine.access_log._writer
    with ThreadPoolExecutor(len(asks)) as readers:
        asked = [readers.submit(asks[0])]
        until(lambda: held.begun == 1)
        asked += [readers.submit(one) for one in asks[1:]]
        until(lambda: len(writer._waiting) == len(asks))
        assert not any(one.done() for one in asked), "nothing is shown before it is written down"
        held.gate.set()
    return asked


def test_pages_at_once_are_written_together(held: Held, engine: Engine) -> None:
    """So whoever changes something waits for one transaction of readers, however many of them there are."""
    asks = [lambda n=n: engine.case(1, f"p{n}:coordinator") for n in range(READERS)]
    asked = at_once(held, engine, asks)
    assert [one.result().id for one in asked] == [1] * READERS
    assert held.begun == 2, "one that had begun, and one for all that came meanwhile"
    assert sorted(one.by for one in engine.accesses(1)) == sorted(f"p{n}" for n in range(READERS))


def test_what_cannot_be_written_is_told_to_whom_it_belongs(held: Held, engine: Engine) -> None:
    asks: list[Callable[[], Any]] = [lambda n=n: engine.case(1, f"p{n}:coordinator") for n in range(3)]
    asked = at_once(held, engine, [*asks, lambda: engine.note_accesses([1, 10**6], "jo", "list")])
    assert [one.exception() is None for one in asked] == [True, True, True, False]
    assert sorted(one.by for one in engine.accesses(1)) == ["p0", "p1", "p2"]
    engine.case(1, "kim:coordinator")
    assert engine.accesses(1)[0].by == "kim"
