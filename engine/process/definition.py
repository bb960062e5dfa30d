"""Process and its parts, as immutable values. States are kept flat, by full name; each knows its ancestors. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars.calendar import Calendar
from engine.calendars.day import day_of
from engine.calendars.duration import Duration
from engine.process import tasks
from engine.process.charges import Charging
from engine.process.claims import Claim
from engine.process.codes import Code
from engine.process.language.expressions import Expression, Language
from engine.process.links import LinkKind, Opens
from engine.process.register import RowKind, base_of
from engine.process.rows import Series, unnumbered
from engine.process.timing import LOOK_INTO, MeetingKind, Raising, TaskKind, Timer
from engine.process.undo import Undo
from engine.process.uploads import Document
from engine.source.sign import composed

FieldType = str
# Fields, each with the expression of its new value.
Assignments = tuple[tuple[str, Expression], ...]
ANYWHERE = ""


@dataclass(frozen=True)
class Role:
    """A kind of person. `sees`: all cases, those of its `own` organisation, or those on an `agenda` it hears."""

    name: str
    title: str
    description: str = ""
    sees: str = "all"

    @property
    def sees_all(self) -> bool:
        """Whether this role sees every case."""
        return self.sees == "all"


@dataclass(frozen=True)
class Bound:
    """A first or last day that is worked out anew for each answer, and how people are told of it: `today`."""

    date: Expression
    said: str


@dataclass(frozen=True)
class Field:
    """One thing known about a case. `choices` maps value to title; `when` guards giving and showing.

    `earliest` and `latest` are limits of a date or time, `min` and `max` of others. An answer of which `check` is known
    not to hold is refused with `say`.
    `currency` is the code of that of an amount of money, `code` how a code is written.

    `still_seen_by`: roles that go on seeing what was given while `when` held, after it has stopped to hold.
    `default` is what a form shows first, and what a case holds that was begun without an answer.
    Of a person, `roles` are those of which one must be held (None: any), `organisation` the field that names theirs.
    Of a `dated` one a value holds from a day on; which did from when stands in the series `days_of` it.
    """

    name: str
    title: str
    type: FieldType
    choices: Mapping[str, str] = field(default_factory=dict)
    personal: bool = False
    when: Expression | None = None
    still_seen_by: frozenset[str] = frozenset()
    hint: str = ""
    pattern: str = ""
    min: float | None = None
    max: float | None = None
    earliest: Bound | None = None
    latest: Bound | None = None
    check: Expression | None = None
    say: str = ""
    currency: str = ""
    code: Code | None = None
    default: Expression | None = None
    roles: frozenset[str] | None = None
    organisation: str = ""
    dated: bool = False

    def choice_meant(self, text: str) -> str:
        """The choice that looks like a text, which may have accents as signs of their own; the text where none does."""
        if text in self.choices:
            return text
        return next((one for one in self.choices if composed(one) == composed(text)), text)


@dataclass(frozen=True)
class PlaceKind:
    """Something there is only so much of: at most `capacity` cases hold one at a time."""

    name: str
    title: str
    capacity: int


@dataclass(frozen=True)
class Need:
    """A requirement: one of `documents` is there, or `check` is true. `say` is for people."""

    say: str
    documents: tuple[str, ...] = ()
    check: Expression | None = None


@dataclass(frozen=True)
class Way:
    """One way on, also automatic. `to` None: stay; `back`: to where it was in `to`. `move_place`: to another place."""

    to: str | None
    when: Expression | None = None
    needs: tuple[Need, ...] = ()
    assign: Assignments = ()
    raises: tuple[Raising, ...] = ()
    back: bool = False
    move_place: bool = False


@dataclass(frozen=True)
class Event:
    """Something somebody does or a timer sends. `by` None: everybody may; empty: nobody, only the engine sends it.

    `form` maps a field to whether it is required, `done` says that it happened (empty: the title), `not_by` whom not.
    `undo`: who may take it back; `opens`: the linked case that it opens; `several`: series of which it takes rows.
    """

    name: str
    title: str
    description: str
    by: frozenset[str] | None
    form: Mapping[str, bool]
    needs: tuple[Need, ...]
    ways: tuple[Way, ...]
    done: str = ""
    not_by: Expression | None = None
    undo: Undo | None = None
    opens: Opens | None = None
    several: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hold:
    """A case in this state holds a place; `otherwise` is where it waits and `offer` calls it back.

    `taken_in` names the states inside where the place is counted as taken, not only held; empty: from the beginning.
    """

    place: Expression
    otherwise: str | None = None
    offer: str = ""
    taken_in: tuple[str, ...] = ()

    @property
    def is_chosen(self) -> bool:
        """Whether an expression chooses the place; else one is named outright."""
        return not re.fullmatch(r'"\w+"', self.place.text)


@dataclass(frozen=True)
class State:
    """Where a case can be, by its full dotted name. `assign` is set where it is entered, `pauses` rests meanwhile."""

    name: str
    title: str
    description: str = ""
    owner: str = ""
    timers: Mapping[str, Timer] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)
    automatic: tuple[Way, ...] = ()
    hold: Hold | None = None
    raises: tuple[Raising, ...] = ()
    initial: str = ""
    children: tuple[str, ...] = ()
    final: bool = False
    outcome: str = ""
    assign: Assignments = ()
    pauses: str = ""

    @property
    def parent(self) -> str:
        """The full name of the state around this one; empty at the top."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Rule:
    """What must hold in every case: `check` must never be `broken_when`."""

    check: Expression
    broken_when: bool
    say: str


