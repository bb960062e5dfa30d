"""Showing: what of the history of a case may be shown to somebody now. `case/answers/form.py` decides of each field.

What is not shown is left out before a step is told: nothing of it is in what is made of the rest, not even that there
was something. An instant is aware.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.case.answers.form import shown_to
from engine.case.command import Actor
from engine.case.entry import Entry
from engine.case.sight import roles_in
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.rows import unnumbered
from engine.service.cases.views import anonymous, view_of


@dataclass(frozen=True)
class Showing:
    """What of the entries of a case may be shown. `content`: more than what happened. `named`: whom it is about."""

    content: bool
    named: bool
    shows: Callable[[Process, str], bool]

    def field(self, process: Process, name: str) -> bool:
        """Whether a field may be shown that an entry wrote by this version of its process."""
        return self.content and self.shows(process, name)

    def of(self, process: Process, entry: Entry) -> Entry:
        """An entry without what may not be shown: values, and where the case is anonymous free words, too."""
        if not (entry.data or entry.document or entry.missing or entry.links or "reason" in entry.note):
            return entry  # nearly every step of a long history: a timer
        data = {name: value for name, value in entry.data.items() if self.field(process, name)}
        missing = tuple(one for one in entry.missing if self._path(process, one))
        if self.content and self.named:
            return replace(entry, data=data, missing=missing)
        return replace(
            entry,
            data=data,
            missing=missing,
            document=_without(entry.document, "name"),
            note=_without(entry.note, "reason"),
            links={key: _without(kept, "reason") for key, kept in entry.links.items() if kept},
        )

    def _path(self, process: Process, path: str) -> bool:
        effect, _, name = path.partition("/")
        return self.field(process, name) if effect == "data" else self.content and self.named


def _without(said: dict[str, Any], name: str) -> dict[str, Any]:
    """What is said, with nothing in the place of the words of this name."""
    return said | {name: ""} if name in said else said


def showing_of(
    process: Process, snapshot: Snapshot, now: datetime, by: Actor | None, *, content: bool = True
) -> Showing:
    """What of the history of a case may be shown to `by` (None: whoever has no right of their own) at `now`.

    A field is shown by the version that the case follows and, where that is another one, by that of the entry too.
    """
    seen = view_of(snapshot, now)

    def shows(version: Process, name: str) -> bool:
        called = unnumbered(name)
        known = [one for one in (process, version) if called in one.fields]
        return bool(known) and all(shown_to(one, called, seen, roles_in(one, by)) for one in known)

    return Showing(content, not anonymous(process, snapshot, now, by), shows)
