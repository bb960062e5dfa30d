"""Turn: those who want to write one SQLite file, in whatever process, wait in line for it. Touches lock files only.

SQLite lets waiters sleep and try again, longer each time: whoever comes back at once is served before those who have
waited for seconds. Here they queue for two advisory locks: one to be the next, one to write. Whoever is next holds the
first until the second is theirs, so nobody can write again before the one who was next has had their turn.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from pathlib import Path


class Turn:
    """The line before one database file. Without a file (a database in memory) nobody waits."""

    def __init__(self, database: Path | None, seconds: float) -> None:
        self._paths = [database.with_name(database.name + end) for end in ("-next", "-turn")] if database else []
        self._seconds = seconds
        self._local = threading.local()
        self._local.handles = None

    def taken(self) -> contextlib.AbstractContextManager[bool]:
        """Have the turn; whether it is worth waiting for SQLite's own lock. After `seconds` in vain go on without it:
        that one still keeps writers apart, and tells who comes behind one that stands still.
        """
        files = self._files()
        return contextlib.nullcontext(True) if files is None else _Taken(self, *files)  # noqa: FBT003

    def take(self, following: int, writing: int) -> bool:
        """Have the turn by these handles, of this thread; whether it came in time."""
        end = time.monotonic() + self._seconds  # for both: nobody waits twice as long
        is_next = self._lock(following, end)
        is_turn = is_next and self._lock(writing, end)
        if is_next:
            fcntl.flock(following, fcntl.LOCK_UN)
        return is_turn

    def leave(self) -> None:
        """Take these handles for no new turn: what was left behind may still get a lock by them."""
        self._local.handles = None

    def _files(self) -> tuple[int, int] | None:
        """This thread's own handles: locks belong to a handle, so that threads wait for each other as processes do."""
        if not self._paths:
            return None
        own: _Handles | None = getattr(self._local, "handles", None)
        if own is None:
            try:
                own = self._local.handles = _Handles(self._paths)
            except OSError:  # a folder that cannot be written: then the database cannot either, and says so itself
                return None
        return own.files

    def _lock(self, file: int, end: float) -> bool:
        """Lock at once where nobody has it, else wait, but not for ever: flock itself knows no limit."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _wait(file, max(0.0, end - time.monotonic()))
        return True


class _Taken:
    """The turn of one thread while it writes. No generator: every write comes by here."""

    def __init__(self, turn: Turn, following: int, writing: int) -> None:
        self._turn, self._following, self._writing = turn, following, writing
        self._is_turn = False

    def __enter__(self) -> bool:
        self._is_turn = self._turn.take(self._following, self._writing)
        return self._is_turn

    def __exit__(self, *_: object) -> None:
        if self._is_turn:
            fcntl.flock(self._writing, fcntl.LOCK_UN)
        else:
            self._turn.leave()


class _Handles:
    """Two open lock files, closed with the thread that they belong to."""

    def __init__(self, paths: list[Path]) -> None:
        # Never the database itself: to close any handle of it would drop the locks that SQLite holds on it (POSIX).
        opened = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in paths]
        self.files = opened[0], opened[1]

    def __del__(self) -> None:
        for file in getattr(self, "files", ()):
            os.close(file)


def _wait(file: int, seconds: float) -> bool:
    """Wait for a lock in a thread that can be left behind; if it gets it too late, it gives it back."""
    lock, state = threading.Lock(), {"left": False, "had": False}
    done = threading.Event()
    own = os.dup(file)  # the same lock, but still open should the asking thread be gone

    def ask() -> None:
        fcntl.flock(own, fcntl.LOCK_EX)
        with lock:
            state["had"] = True
            if state["left"]:
                fcntl.flock(own, fcntl.LOCK_UN)
        os.close(own)
        done.set()

    threading.Thread(target=ask, name="turn", daemon=True).start()
    done.wait(seconds)
    with lock:
        state["left"] = True
        return state["had"]
