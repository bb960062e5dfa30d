"""The scheduler: looks when a timer is due and every half minute, whatever becomes of a run, database or clock."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from sqlalchemy import make_url

from engine import Engine
from engine.authoring.demonstration import load_demonstration, play
from engine.clock import SetClock, SystemClock
from engine.running.scheduler import LOOK, Drift, Scheduler, Steady
from engine.service.cases.due import Ran
from engine.store.database import DatabaseUnavailable
from tests.conftest import LOAN, REFERRAL, ROOT
from tests.steps import done
from tests.waiting import PATIENCE, until

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
QUICK = (
    LOAN.read_text()
    .replace("due: 4 hours, done_by", "done_by")
    .replace("deadline: {within: 3 days, raise: answer}", "timers: {soon: {at: due_back, raise: remind}}")
    .replace("due_back: {title: Due back, type: date}", "due_back: {title: Due back, type: time}")
    .replace("form: {club: required, item: required}", "form: {club: required, item: required, due_back: optional}")
    .replace("timezone: America/New_York", "timezone: UTC")
)


class Watched(Engine):
    """Counts how often it is asked to run, and how often a look came to its end; does first what it is told to do."""

    runs = looks = 0
    first: Callable[[Callable[[], bool]], object] = staticmethod(lambda _: None)

    def run_due(self, *arguments: Any, stop: Callable[[], bool] = lambda: False, **options: Any) -> Ran:
        self.runs += 1
        self.first(stop)
        return super().run_due(*arguments, stop=stop, **options)

    def next_due(self, *arguments: Any, **options: Any) -> datetime | None:
        found = super().next_due(*arguments, **options)
        self.looks += 1
        return found


@pytest.fixture
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the next look waits in vain."""
    monkeypatch.setattr("engine.running.scheduler.LOOK", DAY)


@pytest.fixture
def watched(url: str) -> Iterator[Watched]:
    engine = Watched(url)
    engine.publish(QUICK)
    yield engine
    engine.close()


@pytest.fixture
def scheduler(watched: Watched) -> Iterator[Scheduler]:
    """One that has looked for the first time."""
    made = Scheduler(watched)
    made.start()
    until(lambda: watched.looks == 1)
    yield made
    if not made._stopping.is_set():
        made.stop()


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """What is logged."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def said(log: list[Any], event: str) -> bool:
    return event in [line["event"] for line in log]


def open_due(engine: Engine, moment: datetime) -> int:
    form = {"club": "Hobby", "item": "saw", "due_back": moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")}
    return done(engine.open_case("equipment-loan", "clerk", form)).id


def open_overdue(engine: Engine) -> int:
    return open_due(engine, engine.clock.now() - timedelta(hours=1))


def has_task(engine: Engine, case: int) -> bool:
    return "remind" in [task.task for task in engine.case(case).tasks]


def fired(engine: Engine, case: int) -> list[str]:
    return [entry.event for entry in engine.history(case) if entry.event.endswith("/soon")]


@pytest.mark.usefixtures("seldom")
def test_what_is_overdue_fires_at_once_and_a_new_timer_wakes_the_sleeper(watched: Watched) -> None:
    overdue, later = open_overdue(watched), open_due(watched, watched.clock.now() + timedelta(days=1))
    scheduler = Scheduler(watched)
    scheduler.start()
    try:
        until(lambda: has_task(watched, overdue))
        assert not has_task(watched, later)
        sooner = open_overdue(watched)
        until(lambda: has_task(watched, sooner), "it must not sleep on until its next look")
    finally:
        scheduler.stop()
    assert not has_task(watched, later)


def looks_within(scheduler: Scheduler, most: timedelta) -> bool:
    """Whether it looks next after an interval, of which less than half is over."""
    found = scheduler.next_look
    return found is not None and most / 2 < found - SystemClock().now() <= most


def test_it_looks_every_half_minute(scheduler: Scheduler) -> None:
    assert timedelta(seconds=30) == LOOK
    until(lambda: looks_within(scheduler, LOOK))


@pytest.mark.usefixtures("seldom")
def test_it_looks_sooner_for_a_timer(scheduler: Scheduler, watched: Watched) -> None:
    until(lambda: looks_within(scheduler, DAY))
    later = scheduler.next_look
    scheduler.wake_by(watched.clock.now() + 2 * DAY)
    assert scheduler.next_look == later
    sooner = watched.clock.now() + timedelta(hours=2)
    scheduler.wake_by(sooner)
    scheduler.wake_by(sooner + timedelta(hours=1))
    assert scheduler.next_look
    assert abs(scheduler.next_look - sooner) < MINUTE
    assert watched.runs == 1


def test_the_demonstration_goes_on_after_three_weeks_without_scheduler(url: str, tmp_path: Path) -> None:
    clock = SetClock(SystemClock().now())
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(REFERRAL)
    play(load_demonstration(REFERRAL.with_suffix(".demo.yaml")), engine, clock)

    def caught_up() -> bool:
        return not engine.timers(until=clock.now())

    scheduler = Scheduler(engine)
    for days in (21, 21, 21):
        clock.set(clock.now() + timedelta(days=days))
        assert not caught_up()
        if scheduler.next_look is None:
            scheduler.start()
        scheduler.wake_by(clock.now())
        until(caught_up)
        assert scheduler.next_look is not None
    scheduler.stop()
    assert engine.verify().findings == ()
    engine.close()


@pytest.mark.usefixtures("seldom")
def test_a_wake_up_in_the_middle_of_a_run_is_not_lost(watched: Watched, request: pytest.FixtureRequest) -> None:
    scheduler: Scheduler = request.getfixturevalue("scheduler")
    begun, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        go.wait(PATIENCE)

    watched.first = hold
    scheduler.wake_by(watched.clock.now())
    assert begun.wait(PATIENCE)
    watched.first = lambda _: None
    late = open_overdue(watched)  # its timer wakes the scheduler, from this thread
    scheduler.wake_by(watched.clock.now())
    go.set()
    until(lambda: has_task(watched, late))
    until(lambda: watched.runs >= 3)
    assert len(fired(watched, late)) == 1


def test_what_cannot_be_fired_is_left_to_the_next_look(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would look again and again, without a pause."""
    scheduler, woken = Scheduler(watched), list[datetime]()
    monkeypatch.setattr(watched, "run_due", lambda **_: Ran(0, ((1, "Fault"),)))
    monkeypatch.setattr(scheduler, "wake_by", woken.append)
    open_overdue(watched)
    scheduler._look()
    assert woken == []
    ahead = (watched.clock.now() + timedelta(hours=1)).replace(second=0, microsecond=0)
    open_due(watched, ahead)
    scheduler._look()
    assert woken == [ahead]


