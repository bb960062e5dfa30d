"""The scheduler: asleep until the next timer, woken sooner by a nearer one, stopped by SIGTERM."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine import Engine
from engine.clock import SystemClock
from engine.running.scheduler import LOOK, Scheduler
from engine.store.database import DatabaseUnavailable
from tests.conftest import LOAN, ROOT
from tests.steps import done

QUICK = (
    LOAN.read_text()
    .replace("due: 4 hours, done_by", "done_by")
    .replace("deadline: {within: 3 days, raise: answer}", "timers: {soon: {at: due_back, raise: remind}}")
)


def wait_for(condition: object, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def quick_engine(url: str) -> Engine:
    text = QUICK.replace("due_back: {title: Due back, type: date}", "due_back: {title: Due back, type: time}")
    text = text.replace(
        "form: {club: required, item: required}", "form: {club: required, item: required, due_back: optional}"
    )
    text = text.replace("timezone: America/New_York", "timezone: UTC")
    engine = Engine(url)
    engine.publish(text)
    return engine


def open_due(engine: Engine, moment: datetime) -> int:
    form = {"club": "Hobby", "item": "saw", "due_back": moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")}
    return done(engine.open_case("equipment-loan", "clerk", form)).id


def has_task(engine: Engine, case: int) -> bool:
    return "remind" in [task.task for task in engine.case(case).tasks]


def test_what_is_overdue_fires_at_once_and_a_new_timer_wakes_the_sleeper(url: str) -> None:
    engine = quick_engine(url)
    now = SystemClock().now()
    overdue = open_due(engine, now - timedelta(hours=1))
    later = open_due(engine, now + timedelta(days=1))
    scheduler = Scheduler(engine)
    scheduler.start()
    try:
        assert wait_for(lambda: has_task(engine, overdue))
        assert not has_task(engine, later)
        sooner = open_due(engine, now - timedelta(minutes=2))
        assert wait_for(lambda: has_task(engine, sooner), 5), "it must not sleep on until its next look"
    finally:
        scheduler.stop()
    assert not has_task(engine, later)
    engine.close()


class Counting(Engine):
    """Counts how often it is asked to run."""

    runs = 0
    broken = False

    def run_due(self, *arguments: object, **options: object):  # type: ignore[no-untyped-def,override]
        self.runs += 1
        if self.broken:
            raise DatabaseUnavailable("out of reach")
        return super().run_due(*arguments, **options)  # type: ignore[arg-type]


def test_it_looks_no_more_often_than_every_half_minute(url: str) -> None:
    assert timedelta(seconds=30) <= LOOK
    quick_engine(url).close()
    engine = Counting(url)
    open_due(engine, SystemClock().now() + timedelta(days=1))
    scheduler = Scheduler(engine)
    scheduler.start()
    time.sleep(1.5)
    scheduler.stop()
    assert engine.runs == 1
    engine.close()


def test_a_database_out_of_reach_is_tried_again_later(url: str) -> None:
    quick_engine(url).close()
    engine = Counting(url)
    case = open_due(engine, SystemClock().now() - timedelta(hours=1))
    engine.broken = True
    scheduler = Scheduler(engine)
    scheduler.start()
    assert wait_for(lambda: engine.runs == 1)
    time.sleep(0.5)
    assert engine.runs == 1
    engine.broken = False
    scheduler.wake_by(SystemClock().now())
    assert wait_for(lambda: has_task(engine, case))
    scheduler.stop()
    engine.close()


def test_sigterm_stops_the_worker_cleanly(url: str, tmp_path: Path) -> None:
    engine = quick_engine(url)
    case = open_due(engine, SystemClock().now() - timedelta(hours=1))
    worker = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "worker"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={"CASEWORK_DATABASE_URL": url, "CASEWORK_LOG_FORMAT": "json", "PATH": "/usr/bin", "CASEWORK_CONFIG": ""},
    )
    assert wait_for(lambda: has_task(engine, case), 30)
    worker.send_signal(signal.SIGTERM)
    _, log = worker.communicate(timeout=20)
    assert worker.returncode == 0
    assert '"event": "timers fired"' in log
    assert '"event": "scheduler stopped"' in log
    assert "Hobby" not in log
    assert engine.verify().findings == ()
    engine.close()
