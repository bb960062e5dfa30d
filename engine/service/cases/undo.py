"""Undo: what was done last in a case is taken back by a later entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.case.command import Actor, Undo
from engine.case.refusal import Refusal
from engine.case.sight import Action
from engine.case.snapshot import Snapshot
from engine.case.step.undo import may_take_back, why_not
from engine.process.definition import Process
from engine.service.cases.change import Changes
from engine.service.cases.idempotency import Asked
from engine.service.cases.known import past_of
from engine.service.cases.reader import Reader
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import Case, Task, Timer, case_view
from engine.service.cases.work import Work
from engine.service.history.telling import WITHOUT_CONTENT, tell
from engine.service.history.told import Told
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.store.cases import cases as store


class NothingToUndo(Unknown):
    """Nothing was done last in this case that somebody could take back."""


@dataclass(frozen=True)
class Undoable:
    """The last step of a case, which somebody may take back: its number, and what it is in words."""

    step: Told

    @property
    def entry(self) -> int:
        """The number of its entry."""
        return self.step.seq


@dataclass(frozen=True)
class Outlook:
    """What a case comes to where a step is taken back: as it stands then, and what is different from now."""

    case: Case
    was: Case

    @property
    def raised(self) -> tuple[Task, ...]:
        """The tasks that are to do then and are not now."""
        return tuple(one for one in self.case.tasks if one.task not in {other.task for other in self.was.tasks})

    @property
    def dropped(self) -> tuple[Task, ...]:
        """The tasks that are to do now and are not then."""
        return tuple(one for one in self.was.tasks if one.task not in {other.task for other in self.case.tasks})

    @property
    def dates(self) -> tuple[Timer, ...]:
        """What comes up by itself then and does not now, or on another day."""
        known = {(one.timer, one.due) for one in self.was.timers}
        return tuple(one for one in self.case.timers if (one.timer, one.due) not in known)

    @property
    def taken(self) -> tuple[str, ...]:
        """The titles of the places that it takes again."""
        return tuple(one for one in self.case.place_titles if one not in self.was.place_titles)

    @property
    def given_back(self) -> tuple[str, ...]:
        """The titles of the places that it gives back."""
        return tuple(one for one in self.was.place_titles if one not in self.case.place_titles)


class Undos:
    """What takes steps of the cases of one site back. Who may, `case/step/undo.py` says."""

    def __init__(self, site: Site, reader: Reader, changes: Changes) -> None:
        self._site = site
        self._reader = reader
        self._changes = changes

    def undoable(self, case: int, by: Actor, known: tuple[Process, Snapshot] | None = None) -> Undoable | None:
        """The last step of a case, if `by` may take it back now; None if not.

        Where the case was read already (`known`), nothing is read for those who may take nothing of it back.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        if known is not None and not _may_take_any_back(*known, by):
            return None
        with self._site.database.reading() as connection:
            process, snapshot = self._reader.seen_in(connection, case, by, Action.SEE)
            # A history is read only for those who may take anything back.
            if not _may_take_any_back(process, snapshot, by):
                return None
            stored = store.StoredCase(case, "", snapshot)
            past = past_of(connection, stored, (), snapshot, whole=False)
        asked = Undo(past.last.seq, "", "", by, self._site.clock.now())
        refusal = why_not(process, snapshot, asked, past, snapshot.not_before_last(asked.at))
        return Undoable(tell(process, past.last, WITHOUT_CONTENT)) if refusal is None else None

    def outlook(self, case: int, entry: int, reason: str, by: Actor) -> Outlook | Refusal:
        """What the case would come to if this step were taken back now; why it cannot be. Nothing is written.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            now = self._site.clock.now()
            tx = Transaction(connection, self._site.catalogue, now, is_dry=True, declined=self._site.declined)
            work = tx.hold_for(case, by)
            was = case_view(work.process, case, work.snapshot, now, by)
            tx.catch_up(work, now)
            refusal = tx.do(work, Undo(entry, "", reason, by, tx.moment(work)))
            if refusal is not None:
                return refusal
            _follow(tx, work)
            return Outlook(case_view(work.process, case, work.snapshot, now, by), was)

    def was_done(self, case: int, entry: int, by: Actor) -> bool:
        """Whether `by` has taken this step back already, as by a form that is sent twice.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            _, snapshot = self._reader.seen_in(connection, case, by, Action.SEE)
            numbers = [number for first, number in snapshot.undone if first == entry]
            written = [store.history_until(connection, case, number, 1)[0].entry for number in numbers]
        return any(one.by == by.name for one in written)

    def undo(
        self,
        case: int,
        reason: str,
        by: Actor | str,
        *,
        entry: int = 0,
        event: str = "",
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Take back what was done last in a case: it stands as before, and timers that are due since then fire.

        `entry` and `event` say what is meant: it is refused where something else was done last. Without an entry
        what was done before something that was taken back already stays.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["undo", case, entry, event, reason, actor.signed])

        def command(moment: datetime) -> Undo:
            return Undo(entry, event, reason, actor, moment)

        return self._changes.change(case, actor, command, None, asked, expected_version, _follow)


def _may_take_any_back(process: Process, case: Snapshot, by: Actor) -> bool:
    rules = (one.undo for _, one in process.every_event() if one.undo)
    return any(may_take_back(process, case, rule, by) for rule in rules)


def _follow(tx: Transaction, work: Work) -> None:
    """What comes by itself after a step was taken back: timers that would have fired meanwhile fire as due."""
    tx.catch_up(work, tx.now, in_time=True)
    tx.tell_taken_back(work)
