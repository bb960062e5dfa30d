"""Pauses: the states of a case that rest while it is elsewhere, as people and programs are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.process.definition import Process
from engine.source.words import said_day


@dataclass(frozen=True)
class Paused:
    """A state that rests: `since` when (wall clock of the process), and the state `at` which the case goes on in it.

    `tasks` are the titles of what is to be done there then. `title` and `at_title` are the states for people.
    """

    state: str
    title: str
    since: datetime
    at: str
    at_title: str
    tasks: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The same in words."""
        goes_on = f"; it goes on in {self.at_title}" if self.at != self.state else ""
        kept = f". Kept for then: {', '.join(self.tasks)}" if self.tasks else ""
        return f"{self.title}, since {said_day(self.since)}{goes_on}{kept}"


def paused_in(process: Process, snapshot: Snapshot) -> tuple[Paused, ...]:
    """The states of a case that rest, the one to which the next way back leads first."""
    found = [
        Paused(
            state=name,
            title=process.title_of("states", name),
            since=from_text(rest["since"]).astimezone(process.zone),
            at=rest["at"],
            at_title=process.title_of("states", rest["at"]),
            tasks=tuple(process.title_of("tasks", one) for one in sorted(rest["tasks"])),
        )
        for name, rest in snapshot.paused.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.since, one.state), reverse=True))
