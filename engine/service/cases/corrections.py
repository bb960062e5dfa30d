"""Corrections: a wrong value of a case is made right by a later entry that names it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.case.answers.wording import text_of
from engine.case.command import Actor, Correct
from engine.case.entry import Entry
from engine.case.refusal import Refusal
from engine.case.sight import Action
from engine.case.snapshot import Snapshot
from engine.case.step.correct import came_with, right_value
from engine.case.time.instants import from_text
from engine.process.definition import Field, Process
from engine.process.register import PERSON, Register
from engine.process.rows import read, unnumbered
from engine.service.cases.change import Changes, check_step
from engine.service.cases.idempotency import Asked
from engine.service.cases.reader import Reader
from engine.service.cases.rows import correctable, shown_rows
from engine.service.cases.views import Case, local, shows, values_shown, view_of
from engine.service.people.registers import register_for
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.store.cases import cases as store
from engine.store.people.people import names_of


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

    def standing(self, case: int, field: str, by: Actor, entry: int = 0) -> Standing:
        """What stands in a field that somebody may correct; of a row, in the one that came with this `entry`.

        Raises:
            UnknownCase: there is no such case, or `by` may not correct it.
            UnknownValue: nothing stands there, or `by` is not shown it.
        """
        process, snapshot = self._reader.seen(case, by, Action.CORRECT)
        shown = self._shown(process, snapshot, by, entry)
        # What an erasure has left for figures stays as it is.
        stands = field in shown and not process.fields[unnumbered(field)].dated and snapshot.retained != "erased"
        came = self._came_with(case, snapshot, field, entry) if stands else None
        if came is None:
            raise UnknownValue("Nothing stands there that could be corrected.")
        known = process.fields[unnumbered(field)]
        seq = entry if read(field) else came.seq
        text = text_of(known, shown[field], self.names_of(known, shown[field]))
        return Standing(known, text, seq, came.by, local(process, came.at), snapshot.seq)

    def names_of(self, field: Field, value: Any) -> dict[str, str]:
        """What somebody is called who stands in a field, by login."""
        if field.type != PERSON:
            return {}
        with self._site.database.reading() as connection:
            return names_of(connection, [str(value)])

    def _shown(self, process: Process, snapshot: Snapshot, by: Actor, entry: int) -> dict[str, Any]:
        """What stands in the fields of a case, and in the rows that came with an entry, as far as `by` is shown it."""
        may_show = shows(process, snapshot, self._site.clock.now(), by)
        rows = shown_rows(process, snapshot, may_show)
        return values_shown(process, snapshot, may_show) | correctable(process, rows, entry)

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
        came = self._came_with(case, snapshot, field, entry)
        # Of a field it names the entry that the wrong value came with, of a row the one that the row did.
        named = came.corrected_row if came and read(field) else came.note.get("corrects") if came else 0
        if came is None or (came.kind, came.by, named) != ("correction", by.name, entry):
            return False
        asked = Correct(entry, field, value, "", by, from_text(snapshot.last_at))
        view = replace(view_of(snapshot, asked.at), register=self._register(process, asked))
        values, _ = right_value(process, snapshot, asked, view)
        return bool(values.get(field) == came.data[field])

    def _register(self, process: Process, asked: Correct) -> Register:
        with self._site.database.reading() as connection:
            return register_for(connection, self._site.catalogue, process, asked)

    def _came_with(self, case: int, snapshot: Snapshot, field: str, entry: int) -> Entry | None:
        """The entry that wrote what stands in a field; of a row that came with `entry`, or what corrects it."""
        with self._site.database.reading() as connection:
            back = (one.entry for one in store.history_back(connection, case, snapshot.seq))
            if read(field):
                back = (one for one in back if entry in {one.seq, one.corrected_row})
            return came_with(back, field)

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
        asked = Asked(idempotency_key, ["correct", case, entry, field, value, reason, actor.signed])
        return self._changes.change(
            case,
            actor,
            lambda moment: Correct(entry, field, value, reason, actor, moment),
            None,
            asked,
            expected_version,
        )
