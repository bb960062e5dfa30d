"""Writers of one SQLite file wait in line, nobody for ever, and threads keep their connections."""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.store import turn as turn_room
from engine.store.database import BRIEF_SECONDS, BUSY_SECONDS, Database, DatabaseUnavailable
from engine.store.turn import Turn
from tests.waiting import PATIENCE

LONG = float(PATIENCE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "casework.db"


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_one_at_a_time_has_the_turn(file: Path) -> None:
    turn, inside, most = Turn(file, LONG), [0], [0]

    def work() -> None:
        for _ in range(50):
            with turn.taken():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [started(work) for _ in range(4)]
    for thread in threads:
        thread.join(LONG)
    assert (inside, most) == ([0], [1])


def test_who_comes_back_at_once_does_not_overtake_those_who_wait(file: Path) -> None:
    turn, order, begun, stop = Turn(file, LONG), list[str](), threading.Event(), threading.Event()

    def greedy() -> None:
        while not stop.is_set():
            with turn.taken():
                order.append("greedy")
                begun.set()

    def modest() -> None:
        for _ in range(20):
            order.append("asks")
            with turn.taken():
                order.append("served")

    hog = started(greedy)
    assert begun.wait(LONG)
    other = started(modest)
    other.join(LONG)
    stop.set()
    hog.join(LONG)
    waits = " ".join(order).split("asks")[1:]
    assert len(waits) == 20
    # One turn may be under way when it asks, one may be next in line already, and one may slip in before it is in line.
    assert sorted(one.split("served")[0].count("greedy") for one in waits)[10] <= 3


def test_who_waits_too_long_goes_on_and_leaves_the_turn_as_it_is(file: Path) -> None:
    patient, hasty = Turn(file, LONG), Turn(file, 0.01)
    gone_on = threading.Event()

    def work() -> None:
        with hasty.taken():
            gone_on.set()

    with patient.taken():
        started(work).join(LONG)
        assert gone_on.is_set()
    with patient.taken():  # what was left behind has given back what it got too late
        pass
    started(work).join(LONG)
    with patient.taken():
        pass


def test_who_waits_in_vain_waits_once_and_not_again_for_the_database(sqlite_template: Path, file: Path) -> None:
    """Else a writer that stands still, and has both locks, would hold each of the others up for twice as long."""
    file.write_bytes(sqlite_template.read_bytes())
    database, patient = Database(f"sqlite:///{file}"), Turn(file, LONG)
    database._turn = Turn(file, 0.01)

    def patience() -> int:
        with database.writing() as connection:
            return int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())

    assert patience() == 1000 * BUSY_SECONDS
    with patient.taken():
        assert patience() == 1000 * BRIEF_SECONDS
    assert patience() == 1000 * BUSY_SECONDS
    database.dispose()


def test_to_be_next_and_to_have_the_turn_is_waited_for_together(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waited = [0.0], list[float]()

    def wait(_: int, seconds: float) -> bool:
        waited.append(seconds)
        clock[0] += 20
        return True

    monkeypatch.setattr(turn_room, "_wait", wait)
    monkeypatch.setattr(turn_room.time, "monotonic", lambda: clock[0])
    slow = Turn(file, 30)
    with Turn(file, LONG).taken(), contextlib.ExitStack() as held:
        following = held.enter_context((file.with_name(file.name + "-next")).open())
        fcntl.flock(following, fcntl.LOCK_EX)
        with slow.taken() as is_turn:
            assert is_turn
    assert waited == [30, 10]


def test_where_no_lock_file_can_be_made_nobody_waits(tmp_path: Path) -> None:
    with Turn(tmp_path / "missing" / "casework.db", LONG).taken(), Turn(None, LONG).taken():
        assert not (tmp_path / "missing").exists()


def test_a_thread_keeps_its_connection(url: str) -> None:
    database = Database(url)
    seen = []
    for _ in range(3):
        with database.writing() as connection:
            seen.append(connection.connection.dbapi_connection)
            with database.reading() as another:  # within another transaction it is another one
                assert another.connection.dbapi_connection is not seen[0]
    assert len({id(one) for one in seen}) == 1
    database.dispose()


def test_a_kept_connection_that_broke_is_replaced(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        first: Any = connection.connection.dbapi_connection

    def fail() -> None:
        with database.writing() as connection:
            assert connection.connection.dbapi_connection is first
            connection.execute(text("CREATE TABLE gone (a INTEGER)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    def lose() -> None:
        with database.writing() as connection:
            assert connection.connection.dbapi_connection is first
            first.close()
            connection.execute(text("SELECT 1"))

    with pytest.raises((DBAPIError, DatabaseUnavailable)):  # SQLite calls it a mistake, PostgreSQL a loss
        lose()
    with database.writing() as connection:
        assert connection.connection.dbapi_connection is not first
        connection.execute(text("CREATE TABLE gone (a INTEGER)"))  # the one before was rolled back
    database.dispose()


def test_after_it_was_closed_a_database_can_be_used_again(url: str) -> None:
    database = Database(url)
    for _ in range(2):
        with database.writing() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        database.dispose()


def test_a_thread_that_ends_leaves_its_connection_to_others(url: str) -> None:
    database = Database(url)
    seen: list[Any] = []

    def work() -> None:
        with database.writing() as connection:
            seen.append(connection.connection.dbapi_connection)

    for _ in range(70):  # more than are ever kept at once
        started(work).join(LONG)
    assert len(seen) == 70
    assert len({id(one) for one in seen}) < 5
    database.dispose()
