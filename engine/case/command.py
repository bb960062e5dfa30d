"""What is asked of a case, and by whom, as values. Instants (`at`) are aware. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.case.past import Past
from engine.process.register import UNKEPT, Register
from engine.source.sign import composed

# Between who acts and for whom, where both stand in one text; no login has a space in it.
FOR = " for "


@dataclass(frozen=True)
class Actor:
    """Who asks: a name for the record, the roles they hold, the organisation they belong to, and its area.

    `origin` is where they ask from, for the journal: the address of their machine; a program where it is empty.
    `acting_for` is whom they act for: then the roles, the organisation and the area are of that person (`sight`).
    """

    name: str
    roles: frozenset[str] = frozenset()
    organisation: str | None = None
    is_engine: bool = False
    area: str | None = None
    origin: str = field(default="", compare=False)
    acting_for: str = ""

    @property
    def stands_for(self) -> str:
        """Whose tasks are theirs, and to whom those go that they take on: whom they act for, or themselves."""
        return self.acting_for or self.name

    @property
    def both(self) -> tuple[str, ...]:
        """Who acts, and for whom where that is somebody else."""
        return (self.name, self.acting_for) if self.acting_for else (self.name,)

    @property
    def signed(self) -> str:
        """Both of them in one text: the same sent for oneself and for somebody else is not the same."""
        return FOR.join(self.both)

    @classmethod
    def of(cls, given: Actor | str) -> Actor:
        """Read `coordinator` (somebody in that role), `jo:coordinator+manager@Hill School`, or `sam for jo:coordinator`
        (sam, who acts for jo).
        """
        if isinstance(given, Actor):
            return given
        name, colon, rest = composed(given).partition(":")
        roles, _, organisation = (rest if colon else name).partition("@")
        who, _, other = name.partition(FOR) if colon else (roles, "", "")
        held = frozenset(filter(None, roles.split("+")))
        return cls(who, held, organisation or None, acting_for=other)


ENGINE = Actor("engine", is_engine=True)
# Whoever can run a command on the database sees everything.
COMMAND_LINE = Actor("command line", is_engine=True, origin="command line")


@dataclass(frozen=True)
class Facts:
    """What is true outside the case as it is: the present (aware), and how many places are free.

    `stranded`: the tasks, as far as it is asked for, that are given to somebody who can do them no more.
    `fired`: how many times the timer that is due has fired in this case already at the very instant of its last entry.
    `wrote`: the number of the entry that the value to be corrected came with; 0: it has none.
    `register`: what fields may name, as far as the step may write such a field.
    `past`: what was done last, where it is to be taken back.
    """

    now: datetime
    free: Mapping[str, int] = field(default_factory=dict)
    fired: int = 0
    wrote: int = 0
    stranded: frozenset[str] = frozenset()
    register: Register = UNKEPT
    past: Past | None = None


@dataclass(frozen=True)
class Enclosure:
    """A document that comes with a new case: its kind, and the same facts as in AddDocument."""

    document: str
    name: str
    digest: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Open:
    """Begin a case in `state` (None: the default), with all its documents or not at all."""

    by: Actor
    at: datetime
    state: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    enclosed: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Opened:
    """What an event opens: a case of `process`, linked by `link`, at `state` (None: the default).

    `values` are those that its expressions gave, by the fields there.
    """

    link: str
    process: str
    state: str | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Fire:
    """An event happens, at an instant that may lie in the past."""

    event: str
    by: Actor
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tick:
    """The timer `key` is due; `at` is when it was due, however late it is noticed.

    `in_time`: what comes of it is what would have come if it had been noticed then.
    """

    key: str
    at: datetime
    in_time: bool = False


@dataclass(frozen=True)
class AddDocument:
    """A document arrives. `digest` is the SHA-256 of its content in hexadecimal, `size` in bytes."""

    document: str
    name: str
    digest: str
    size: int
    media_type: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class CompleteTask:
    """Somebody ticks a task off."""

    task: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class AssignTask:
    """A task is given to a person; None puts it back to the role."""

    task: str
    person: str | None
    by: Actor
    at: datetime


@dataclass(frozen=True)
class ReturnTask:
    """A task goes back to its role from somebody who can do it no more. An administrator need not see the case."""

    task: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class ClaimTask:
    """Somebody takes a task on."""

    task: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Retain:
    """A case is held back from its erasure or released, or its erasure is asked for or withdrawn; with a reason."""

    what: Literal["held", "released", "asked", "withdrawn"]
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Erase:
    """The erasure of the case with this number is confirmed: the values with these paths (`private`) go."""

    case: int
    paths: tuple[str, ...]
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Correct:
    """The value that came into a field with the entry `seq` was wrong, and this is the right one; with a reason."""

    seq: int
    field: str
    value: Any
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Undo:
    """What was done last is taken back, with a reason: the entry and the event of these names, where they are named."""

    entry: int
    event: str
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Rewind:
    """What the engine did since the instant `to` is taken back at `at`, for something that happened then."""

    by: Actor
    at: datetime
    to: datetime


@dataclass(frozen=True)
class PostponeTask:
    """A task gets another due time, for a reason. Without a time zone it is on the wall clock of the process."""

    task: str
    until: datetime
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Link:
    """The case is linked with another one, which they may see, by a link of its process.

    `kept` is what this side keeps of it (`case/links.py`), `erased` whether the other was erased. `opened`: an event
    of the case opened the other one; who may do that was asked there.
    """

    kept: Mapping[str, Any]
    by: Actor
    at: datetime
    erased: bool = False
    opened: bool = False


@dataclass(frozen=True)
class Unlink:
    """The link that the entry `key` made is removed, for a reason; `far`: it is removed on the other side."""

    key: str
    reason: str
    by: Actor
    at: datetime
    far: bool = False


@dataclass(frozen=True)
class Hear:
    """The case of a link that is awaited has come to an end."""

    key: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class Forget:
    """The case of these links was erased: nothing stays of them."""

    keys: tuple[str, ...]
    at: datetime


Command = (
    Open
    | Fire
    | Tick
    | AddDocument
    | CompleteTask
    | AssignTask
    | ReturnTask
    | ClaimTask
    | PostponeTask
    | Retain
    | Erase
    | Correct
    | Undo
    | Link
    | Unlink
    | Hear
    | Forget
    | Rewind
)
