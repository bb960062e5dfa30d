"""Corrections: a wrong value of a case is made right by a later entry that names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.case.answers.form import check_form
from engine.case.answers.wording import text_of
from engine.case.command import Actor, Correct
from engine.case.entry import Entry
from engine.case.refusal import Refusal
from engine.case.sight import Action
from engine.case.snapshot import Snapshot
from engine.case.step.correct import came_with
from engine.case.time.instants import from_text
from engine.process.definition import Field, Process
from engine.process.language.expressions import View
from engine.service.cases.change import Changes, check_step
from engine.service.cases.idempotency import Asked
from engine.service.cases.reader import Reader
from engine.service.cases.views import Case, local, shown_data
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.store.cases import cases as store


class UnknownValue(Unknown):
    """Nothing stands in this field that somebody could correct."""


@dataclass(frozen=True)
class Standing:
    """What stands in a field, as people read it, and the `entry` it came with: by whom, and when (wall clock).

    `version` is that of the case.
    """

    field: Field
    text: str
    entry: int
    by: str
    at: datetime
    version: int


class Corrections:
    """What corrects the cases of one site. Who may, `case/sight.py` says."""

    def __init__(self, site: Site, reader: Reader, changes: Changes) -> None:
        self._site = site
        self._reader = reader
        self._changes = changes

    def standing(self, case: int, field: str, by: Actor) -> Standing:
        """What stands in a field that somebody may correct.

        Raises:
            UnknownCase: there is no such case, or `by` may not correct it.
            UnknownValue: nothing stands there, or `by` is not shown it.
        """
        process, snapshot = self._reader.seen(case, by, Action.CORRECT)
        shown = shown_data(process, snapshot, self._site.clock.now(), by)
        # What an erasure has left for figures stays as it is.
        stands = field in shown and snapshot.retained != "erased"
        came = self._came_with(case, snapshot, field) if stands else None
        if came is None:
            raise UnknownValue("Nothing stands there that could be corrected.")
        known = process.fields[field]
        return Standing(known, text_of(known, shown[field]), came.seq, came.by, local(process, came.at), snapshot.seq)

    def check(self, case: int, entry: int, field: str, value: Any, reason: str, by: Actor) -> Refusal | None:
        """Why this could not be corrected now; None if it could. Nothing is written.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        return check_step(self._site, case, by, lambda moment: Correct(entry, field, value, reason, by, moment))

    def was_done(self, case: int, entry: int, field: str, value: Any, by: Actor) -> bool:
        """Whether `by` has corrected what came with this entry to this value already, as by a form that is sent twice.

        Raises:
            UnknownCase: there is no such case, or `by` may not correct it.
        """
        process, snapshot = self._reader.seen(case, by, Action.CORRECT)
        came = self._came_with(case, snapshot, field)
        if came is None or (came.kind, came.by, came.note.get("corrects")) != ("correction", by.name, entry):
            return False
        return bool(_read(process, snapshot, field, value) == came.data[field])

    def _came_with(self, case: int, snapshot: Snapshot, field: str) -> Entry | None:
        with self._site.database.reading() as connection:
            return came_with((one.entry for one in store.history_back(connection, case, snapshot.seq)), field)

    def correct(
        self,
        case: int,
        entry: int,
        field: str,
        value: Any,
        reason: str,
        by: Actor | str,
        *,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Put the right value in the place of the one that came into a field with an entry of the history.

        Both stay in the history. Sent twice without a key it is refused: the wrong value stands there no more.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["correct", case, entry, field, value, reason, actor.name])
        return self._changes.change(
            case,
            actor,
            lambda moment: Correct(entry, field, value, reason, actor, moment),
            None,
            asked,
            expected_version,
        )


def _read(process: Process, case: Snapshot, field: str, value: Any) -> Any:
    view = View(case.data, case.state, case.documents, {}, from_text(case.last_at), from_text(case.opened))
    return check_form(process, {field: True}, {field: value}, view)[0].get(field)