@pytest.mark.usefixtures("seldom")
def test_a_run_that_fails_is_told_without_data_and_tried_again(
    scheduler: Scheduler, watched: Watched, log: list[Any]
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("Zebedee Quux cannot be told")

    watched.first = fail
    case = open_overdue(watched)
    until(lambda: said(log, "run failed"))
    assert "Zebedee" not in str(log)
    assert scheduler.next_look is not None
    watched.first = lambda _: None
    scheduler.wake_by(watched.clock.now())
    until(lambda: has_task(watched, case))


@pytest.mark.usefixtures("seldom")
def test_even_an_exit_from_a_run_does_not_end_it(scheduler: Scheduler, watched: Watched) -> None:
    def leave(_: object) -> None:
        watched.first = lambda _: None
        raise SystemExit

    watched.first = leave
    case = open_overdue(watched)
    until(lambda: watched.runs >= 2)
    scheduler.wake_by(watched.clock.now())
    until(lambda: has_task(watched, case))


@pytest.mark.usefixtures("seldom")
def test_many_who_wake_it_while_every_run_fails_do_not_lock_it_up(scheduler: Scheduler, watched: Watched) -> None:
    def fail(_: object) -> None:
        raise DatabaseUnavailable("out of reach")

    watched.first = fail
    wakers = [
        threading.Thread(target=lambda: [scheduler.wake_by(watched.clock.now()) for _ in range(200)]) for _ in range(4)
    ]
    for one in wakers:
        one.start()
    for one in wakers:
        one.join(PATIENCE)
    watched.first = lambda _: None
    case = open_overdue(watched)
    until(lambda: has_task(watched, case))


@pytest.mark.usefixtures("seldom")
def test_a_database_that_was_lost_and_comes_back_is_used_again(
    scheduler: Scheduler, watched: Watched, url: str, log: list[Any]
) -> None:
    case = open_due(watched, watched.clock.now() + timedelta(hours=2))
    cut, mend = _lose_sqlite(watched) if watched.database.is_sqlite else _lose_postgres(url)
    cut()
    scheduler.wake_by(watched.clock.now())
    until(lambda: said(log, "database unavailable") or said(log, "run failed"))
    runs = watched.runs
    scheduler.wake_by(watched.clock.now())
    until(lambda: watched.runs > runs)
    assert scheduler.next_look is not None
    mend()
    other = Engine(url)  # none of its sessions was ended
    late = open_overdue(other)
    scheduler.wake_by(watched.clock.now())
    until(lambda: has_task(other, late))
    assert not has_task(other, case)
    assert other.verify().findings == ()
    other.close()


def _lose_sqlite(engine: Engine) -> tuple[Callable[[], object], Callable[[], object]]:
    """The folder of the database is moved away, as where a disk is unmounted, and back."""
    file = engine.database.file
    assert file
    folder, away = file.parent, file.parent.with_name(file.parent.name + "-away")

    def cut() -> None:
        engine.database.dispose()
        folder.rename(away)

    return cut, lambda: away.rename(folder)


def _lose_postgres(url: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """The server ends every session of the database and lets nobody in, and then does again."""
    name = make_url(url).database
    server = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)

    def run(*statements: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    return (
        lambda: run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", ended),
        lambda: run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
    )


@pytest.mark.usefixtures("seldom")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has no sessions
def test_sessions_that_end_in_the_middle_of_a_run_do_not_end_it(
    scheduler: Scheduler, watched: Watched, url: str
) -> None:
    cut, mend = _lose_postgres(url)
    lost = threading.Event()

    def lose(_: object) -> None:
        watched.first = lambda _: None
        cut()
        mend()
        lost.set()

    watched.first = lose
    scheduler.wake_by(watched.clock.now())
    assert lost.wait(PATIENCE)
    other = Engine(url)
    case = open_overdue(other)
    scheduler.wake_by(watched.clock.now())
    until(lambda: has_task(other, case))
    other.close()


def test_it_stops_in_the_middle_of_a_run_that_sets_a_timer(scheduler: Scheduler, watched: Watched) -> None:
    begun = threading.Event()

    def hold(stop: Callable[[], bool]) -> None:
        begun.set()
        until(stop)
        scheduler.wake_by(watched.clock.now())

    watched.first = hold
    scheduler.wake_by(watched.clock.now())
    assert begun.wait(PATIENCE)
    stopping = threading.Thread(target=scheduler.stop)
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    runs = watched.runs
    scheduler.wake_by(watched.clock.now())
    open_overdue(watched)
    assert scheduler.next_look is None
    assert watched.runs == runs


@pytest.fixture
def set_wall(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the wall clock of this machine, as this program and APScheduler read it. The monotonic one goes on."""
    shift = [timedelta(0)]

    class Wall(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + shift[0]

    monkeypatch.setattr("engine.clock.datetime", Wall)
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Wall)
    return lambda step: shift.__setitem__(0, shift[0] + step)


STEPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=365)]


@pytest.mark.parametrize("step", [*STEPS, timedelta(days=365 * 40), *(-one for one in STEPS)], ids=str)
def test_a_clock_that_is_set_does_not_stop_it_and_nothing_fires_twice(
    set_wall: Callable[[timedelta], None], scheduler: Scheduler, watched: Watched, step: timedelta
) -> None:
    """A machine that was suspended is the same: its wall clock is ahead, and the monotonic one stood still."""
    early = open_overdue(watched)
    until(lambda: has_task(watched, early))
    until(lambda: looks_within(scheduler, LOOK))
    runs = watched.runs
    set_wall(step)
    until(lambda: watched.runs > runs)
    until(lambda: looks_within(scheduler, LOOK))
    late = open_overdue(watched)
    until(lambda: has_task(watched, late))
    set_wall(-step)
    last = open_overdue(watched)
    until(lambda: has_task(watched, last))
    assert [len(fired(watched, case)) for case in (early, late, last)] == [1, 1, 1]
    assert watched.verify().findings == ()


@pytest.mark.usefixtures("seldom")
def test_a_clock_set_back_by_less_than_an_interval_delays_no_look(
    set_wall: Callable[[timedelta], None], scheduler: Scheduler, watched: Watched
) -> None:
    until(lambda: looks_within(scheduler, DAY))
    scheduler.wake_by(watched.clock.now() + timedelta(hours=2))
    runs = watched.runs
    set_wall(-timedelta(hours=19))  # the look would come after 21 hours: no further ahead than an interval
    until(lambda: watched.runs > runs)
    until(lambda: looks_within(scheduler, DAY))


def test_a_clock_set_back_is_noticed_twice_for_a_run_that_read_it_before() -> None:
    drift = Drift(timedelta(seconds=100))
    readings = [100, 99.8, 81, 81, 81, 500, 500, 120, 120, 120]
    assert [drift.is_back(timedelta(seconds=one)) for one in readings] == [
        *(False, False, True, True, False),
        *(False, False, True, True, False),
    ]


def test_small_steps_back_of_a_clock_add_up() -> None:
    drift = Drift(timedelta(seconds=100))
    told = [drift.is_back(timedelta(seconds=100 - step * 0.2)) for step in range(1, 13)]
    assert told == [False, False, True, True, False, True, True, False, True, True, False, True]
    drift = Drift(timedelta(seconds=100))
    readings = [100.1, 99.9, 100.2, 99.8, 100.3]  # as much forward as back: what a time service does
    assert not any(drift.is_back(timedelta(seconds=one)) for one in readings)


def test_an_interval_that_is_late_by_years_is_due_once() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    trigger = Steady(seconds=30, timezone=UTC)
    assert trigger.get_next_fire_time(datetime(1970, 1, 1, tzinfo=UTC), now) == now + LOOK
    assert trigger.get_next_fire_time(now, now) == now + LOOK


def test_sigterm_stops_the_worker_cleanly(url: str, tmp_path: Path) -> None:
    engine = Engine(url)
    engine.publish(QUICK)
    case = open_overdue(engine)
    worker = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "worker"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={
            "CASEWORK_DATABASE_URL": url,
            "CASEWORK_DOCUMENTS": str(tmp_path / "documents"),
            "CASEWORK_LOG_FORMAT": "json",
            "PATH": "/usr/bin",
            "CASEWORK_CONFIG": "",
        },
    )
    until(lambda: has_task(engine, case))
    worker.send_signal(signal.SIGTERM)
    _, log = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0
    assert '"event": "timers fired"' in log
    assert '"event": "scheduler stopped"' in log
    assert "Hobby" not in log
    assert engine.verify().findings == ()
    engine.close()
