"""Told: a step of a case as people and programs are told of it. Times are on the wall clock of its process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from engine.case.kinds import StepKind
from engine.service.cases.views import Page
from engine.source import money
from engine.source.words import said_day

# In the place of a name, where the engine did it.
BY_ITSELF = "by itself"


@dataclass(frozen=True)
class Amount:
    """An amount of money: as it is said, and in smaller units of its currency."""

    said: str
    units: int
    currency: str


@dataclass(frozen=True)
class Answer:
    """What a step wrote into a field: `value` as it is kept, `said` as people read it; both empty where it was left so.

    `computed`: the process set it, nobody filled it in. `was` is what stood there before a correction, as people read
    it. `erased` is since when (wall clock of the process) it is not there any more. `currency` is that of an amount.
    """

    field: str
    title: str
    value: Any
    said: str
    computed: bool = False
    was: str = ""
    erased: datetime | None = None
    currency: str = ""

    @property
    def amount(self) -> Amount | None:
        """What is told, where it is nothing but an amount of money."""
        alone = self.currency and self.said and said_of(self) == self.said
        return Amount(self.said, money.units(self.value), self.currency) if alone else None


@dataclass(frozen=True)
class Fact:
    """Something else that a step tells: what it is for programs (`fact`) and for people (`title`), and how it is said.

    `fact`: file | to_do | done | dropped | place_taken | place_given_back | waits_for | date_set | outcome | reason |
    erased | taken_back | recorded | linked.
    """

    fact: str
    title: str
    said: str


@dataclass(frozen=True)
class Told:
    """One step of a case in words. `to` is the state it led to, empty where the case stayed.

    `kind` is one of `StepKind`. `by` is a login, or what else stands in the record; `who` is the same for people,
    with for whom they acted where that is somebody else, whose login is `acting_for`.
    `answers` are the fields that it wrote, as far as they may be shown now to who asks, in the order of its form; what
    the process set comes behind. `at` and `recorded` are on the wall clock of the process.
    """

    seq: int
    at: datetime
    recorded: datetime
    what: str
    by: str
    to: str = ""
    kind: StepKind = StepKind.PEOPLE
    who: str = ""
    answers: tuple[Answer, ...] = ()
    facts: tuple[Fact, ...] = ()
    acting_for: str = ""

    @property
    def by_itself(self) -> bool:
        """Whether nobody did it: it was due, or followed from a step before it."""
        return self.kind is StepKind.BY_ITSELF

    @property
    def byline(self) -> str:
        """Who did it, as it is said behind what was done."""
        return self.who if self.who == BY_ITSELF else f"by {self.who}"

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What it tells beyond `what`, each with its title, as pages, commands and files show it."""
        return (*self._said, *((one.title, one.said) for one in self.facts))

    @property
    def cells(self) -> tuple[tuple[str, str | Amount], ...]:
        """The same as cells of a sheet: an amount of money is told as such."""
        amounts = (one.amount for one in self.answers if said_of(one))  # these stand first
        return tuple((title, amount or said) for (title, said), amount in zip_longest(self.lines, amounts))

    @property
    def _said(self) -> tuple[tuple[str, str], ...]:
        told = [(_titled(one), said_of(one)) for one in self.answers if said_of(one)]
        for computed, title in ((False, "Left empty"), (True, "Emptied")):
            empty = [one.title for one in self.answers if not said_of(one) and one.computed is computed]
            told += [(title, ", ".join(empty))] if empty else []
        return tuple(told)


def _titled(answer: Answer) -> str:
    return f"{answer.title} (set by itself)" if answer.computed else answer.title


def said_of(answer: Answer) -> str:
    """An answer as one text: what was corrected with what stood there before; empty where nothing stands there."""
    said = f"erased on {said_day(answer.erased)}" if answer.erased else answer.said
    return f"was {answer.was}; now {said or 'empty'}" if answer.was else said


def fields_of(steps: Iterable[Told]) -> Iterator[str]:
    """The fields that steps tell something of."""
    return (one.field for step in steps for one in step.answers)


@dataclass(frozen=True)
class Timeline(Page[Told]):
    """Some of the steps of a case, the latest first: `newer` begins the page before, `total` counts all of them.

    `kinds` are those that were asked for; none stand for all.
    """

    newer: str = ""
    total: int = 0
    kinds: tuple[StepKind, ...] = ()
