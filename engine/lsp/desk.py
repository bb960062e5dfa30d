"""Desk: the documents that an editor has open, and what is asked about them. Reads what stands beside them.

Everything is answered for a text as it is at the moment; what cannot be read any more is answered by what could be
read last.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as File

from engine import shipped
from engine.authoring.check import check_text, kind_of
from engine.authoring.explanation import explanation
from engine.authoring.fixes import fixed
from engine.files import read_text
from engine.lsp.keys import help_of
from engine.lsp.names import Name, declared, declared_at, named, noun_at, process_file
from engine.lsp.offers import Offer, offers
from engine.lsp.position import offset_of
from engine.lsp.spot import MARK, Spot, spot_at, word_at
from engine.source.problem import Problem, Refused
from engine.source.reader import Source, plain, read

# Lines by which a file is known for one that this program reads, also while much else in it is wrong.
_BEGINNING = re.compile(r"(process|calendar|scenarios|stories|states)\s*:")


@dataclass(frozen=True)
class Found:
    """Where something is declared: the file, and from where to where its name stands in its text."""

    file: File
    text: str
    start: int
    end: int
    name: Name


class Desk:
    """The open documents, by their files. Texts are as a Source holds them: lines end with one sign."""

    def __init__(self) -> None:
        self._texts: dict[File, str] = {}
        self._sources: dict[File, Source] = {}
        self._checked: dict[File, tuple[str, date, list[Problem]]] = {}

    def put(self, file: File, text: str) -> None:
        """Keep what a document holds now."""
        self._texts[file] = plain(text)
        with contextlib.suppress(Refused):
            self._sources[file] = read(text, str(file))

    def take(self, file: File) -> None:
        """Forget a document that was closed."""
        self._texts.pop(file, None)
        self._sources.pop(file, None)
        self._checked.pop(file, None)

    def text(self, file: File) -> str:
        """The text of a document; empty where it is not open."""
        return self._texts.get(file, "")

    def problems(self, file: File, today: date) -> list[Problem]:
        """Everything wrong with a document, as `check` tells it. What is wrong with another file is told in its first
        line, and nothing of a document that is none of ours: editors ask for every YAML file.
        """
        text = self.text(file)
        found = check_text(text, file, today) if self._is_ours(text) else ()
        problems = [one if one.file == str(file) else _elsewhere(one, file) for one in found]
        self._checked[file] = text, today, problems
        return problems

    @staticmethod
    def _is_ours(text: str) -> bool:
        return any(_BEGINNING.match(line) for line in text.split("\n"))

    def known_problems(self, file: File, today: date) -> list[Problem]:
        """The same, as they were told of this very text before, if they were."""
        text, day, problems = self._checked.get(file, ("", None, []))
        return problems if (text, day) == (self.text(file), today) else self.problems(file, today)

    def mended(self, file: File, today: date) -> str:
        """The document with what can be mended in one way only."""
        return fixed(self.text(file), file, today).after

    def offers(self, file: File, offset: int) -> tuple[list[Offer], int, int]:
        """What may stand at an offset, and from where to where the word reaches in whose place it stands then."""
        text = self.text(file)
        spot = self._spot(file, offset)
        if spot is None:
            return [], *word_at(text, offset)
        return offers(spot, self._names(spot, file), _calendars(file)), spot.start, spot.end

    def told(self, file: File, offset: int, today: date) -> tuple[str, int, int]:
        """What is known about what stands at an offset, from where to where: help, its name's own, and its problems."""
        text = self.text(file)
        start, end = word_at(text, offset)
        spot = self._spot(file, offset)
        parts = list(self._told(spot, file)) if spot and start < end else []
        for one in self.known_problems(file, today):
            at = offset_of(text, one.line, one.column)
            if at <= offset <= end_of(text, one):
                parts.append(explanation(one.code))
        return "\n\n".join(dict.fromkeys(parts)), start, end

    def _told(self, spot: Spot, file: File) -> Iterator[str]:
        names = self._names(spot, file)
        for one in self._meant(spot, names):
            more = f": {one.description}" if one.description else ""
            yield f"**{one.title or one.name}** ({one.noun} `{one.name}`){more}"
        title, said = help_of(spot.kind, (*spot.path[:-1], spot.word) if spot.is_key else spot.path)
        if said:
            yield f"*{title}.* {said}"

    def declarations(self, file: File, offset: int) -> list[Found]:
        """Where the name that stands at an offset is declared."""
        spot = self._spot(file, offset)
        if spot is None:
            return []
        home = self._home(spot, file)
        return [found for one in self._meant(spot, self._names(spot, file)) for found in self._found(home, one)]

    def outline(self, file: File) -> list[Found]:
        """Everything that a process names, where it stands."""
        source = self._sources.get(file)
        if source is None or kind_of(source.data) != "process":
            return []
        return [found for one in declared(source) for found in self._found(file, one)]

    def _spot(self, file: File, offset: int) -> Spot | None:
        """Of which kind the file is says the text that could be read last: the word that says so may be half typed."""
        spot, last = spot_at(self.text(file), offset, str(file)), self._sources.get(file)
        kind = kind_of(last.data) if last else ""
        return replace(spot, kind=kind or spot.kind) if spot else None

    def _meant(self, spot: Spot, names: list[Name]) -> list[Name]:
        if spot.is_key and (here := declared_at(names, (*spot.path[:-1], spot.word))):
            return here
        noun = noun_at(spot.kind, spot.path, is_key=spot.is_key)
        return named(names, noun, spot.word, spot.path) if noun else []

    def _names(self, spot: Spot, file: File) -> list[Name]:
        source = self._source(self._home(spot, file)) if process_file(spot.source, spot.kind) else None
        # As it is, while it can be read; what is just typed, if it is there already.
        source = source or self._sources.get(file) or spot.source
        return [one for one in declared(source) if MARK not in one.name]

    def _home(self, spot: Spot, file: File) -> File:
        """The file whose names are meant: that of the process."""
        beside = process_file(spot.source, spot.kind)
        return file.parent / beside if beside else file

    def _source(self, file: File) -> Source | None:
        if file not in self._sources:
            with contextlib.suppress(Refused):
                return read(read_text(file), str(file))
        return self._sources.get(file)

    def _found(self, file: File, one: Name) -> Iterator[Found]:
        source = self._source(file)
        if source is not None:
            place = source.key_place(one.path)
            yield Found(file, source.text, place.start, place.end, one)


def end_of(text: str, problem: Problem) -> int:
    """Where what a problem is about ends: with what is put in its place, with its word, or with one sign."""
    start = offset_of(text, problem.line, problem.column)
    ends = [one.end for one in problem.edits if one.start <= start < one.end]
    return max([*ends, word_at(text, start)[1], min(start + 1, len(text))])


def _elsewhere(problem: Problem, file: File) -> Problem:
    said = f"{File(problem.file).name}, line {problem.line}: {problem.message}"
    return Problem(str(file), 1, 1, problem.code, said, problem.mend, problem.severity)


def _calendars(file: File) -> list[str]:
    """The calendars that a process in this file could name."""
    folders = (file.parent / "calendars", shipped.path("processes/calendars"))
    return sorted({one.stem for folder in folders for one in folder.glob("*.yaml")})
