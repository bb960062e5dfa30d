"""Subjects: everything that is kept about one subject, given out as a folder. Times: wall clock of each process.

The same is made again byte for byte until something changes: nothing in it tells when it was made, and who made it is
left out of who saw it, but is written into the access log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import Connection

from engine.calendars.day import day_of
from engine.case.command import Actor
from engine.case.sight import list_sight
from engine.case.time.retention import kept_until
from engine.case.time.roughness import is_rough_keeping
from engine.service.cases.accesses import Accesses
from engine.service.cases.reader import Reader
from engine.service.cases.rows import Cell, Line, Table, tables
from engine.service.cases.views import Case, as_data, case_view, every
from engine.service.cases.words import shown_fields
from engine.service.desk.notes import Note, notes_told, writers
from engine.service.history.reading import Reading
from engine.service.history.told import Answer, Told, said_of
from engine.service.people.registers import names_shown
from engine.service.site import Site
from engine.source.fault import Invalid, Unknown
from engine.store.desk.notes import notes_of
from engine.store.keeping.folder import File, write_folder
from engine.store.keeping.retention import cases_about
from engine.store.people.people import names_of

# What is given out is looked at, and then destroyed: after this long it has to be asked for anew.
GOOD_FOR = timedelta(days=30)
WHAT = "subject export"
ANONYMOUS = "It may not be told now whom the case is about."
_ALL = 2**31 - 1


class UnknownSubject(Unknown):
    """No case that somebody sees to is about this subject."""


class BadWithholding(Invalid):
    """What is to be withheld is not in the export, or without a reason."""


@dataclass(frozen=True)
class Exported:
    """What was given out: the numbers of the cases, how many documents and how many items were withheld.

    `good_until` is the last day on which it may be used.
    """

    cases: tuple[int, ...]
    documents: int
    withheld: int
    good_until: date


@dataclass
class _Making:
    """An export while it is made: what is withheld of it, which of that was met, and the documents that go with it."""

    withhold: Mapping[str, str]
    met: set[str] = field(default_factory=set)
    documents: dict[str, str] = field(default_factory=dict)

    def item(self, name: str, known: Mapping[str, Any], told: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """An item with what may be told of it, or with why it is withheld; what is `known` stands there always."""
        reason = self.withhold.get(name)
        if reason is None:
            return {"item": name, **known, **told()}
        self.met.add(name)
        return {"item": name, **known, "withheld": reason}


class Subjects:
    """What is kept about the subjects of one site."""

    def __init__(self, site: Site, reader: Reader, accesses: Accesses) -> None:
        self._site = site
        self._reader = reader
        self._accesses = accesses

    def export_subject(
        self,
        subject: str,
        folder: Path,
        by: Actor | str,
        *,
        asked: date | None = None,
        withhold: Mapping[str, str] | None = None,
    ) -> Exported:
        """Write everything that is kept about a subject into a new folder: of all processes whose `keep` names `by`.

        `asked` is the day of the request (None: today, in UTC), from which it is good for 30 days. `withhold` says of
        items, by their names in an earlier export, why they are not told.

        Raises:
            UnknownSubject: no such case is about this subject.
            BadWithholding: there is no such item, or no reason is given.
            BadFolder: the folder is there already, or cannot be written.
        """
        actor = Actor.of(by)
        until = (asked or day_of(self._site.clock.now(), UTC)) + GOOD_FOR
        making = _Making({name: reason.strip() for name, reason in (withhold or {}).items()})
        with self._site.database.reading() as connection:
            numbers = self._about(connection, subject, actor)
        if not numbers:
            raise UnknownSubject("No case that you see to is about this subject.")
        told = [self._case(number, actor, making) for number in numbers]
        _check(making)
        # Before anything is given out: who saw it must not depend on whether the program lived on.
        self._accesses.note_accesses(numbers, actor, WHAT)
        write_folder(folder, self._files({"subject": subject, "good_until": until.isoformat(), "cases": told}, making))
        return Exported(tuple(numbers), len(making.documents), len(making.met), until)

    def _about(self, connection: Connection, subject: str, by: Actor) -> list[int]:
        catalogue = self._site.catalogue
        catalogue.refresh(connection)
        names = [one.name for one in catalogue.kept_by(connection, by, self._site.clock.now())]
        return cases_about(connection, subject, names, list_sight(catalogue.every(connection), by))

    def _files(self, told: dict[str, Any], making: _Making) -> Iterator[File]:
        # Only here: to read the font takes longer than to start the program.
        from engine.service.keeping.subject_pdf import as_pdf

        yield "export.pdf", as_pdf(told)
        yield "export.json", (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
        for name, digest in making.documents.items():
            yield name, self._site.documents.open(digest)

    def _case(self, number: int, by: Actor, making: _Making) -> dict[str, Any]:
        process, snapshot = self._reader.seen(number, by)
        now = self._site.clock.now()
        view = case_view(process, number, snapshot, now, by)
        with self._site.database.reading() as connection:
            seen = (process, snapshot)
            # Of a linked case only that there is one: another subject is none of theirs.
            reading = Reading(connection, self._site.catalogue, number, seen, now, by, names_others=False)
            steps = list(reading.told_after())
            notes = notes_of(connection, number, _ALL)
            names = names_of(connection, writers(one for _, one in notes))
            people = names_shown(connection, [(process, view)])
        rows = tables(process, view.series, people)
        written = notes_told(seen, (one for _, one in notes), now, by, names)
        until = kept_until(process, snapshot)
        return {
            "case": number,
            "process": process.title,
            "state": view.state_title,
            "outcome": view.outcome,
            "opened": view.opened.isoformat(),
            "kept_until": until.isoformat() if until else None,
            "kept_until_roughly": is_rough_keeping(process, snapshot, until),
            "fields": [
                making.item(f"{number}/field/{one.field}", {"title": one.title}, lambda one=one: {"value": one.text})  # type: ignore[misc]
                for one in shown_fields(process, view, people)
            ],
            **_series(number, rows, making),
            "documents": list(_documents(view, making)),
            "notes": [
                making.item(f"{number}/note/{note}", {"at": one.at.isoformat()}, lambda one=one: _note(one))  # type: ignore[misc]
                for (note, _), one in zip(reversed(notes), reversed(written), strict=True)
            ],
            "history": [_step(number, one, making) for one in steps],
            "seen_by": self._seen_by(number, by),
        }

    def _seen_by(self, number: int, by: Actor) -> list[dict[str, Any]]:
        found = every(lambda after: self._reader.access_page(number, by, 200, after))
        return [as_data(one) for one in found if one.what != WHAT]


def _series(number: int, rows: Iterable[Table], making: _Making) -> dict[str, Any]:
    """The rows of each series; nothing of a case that has none."""

    def value(cell: Cell) -> dict[str, Any]:
        return making.item(f"{number}/field/{cell.field}", {"title": cell.title}, lambda: {"value": cell.text})

    def row(line: Line) -> dict[str, Any]:
        return {"by": line.who, "values": [value(cell) for cell in line.cells if cell.field]}

    told = [{"title": one.title, "rows": [row(line) for line in one.lines]} for one in rows]
    return {"series": told} if told else {}


def _note(note: Note) -> dict[str, Any]:
    return {"by": note.who, **({"withheld": ANONYMOUS} if note.withheld else {"text": note.text})}


def _documents(view: Case, making: _Making) -> Iterator[dict[str, Any]]:
    counted: dict[str, int] = {}
    for one in view.documents:
        copy = counted[one.document] = counted.get(one.document, 0) + 1
        item = f"{view.id}/document/{one.document}/{copy}"
        # By its number: what it was called may be no name of a file here.
        end = PurePath(one.name).suffix
        file = f"documents/{view.id}-{one.document}-{copy}{end if re.fullmatch('[.][A-Za-z0-9]{1,8}', end) else ''}"
        told = {name: value for name, value in as_data(one).items() if name not in {"document", "title"}}
        yield making.item(item, {"title": one.title}, lambda told=told, file=file: {**told, "file": file})  # type: ignore[misc]
        if item not in making.withhold:
            making.documents[file] = one.hash


def _step(number: int, step: Told, making: _Making) -> dict[str, Any]:
    known = {"at": step.at.isoformat(), "recorded": step.recorded.isoformat(), "what": step.what, "by": step.who}

    def told() -> dict[str, Any]:
        values = [_value(number, one, making) for one in step.answers]
        # What a file is called is told with the document, which may be withheld.
        more = [{"title": one.title, "value": one.said} for one in step.facts if one.fact != "file"]
        return {"to": step.to, "values": values, "more": more}

    return making.item(f"{number}/entry/{step.seq}", known, told)


def _value(number: int, answer: Answer, making: _Making) -> dict[str, Any]:
    """A value that a step wrote. A field that is withheld is so wherever it stands."""
    item = f"{number}/field/{answer.field}"
    return making.item(item, {"title": answer.title}, lambda: {"value": said_of(answer)})


def _check(making: _Making) -> None:
    unknown = sorted(making.withhold.keys() - making.met)
    if unknown:
        raise BadWithholding(
            f"There is no item {unknown[0]} in this export. Make it without, and see how they are called."
        )
    bare = sorted(name for name, reason in making.withhold.items() if not reason)
    if bare:
        raise BadWithholding(f"Say why {bare[0]} is withheld.")