@dataclass(frozen=True)
class Keep:
    """How long cases are kept after their end, and who sees to it: the roles `by`.

    `until` gives a day; where it cannot be told, `otherwise` counts from the end. While `hold` is not known to be false
    a case is not erased. The fields that it `leaves` stay for figures. Cases with the same value of the field `subject`
    are about the same one.
    """

    by: frozenset[str]
    otherwise: Duration
    until: Expression | None = None
    hold: Expression | None = None
    leaves: frozenset[str] = frozenset()
    subject: str = ""


@dataclass(frozen=True)
class Section:
    """Some fields of a form under one heading."""

    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Opening:
    """Who may begin a case, what is asked for, in sections (what they leave out comes last), and what is set."""

    by: frozenset[str] | None = None
    form: Mapping[str, bool] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    sections: tuple[Section, ...] = ()
    assign: Assignments = ()


@dataclass(frozen=True, eq=False)
class Process:
    """One version of a process, complete and checked. It is equal to nothing but itself. `rows`: of a register."""

    name: str
    version: str
    title: str
    description: str
    effective_from: date
    zone: ZoneInfo
    calendar: Calendar | None
    initial: tuple[str, ...]
    opening: Opening
    roles: Mapping[str, Role]
    fields: Mapping[str, Field]
    documents: Mapping[str, Document]
    places: Mapping[str, PlaceKind]
    tasks: Mapping[str, TaskKind]
    states: Mapping[str, State]
    events: Mapping[str, Event]
    rules: tuple[Rule, ...]
    covers: Mapping[str, str]
    language: Language
    label: str = ""
    organisation: str = ""
    area: str = ""
    group_places_by: str = ""
    places_end: str = ""
    meetings: Mapping[str, MeetingKind] = field(default_factory=dict)
    keep: Keep | None = None
    series: Mapping[str, Series] = field(default_factory=dict)
    links: Mapping[str, LinkKind] = field(default_factory=dict)
    unique: tuple[Claim, ...] = ()
    charging: Charging | None = None
    awaited: frozenset[str] = frozenset()  # whose ends an expression asks for
    rows: RowKind | None = None

    @property
    def base(self) -> str:
        """The process whose roles count here: of rows the one that has their register, else this one."""
        return base_of(self.name)

    @property
    def case(self) -> str:
        """What one of its cases is called, for people."""
        return self.rows.row if self.rows else "Case"

    @property
    def noun(self) -> str:
        """The same within a sentence, where no title would do."""
        return "row" if self.rows else "case"

    def today(self, now: datetime) -> date:
        """The day that it is at an instant (aware) where the process is at home."""
        return day_of(now, self.zone)

    def around(self, state: str) -> tuple[State, ...]:
        """The state and the states around it, innermost first."""
        return self._arounds[state]

    # Asked for at every step of every case; the states of a version never change.
    @functools.cached_property
    def _arounds(self) -> dict[str, tuple[State, ...]]:
        return {name: tuple(self.states[n] for n in _prefixes(name)) for name in self.states}

    @property
    def outcomes(self) -> frozenset[str]:
        """How cases can end."""
        return frozenset(state.outcome for state in self.states.values() if state.final)

    def leaf(self, state: str) -> str:
        """Where a case comes to rest that is sent to `state`: its first state inside, and so on."""
        while self.states[state].children:
            state = self.states[state].initial
        return state

    def event(self, state: str, name: str) -> Event | None:
        """The event `name` as it stands in `state`: its own, else inherited, else from anywhere."""
        scope = self.scope(state, name)
        if scope is None:
            return None
        return self.events[name] if scope == ANYWHERE else self.states[scope].events[name]

    def scope(self, state: str, event: str) -> str | None:
        """The innermost state around `state` that has the event; ANYWHERE for the head's."""
        for around in self.around(state):
            if event in around.events:
                return around.name
        return None if self.states[state].final or event not in self.events else ANYWHERE

    def events_in(self, state: str) -> dict[str, Event]:
        """All events that stand in `state`, its own first."""
        found: dict[str, Event] = {}
        for around in self.around(state):
            found = {**found, **{n: e for n, e in around.events.items() if n not in found}}
        if not self.states[state].final:
            found |= {n: e for n, e in self.events.items() if n not in found}
        return found

    def owner(self, state: str) -> str:
        """The role that has to move a case on from `state`; empty where nobody has to."""
        return self._owners[state]

    @functools.cached_property
    def _owners(self) -> dict[str, str]:
        return {name: next((one.owner for one in self.around(name) if one.owner), "") for name in self.states}

    def task(self, name: str) -> TaskKind | None:
        """The kind of a task: one of this process, or the one that the engine raises itself."""
        return LOOK_INTO if name == LOOK_INTO.name else self.tasks.get(tasks.kind_of(name))

    def every_event(self) -> Iterator[tuple[str, Event]]:
        """Each event with the full name of the state it stands in (ANYWHERE for the head's)."""
        yield from ((ANYWHERE, event) for event in self.events.values())
        for state in self.states.values():
            yield from ((state.name, event) for event in state.events.values())

    def every_way(self) -> Iterator[Way]:
        """Each way of an event, and each that is taken by itself."""
        for _, event in self.every_event():
            yield from event.ways
        for state in self.states.values():
            yield from state.automatic

    def every_set(self) -> Iterator[tuple[str, Expression]]:
        """Each field that is set where a case begins, goes a way or comes into a state, with its new value."""
        yield from self.opening.assign
        for way in self.every_way():
            yield from way.assign
        for state in self.states.values():
            yield from state.assign

    @functools.cached_property
    def begun_with(self) -> tuple[str, ...]:
        """The fields whose default a case is begun with, where nothing is answered: those that the form for it asks
        for, and those that no form does. What only a later form asks for is offered there.
        """
        later = {name for _, event in self.every_event() for name in event.form} - self.opening.form.keys()
        return tuple(one.name for one in self.fields.values() if one.default and one.name not in later)

    def leaves_in(self, state: str) -> list[str]:
        """The full names of those that are a state, or lie inside it."""
        return [leaf.name for leaf in self.leaves() if state in _prefixes(leaf.name)]

    def leaves(self) -> list[State]:
        """The states in which a case can be at rest."""
        return [state for state in self.states.values() if not state.children]

    def title_of(self, kind: str, name: str) -> str:
        """The title of a state, event, task, document, field or place, for people."""
        if kind == "tasks":
            return tasks.title(self, name)
        table: Mapping[str, Any] = self.series if kind == "fields" and name in self.series else getattr(self, kind)
        return table[one].title if (one := unnumbered(name)) in table else name


def _prefixes(name: str) -> list[str]:
    return [name.rsplit(".", count)[0] for count in range(name.count(".") + 1)]
