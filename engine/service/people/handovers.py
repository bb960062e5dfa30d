"""Handovers: the open tasks of one person, handed on together. Who may give which of them to whom, sight decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.case.command import Actor, AssignTask, ReturnTask
from engine.case.sight import Action, may
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Work
from engine.service.people.colleagues import TaskName, no_colleague
from engine.service.people.faults import BadPerson
from engine.service.site import Site
from engine.store.people import people as store

# Each is one transaction, which lasts about a millisecond a task: others who write do not wait for all of them.
AT_ONCE = 100


@dataclass(frozen=True)
class Kept:
    """A task that could not be handed on, and why. It stays with whom it was with."""

    case: int
    task: str
    why: str


@dataclass(frozen=True)
class Handover:
    """How many tasks were handed on, and which were not.

    `unseen` are of cases that the administrator who asked may not see; nobody else is told of these.
    """

    done: int
    kept: tuple[Kept, ...] = ()
    unseen: int = 0

    def __add__(self, other: Handover) -> Handover:
        return Handover(self.done + other.done, self.kept + other.kept, self.unseen + other.unseen)


class Handovers:
    """The tasks that are given to the people of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def given(self, login: str) -> int:
        """How many open tasks somebody has been given, whoever may see them."""
        with self._site.database.reading() as connection:
            return len(store.tasks_given(connection, login))

    def of_inactive(self) -> dict[str, int]:
        """Of everybody who is inactive and has open tasks still: how many."""
        with self._site.database.reading() as connection:
            return store.tasks_of_inactive(connection)

    def hand_on(
        self,
        login: str,
        to: str | None,
        by: Actor | str,
        tasks: Iterable[TaskName] | None = None,
        *,
        without: Iterable[TaskName] = (),
    ) -> Handover:
        """Give the open tasks of a person to somebody else, or back to their roles (None): all, or those named; but for
        those that are left out (`without`).

        Each is given as `assign_task` does, a hundred in one transaction; what cannot be given stays where it is and is
        told. An administrator gives back what somebody can do no more, also of cases that they may not see.

        Raises:
            BadPerson: they would go to whom they are with.
        """
        if to == login:
            raise BadPerson(f"The tasks are with {login} already. Say to whom else they go.")
        actor, wanted, left = Actor.of(by), None if tasks is None else set(tasks), set(without)
        with self._site.database.reading() as connection:
            held = store.tasks_given(connection, login)
        chosen = [one for one in held if (wanted is None or one in wanted) and one not in left]
        found = Handover(0, tuple(_gone(one) for one in sorted((wanted or set()) - set(held))))
        for begin in range(0, len(chosen), AT_ONCE):
            found += self._hand_on(login, to, actor, chosen[begin : begin + AT_ONCE], named=wanted is not None)
        return found

    def _hand_on(self, login: str, to: str | None, by: Actor, tasks: Sequence[TaskName], *, named: bool) -> Handover:
        def work(tx: Transaction) -> Handover:
            found = Handover(0)
            for case, task in tasks:
                found += _handed(tx, tx.hold(case), task, login, to, by, named=named)
            tx.write()
            return found

        return self._site.write(work)


def _handed(tx: Transaction, work: Work, task: str, login: str, to: str | None, by: Actor, *, named: bool) -> Handover:
    """What came of one task. Why is not told to who may not see its case."""
    # A timer that was due before may have ended the task, or led the case on.
    tx.catch_up(work, tx.now, offering=True)
    if work.snapshot.tasks.get(task, {}).get("person") != login:
        return Handover(0, (_gone((work.id, task)),))
    if to is None and tx.do(work, ReturnTask(task, by, tx.moment(work))) is None:
        return Handover(1)
    if not may(by, Action.SEE, work.process, work.snapshot):
        return _untold(work.id, task, by, named=named)
    refusal = no_colleague(tx.connection, to, task, work.process, work.snapshot, by) if to else None
    if refusal is None:
        refusal = tx.do(work, AssignTask(task, to, by, tx.moment(work)))
    return Handover(0, (Kept(work.id, task, refusal.message),)) if refusal is not None else Handover(1)


def _untold(case: int, task: str, by: Actor, *, named: bool) -> Handover:
    """What is told of a task of a case that is not seen: administrators learn how many, others nothing."""
    if may(by, Action.ADMINISTER):
        return Handover(0, unseen=1)
    return Handover(0, (_gone((case, task)),) if named else ())


def _gone(task: TaskName) -> Kept:
    return Kept(*task, "It is not with this person any more.")
