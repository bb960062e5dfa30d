"""Beside: what costs much runs on few threads of its own, so that everything else is served meanwhile.

Those who come while all threads are busy wait without holding anything; where too many wait, or they wait too
long, they are told to come back. It touches threads only.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from engine.service.people.passwords import HASHES_AT_ONCE
from engine.source.fault import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Busy(Unavailable):
    """Too much of this kind is going on now; in `seconds` there may be room."""

    said = "Too many people are asking for this at once. Nothing was done. Try again in a moment."

    def __init__(self, seconds: int) -> None:
        super().__init__(self.said)
        self.seconds = seconds


class Lane:
    """At most `most` at once; at most `waiting` wait for it, and each of them at most `seconds`."""

    def __init__(self, name: str, most: int, *, waiting: int, seconds: float) -> None:
        self._threads = ThreadPoolExecutor(most, f"casework-{name}")
        self._most, self._waiting, self._seconds = most + waiting, waiting, seconds
        self._lock, self._count = threading.Lock(), 0

    async def run(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What the function gives.

        Raises:
            Busy: it was not begun, for too many are before it.
        """
        with self._lock:
            if self._count >= self._most:
                raise Busy(max(1, int(self._seconds)))
            self._count += 1
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work() -> T:
            # An event of asyncio may be set by its own thread only.
            loop.call_soon_threadsafe(begun.set)
            return function(*args, **named)

        future = self._threads.submit(contextvars.copy_context().run, work)
        future.add_done_callback(self._leave)
        return await self._awaited(future, begun)

    async def _awaited(self, future: Future[T], begun: asyncio.Event) -> T:
        try:
            await asyncio.wait_for(begun.wait(), self._seconds)
        except TimeoutError:
            # Else it began in this very moment, and is waited for.
            if future.cancel():
                raise Busy(max(1, int(self._seconds))) from None
        except asyncio.CancelledError:
            future.cancel()
            raise
        return await asyncio.wrap_future(future)

    def _leave(self, _: Future[Any]) -> None:
        with self._lock:
            self._count -= 1


# A password is hashed with much memory on purpose: as many at once as the accounts allow.
PASSWORDS = Lane("passwords", HASHES_AT_ONCE, waiting=120, seconds=30)
EXPORTS = Lane("exports", 2, waiting=10, seconds=30)
DRAWINGS = Lane("drawings", 1, waiting=10, seconds=10)
# Drafts of processes with their scenarios, each of which may let years pass.
TRIALS = Lane("trials", 1, waiting=10, seconds=30)


def beside(lane: Lane) -> Callable[[Callable[P, T]], Callable[P, Awaitable[T]]]:
    """A route that runs in a lane."""

    def made(route: Callable[P, T]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(route)
        async def waited(*args: P.args, **named: P.kwargs) -> T:
            return await lane.run(route, *args, **named)

        return waited

    return made
