"""Scheduler: wakes when the next timer is due, hands it to Engine, and sleeps again.

APScheduler only wakes; what is due stands in the database. A timer that this process sets wakes it
sooner. One that another process sets is noticed within LOOK seconds. Times are UTC.
"""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from engine.service import Engine
from engine.service.cases.due import Progress
from engine.service.messages.outbox import Send
from engine.store.database import DatabaseUnavailable

LOOK = timedelta(seconds=30)
DELIVER = timedelta(seconds=5)
_JOB = "due"
_log = structlog.get_logger("casework.scheduler")


class Scheduler:
    """One scheduler on one engine. Several on one database do no harm: each timer fires once."""

    def __init__(self, engine: Engine, progress: Progress | None = None, send: Send | None = None) -> None:
        self._engine = engine
        self._progress = progress
        self._send = send
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._wakes_at: datetime | None = None
        self._waker = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin in a thread of its own; what is overdue fires at once."""
        self._engine.on_timer(self.wake_by)
        self._waker.start()
        self._sleep_until(self._engine.clock.now())
        if self._send is not None:
            self._waker.add_job(self._deliver, "interval", seconds=DELIVER.total_seconds(), max_instances=1)
        _log.info("scheduler started")

    def stop(self) -> None:
        """Let the transaction under way end, then stop."""
        self._stopping.set()
        self._waker.shutdown(wait=True)
        _log.info("scheduler stopped")

    def run_until_stopped(self) -> None:
        """Run until SIGTERM or SIGINT."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._on_signal)
        self.start()
        self._stopping.wait()
        self.stop()

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._stopping.set()

    def wake_by(self, moment: datetime) -> None:
        """Wake no later than `moment`."""
        with self._lock:
            is_sooner = self._wakes_at is None or moment < self._wakes_at
        if is_sooner and not self._stopping.is_set():
            self._sleep_until(moment)

    def _sleep_until(self, moment: datetime) -> None:
        with self._lock:
            self._wakes_at = moment
        self._waker.add_job(
            self._wake, "date", run_date=moment, id=_JOB, replace_existing=True, misfire_grace_time=None, coalesce=True
        )

    def _wake(self) -> None:
        with self._lock:
            self._wakes_at = None
        self._run()
        if not self._stopping.is_set():
            self.wake_by(self._next_look())

    def _run(self) -> None:
        try:
            ran = self._engine.run_due(progress=self._progress, stop=self._stopping.is_set)
        except DatabaseUnavailable as error:
            _log.error("database unavailable", reason=str(error))
        except Exception as error:
            _log.error("run failed", fault=type(error).__name__)
        else:
            if ran.fired:
                _log.info("timers fired", count=ran.fired)
            for case, fault in ran.failed:
                _log.error("timers cannot be fired", case=case, fault=fault)

    def _deliver(self) -> None:
        """Send what the outbox holds."""
        assert self._send is not None
        try:
            sent = self._engine.outbox.deliver(self._send)
        except Exception as error:
            _log.error("delivery failed", fault=type(error).__name__)
        else:
            if sent:
                _log.info("messages sent", count=sent)

    def _next_look(self) -> datetime:
        """When to wake next: at the next due time, but not before LOOK if it has passed and was not fired."""
        now = self._engine.clock.now()
        try:
            due = self._engine.next_due()
        except Exception as error:
            _log.error("database unavailable", fault=type(error).__name__)
            due = None
        return min(due, now + LOOK) if due is not None and due > now else now + LOOK
