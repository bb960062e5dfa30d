"""Timing: what falls due in a process, tasks, timers and meetings, and the dates that they hang on. Immutable values.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from engine.calendars.duration import Duration, parse
from engine.calendars.recurrence import Recurrence
from engine.process.language.expressions import Expression
from engine.source.reader import Path


@dataclass(frozen=True)
class Escalation:
    """A level at which a task that is not done goes on: how long after its due time, and to which role."""

    after: Duration
    to: str


@dataclass(frozen=True)
class Limit:
    """A date that is worked out from fields: a day from when it begins, or until it ends (`whole`); or an instant."""

    date: Expression
    whole: bool = False


@dataclass(frozen=True)
class Raising:
    """A task that is raised: where `when` holds, or always (None). `path`: where its condition stands in the file."""

    task: str
    when: Expression | None = None
    path: Path = field(default=(), compare=False)


@dataclass(frozen=True)
class TaskKind:
    """Something people may have to do. `done_by` names the events that do it.

    It is due so long after it was raised, or by a date that is worked out from fields (`due_by`), to its end.
    `overdue_of` names the task that this one, once it is raised, says is overdue. `per` names a field of which one is
    raised for each of the choices, or a series of which one is for each row (`process/tasks.py`). `answered_in` names
    the value of a row (`advice.adviser`) that says which of them is done by the event that writes the row. It goes from
    one level of `escalate` to the next.
    """

    name: str
    title: str
    role: str
    description: str = ""
    due: Duration | None = None
    due_by: Limit | None = None
    done_by: frozenset[str] = frozenset()
    escalate: tuple[Escalation, ...] = ()
    overdue_of: str = ""
    per: str = ""
    answered_in: str = ""


LOOK_INTO = TaskKind(
    name="look-into",  # with a hyphen: no task of a process can be called so
    title="Look into what stopped by itself",
    role="",
    description="Something that should have happened by itself did not. The history says what, and why.",
    due=parse("1 day"),
)


@dataclass(frozen=True)
class Rhythm:
    """When meetings of a kind come again: on which days, `at` which time on the wall clock of the process, and how long
    `ahead` they are planned.
    """

    days: Recurrence
    at: time
    ahead: Duration


@dataclass(frozen=True)
class MeetingKind:
    """A kind of meeting at which cases are heard.

    A case in one of the `states` whose field `date` is filled in stands on the agenda of that day. `per` names a choice
    field that tells apart who hears it: each of its choices is a series of meetings of its own. `booked_by`
    is the event that fills in the date, `outcomes` those that record what came of it. People in the roles
    `members` see the cases on their agenda. `link` and `present` are fields for where and with whom it was. With a
    `rhythm` its dates are planned by the engine, else by people alone. One takes `most` cases (None: any number), and
    so long before its day it `closes` for others (None: never).
    """

    name: str
    title: str
    states: frozenset[str]
    date: str
    booked_by: str
    outcomes: tuple[str, ...] = ()
    per: str = ""
    members: frozenset[str] = frozenset()
    link: str = ""
    present: str = ""
    rhythm: Rhythm | None = None
    most: int | None = None
    closes: Duration | None = None


@dataclass(frozen=True)
class Timer:
    """What happens by itself. One of `after`, `every`, `days`, `at_field`, `at_day`, `at` is set.

    When its time comes nothing happens if `when` does not hold, or `unless` does.

    Where what it sends is refused, it raises the tasks `refused_raises`, and is tried again after `refused_again`;
    where the process says neither, the task LOOK_INTO is raised.
    """

    name: str
    after: Duration | None = None
    every: Duration | None = None
    days: Recurrence | None = None
    at_field: str = ""
    at_day: str = ""
    at: Limit | None = None
    when: Expression | None = None
    unless: Expression | None = None
    raises: tuple[Raising, ...] = ()
    send: str = ""
    missed_each: bool = False
    roll: str = "none"
    refused_raises: tuple[Raising, ...] = ()
    refused_again: Duration | None = None

    @property
    def repeats(self) -> bool:
        """Whether it comes again and again."""
        return self.every is not None or self.days is not None

    @property
    def dated_by(self) -> frozenset[str]:
        """The fields on which its date hangs."""
        return self.at.date.names if self.at else frozenset({self.at_field} - {""})
