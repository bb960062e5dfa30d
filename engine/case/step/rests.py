"""Rests: what a step does to the states of a case that rest: they begin, go on and end. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from engine.case.snapshot import Snapshot
from engine.case.time import pause
from engine.process.definition import Process
from engine.process.paths import Path, is_inside

Timers = dict[str, list[str]]


@dataclass(frozen=True)
class Back:
    """What runs again in a state that rests no more."""

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    timers: Timers = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)


class Rests:
    """The states that rest after a step along `path` (None: the case stays where it is) at `at`.

    `stopped` are the timers that rest from now on, `does` the tasks at rest that the step does.
    """

    def __init__(
        self,
        process: Process,
        case: Snapshot,
        path: Path | None = None,
        closed: dict[str, str] | None = None,
        at: str = "",
        does: Collection[str] = (),
    ) -> None:
        self._process, self._case, self._path, self._at = process, case, path, at
        self._does = frozenset(does)
        self._begun: dict[str, pause.Rest] = {}
        self.stopped: list[str] = []
        if path and path.pauses:
            wanted = case.waiting["for"] if case.waiting.get("for") in path.entered else ""
            self._begun[path.pauses] = pause.begun(case, path.pauses, closed or {}, at, wanted)
            self.stopped = [key for key in case.timers if pause.belongs(case, key, path.pauses)]

    def back(self, still_open: set[str], data: Any) -> Back:
        """What runs again where the path leads back, in a case that knows `data` then; not what is open already."""
        if not self._path or not self._path.back:
            return Back()
        rest = self._case.paused[self._path.back]
        gone = still_open | self._does
        tasks, timers = pause.gone_on(self._process, self._case, pause.without_tasks(rest, gone), self._at, data)
        return Back(tasks, timers, dict(rest.get("waiting", {})))

    @property
    def done(self) -> dict[str, str]:
        """The tasks that rest and that the step does, with the state that each belongs to."""
        rests = self._case.paused.values()
        return {name: task["scope"] for rest in rests for name, task in rest["tasks"].items() if name in self._does}

    def kept_up(self, redated: Timers, undated: list[str]) -> tuple[dict[str, pause.Rest], Timers, list[str]]:
        """The states that rest, as far as the step changes them; and the timers set anew and stopped that run."""
        over = {*self._path.left, self._path.back} if self._path else set[str]()
        known = {name: rest for name, rest in self._case.paused.items() if name not in over} | self._begun
        found = {}
        for name, rest in known.items():
            mine = {key: times for key, times in redated.items() if _rest(key, known) == name}
            gone = [key for key in undated if _rest(key, known) == name]
            now = pause.with_timers(pause.without_tasks(rest, self._does), mine, gone)
            if now != self._case.paused.get(name):
                found[name] = now
        running = {key: times for key, times in redated.items() if not _rest(key, known)}
        return found, running, [key for key in undated if not _rest(key, known)]


def _rest(key: str, known: dict[str, pause.Rest]) -> str:
    """The innermost state that rests and that a timer belongs to; empty where it runs."""
    return max((name for name in known if is_inside(key.partition("/")[0], name)), key=len, default="")
