"""Scheduler: looks for timers that are due, for messages to be sent and for checkpoints to be taken.

APScheduler runs the looks; what is due stands in the database. It looks at least every LOOK, and sooner where a
timer is set that falls due before. Waiting is by a monotonic clock: a wall clock that is set back or forward, or
a machine that was suspended, is noticed within PULSE. Times are UTC.
"""

from __future__ import annotations

import functools
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from engine.clock import SystemClock
from engine.running.logs import place_of
from engine.service import Engine
from engine.service.cases.due import Progress
from engine.service.messages.outbox import KINDS, Send
from engine.store.database import DatabaseUnavailable

# What is late by half a minute nobody notices; deadlines are days. Sooner timers wake it.
LOOK = timedelta(seconds=30)
DELIVER = timedelta(seconds=5)
# A checkpoint a day is little to keep and much to prove; it is asked for each hour, so that a restart loses none.
NOTE, NOTED = timedelta(hours=1), timedelta(days=1)
# How often it is looked whether cases are due for erasure; who is told, and how often, is not decided here.
TELL = timedelta(days=1)
# Reading a clock costs nothing, and a second is the shortest that anybody could notice.
PULSE = timedelta(seconds=1)
_DUE = "due"
_log = structlog.get_logger("casework.scheduler")


class Steady(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """An interval that counts from now where it is late.

    The library's own counts every time that was missed, and keeps a list of them: a clock that was set forward by
    a year would cost it a million entries before the one run that follows.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """When to run next (aware), as counted from the later of `previous_fire_time` and `now`."""
        last = max(previous_fire_time, now) if previous_fire_time else None
        found: datetime | None = super().get_next_fire_time(last, now)
        return found


class Drift:
    """Notices that the wall clock was set back, by readings of how far it is ahead of the monotonic one.

    Steps that are too small to be noticed add up: it is compared with the most that it was ahead since it was noticed.
    """

    def __init__(self, ahead: timedelta) -> None:
        self._most, self._again = ahead, False

    def is_back(self, ahead: timedelta) -> bool:
        """Whether it was set back since it was last found so, or was found so by the last reading."""
        found = self._most - ahead > PULSE / 2
        # Twice: a run that read the clock before it was set may say only after the next reading when it runs again.
        told, self._again = found or self._again, found
        self._most = ahead if found else max(self._most, ahead)
        return told


class Scheduler:
    """One scheduler on one engine. Several on one database do no harm: each timer fires once."""

    def __init__(
        self, engine: Engine, progress: Progress | None = None, send: Send | None = None, head_to: str = ""
    ) -> None:
        self._engine = engine
        self._progress = progress
        self._send = send
        self._head_to = head_to  # whom heads are sent to: an e-mail address, or `hooks`; empty: nobody
        self._wall = SystemClock()  # what APScheduler goes by; the engine's clock may be another
        self._stopping = threading.Event()
        self._noted = ""
        self._lock = threading.Lock()
        self._woken, self._bell = threading.Event(), threading.Event()
        self._pulse = threading.Thread(target=self._beat, name="pulse", daemon=True)
        # No run is a misfire: one that comes late, after a suspended machine, is what people wait for.
        once = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._waker = BackgroundScheduler(timezone=UTC, job_defaults=once)
        self._waker.add_listener(self._after, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        """Begin in threads of its own; what is overdue fires at once."""
        self._add(_DUE, self._look, LOOK)
        # Each kind has a job of its own: a mail server that does not answer delays no hook, and the other way round.
        for kind in KINDS if self._send is not None else ():
            self._add(kind, functools.partial(self._deliver, kind), DELIVER)
        self._add("checkpoint", self._note, NOTE)
        self._add("calendars", self._tell_of_endings, TELL)
        if self._send is not None:
            self._add("retention", self._tell_due, TELL)
        self._engine.on_timer(self.wake_by)
        self._waker.start()
        self._pulse.start()
        _log.info("scheduler started")

    def _add(self, name: str, work: Callable[[], None], every: timedelta) -> None:
        trigger = Steady(seconds=int(every.total_seconds()), timezone=UTC)
        self._waker.add_job(work, trigger, id=name, next_run_time=self._wall.now())

    def stop(self) -> None:
        """Let the transaction under way end, then stop."""
        # APScheduler holds its lock while it waits for a run to end: one that asked for its jobs then would never end.
        with self._lock:
            self._stopping.set()
        self._bell.set()
        self._pulse.join()
        self._waker.shutdown(wait=True)
        _log.info("scheduler stopped")

    def run_until_stopped(self) -> None:
        """Run until SIGTERM or SIGINT."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._on_signal)
        self.start()
        self._stopping.wait()
        self.stop()

    # A signal comes in the middle of anything, also while a lock is held: it only leaves word.
    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._stopping.set()

    @property
    def next_look(self) -> datetime | None:
        """When it looks next for timers that are due, by the clock of this machine (UTC); None once it stopped."""
        with self._lock:
            job = None if self._stopping.is_set() else self._waker.get_job(_DUE)
        found: datetime | None = job.next_run_time if job else None
        return found

    def wake_by(self, moment: datetime) -> None:
        """Look no later than `moment` (aware), by the clock of the engine. In the middle of a look: again after it."""
        ahead = moment - self._engine.clock.now()
        if ahead >= LOOK:
            return
        if ahead < PULSE:
            self._woken.set()
        with self._lock:
            if self._stopping.is_set():
                return
            job, at = self._waker.get_job(_DUE), self._wall.now() + max(ahead, timedelta(0))
            if at < job.next_run_time:
                job.modify(next_run_time=at)

    def _look(self) -> None:
        self._woken.clear()
        looked = self._engine.clock.now()
        try:
            ran = self._engine.run_due(progress=self._progress, stop=self._stopping.is_set)
            # What was due before and still is cannot be fired now: it is left to the next look.
            due = self._engine.next_due(after=looked)
        except Exception as error:
            _tell("run failed", error)
            return
        if ran.fired:
            _log.info("timers fired", count=ran.fired)
        for case, fault in ran.failed:
            _log.error("timers cannot be fired", case=case, fault=fault)
        if due is not None:
            self.wake_by(due)

    def _after(self, event: JobExecutionEvent) -> None:
        """A look has ended. One that was asked for meanwhile was skipped, for only one runs at a time: it is due now.

        This may run inside APScheduler's own lock, so it only rings.
        """
        if event.job_id == _DUE and self._woken.is_set():
            self._bell.set()

    def _beat(self) -> None:
        """Let APScheduler read the clock anew, every PULSE and where somebody rings.

        It computes once how long to wait. Where the clock was set back since, by however little, a run lies further
        ahead than was meant: then it is due now. Where it was set forward, or the machine slept, APScheduler finds
        what is due.
        """
        drift = Drift(self._ahead())
        while not self._stopping.is_set():
            is_rung = self._bell.wait(PULSE.total_seconds())
            self._bell.clear()
            is_back = drift.is_back(self._ahead())
            with self._lock:
                for job in [] if self._stopping.is_set() else self._waker.get_jobs():
                    if is_back or (is_rung and job.id == _DUE):
                        job.modify(next_run_time=self._wall.now())
            self._waker.wakeup()

    def _ahead(self) -> timedelta:
        """By how much the wall clock is ahead of the monotonic one: less than before where it was set back."""
        return timedelta(seconds=self._wall.now().timestamp() - time.monotonic())

    def _note(self) -> None:
        """Take a checkpoint where the newest is a day old."""
        try:
            head = self._engine.head(NOTED)
            if self._head_to and self._send is not None:
                self._engine.keeping.tell_head(self._head_to)
        except Exception as error:
            _tell("checkpoint failed", error)
            return
        # Logs are often kept elsewhere, and so is the head then.
        if head.line != self._noted:
            self._noted = head.line
            _log.info("checkpoint", head=head.line)

    def _tell_due(self) -> None:
        """Put into the outbox what those are told who see to it how long cases are kept."""
        try:
            self._engine.retention.tell_due()
        except Exception as error:
            _tell("retention failed", error)

    def _tell_of_endings(self) -> None:
        """Tell administrators of calendars that end soon, or have ended."""
        try:
            self._engine.endings.tell()
        except Exception as error:
            _tell("calendars failed", error)

    def _deliver(self, kind: str) -> None:
        """Send what the outbox holds of a kind."""
        assert self._send is not None
        try:
            sent = self._engine.outbox.deliver(self._send, (kind,), self._stopping.is_set)
        except Exception as error:
            _tell("delivery failed", error)
        else:
            if sent:
                _log.info("messages sent", kind=kind, count=sent)


def _tell(what: str, error: Exception) -> None:
    """Say that something failed. The next look tries again; the message of an unknown error may hold personal data."""
    if isinstance(error, DatabaseUnavailable):
        _log.error("database unavailable", reason=str(error))
    else:
        _log.error(what, fault=type(error).__name__, place=place_of(error))
