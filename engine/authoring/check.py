"""Checking: every problem of every file, whatever kind of file it is. Reads files; nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.authoring.around import Around
from engine.files import load_source, read_text
from engine.process.definition import Process
from engine.source.problem import Problem, Refused, Severity
from engine.source.reader import Source, read

SUFFIXES = frozenset({".yaml", ".yml"})


def check_paths(
    paths: Iterable[Path], today: date | None = None, published: Mapping[str, Process] | None = None
) -> tuple[list[Problem], int]:
    """The problems of files, and of all YAML files in folders, in order; and how many files there were.

    `today`: calendars that end soon, or have ended, are told; without it, none is. `published`: what a site has
    published, by name; links may lead there.
    """
    # A set: scenarios and demonstrations tell of what is wrong with their process too, which has a file of its own.
    problems: set[Problem] = set()
    files = list(files_of(paths))
    around = Around(tuple(files), published)
    for file in files:
        problems.update(check_file(file, today, around))
    problems.update(_twice(files))
    return sorted(problems), len(files)


def _twice(files: Iterable[Path]) -> Iterator[Problem]:
    """Processes of one name and version in several files that do not say the same: only one can be published."""
    seen: dict[tuple[str, str], Source] = {}
    for file in files:
        with contextlib.suppress(Refused):  # what is wrong with a file by itself was told
            source = read(read_text(file), str(file))
            name = _version_of(source.data)
            first = seen.setdefault(name, source) if name else source
            if first.text != source.text:
                yield from (_reused(one, other) for one, other in ((first, source), (source, first)))


def _version_of(data: Any) -> tuple[str, str] | None:
    if kind_of(data) != "process":
        return None
    name, version = data.get("process"), data.get("version")
    return (name, version) if isinstance(name, str) and isinstance(version, str) else None


def _reused(source: Source, other: Source) -> Problem:
    name, version = source.data["process"], source.data["version"]
    place = other.place(("version",))
    message = (
        f"Version {version} of {name} is another text in {other.file}, line {place.line}: only one can be published."
    )
    found = source.problem(("version",), "version-reused", message, "Give one of the two a version of its own.")
    return replace(found, severity=Severity.WARNING)


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and the YAML files in and below folders, in order of their names."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES) if path.is_dir() else [path]
        for file in inside:
            if file not in seen and not file.is_dir():
                seen.add(file)
                yield file


def check_file(file: Path, today: date | None = None, around: Around | None = None) -> tuple[Problem, ...]:
    """Everything wrong with one file, warnings included; as of today the end of a calendar too."""
    try:
        return check_text(read_text(file), file, today, around)
    except Refused as refused:
        return refused.problems


def check_text(
    content: bytes | str, file: Path, today: date | None = None, around: Around | None = None
) -> tuple[Problem, ...]:
    """The same of a text that stands in a file, or will: what it names is looked for beside it."""
    try:
        source = read(content, str(file))
        data = source.data if isinstance(source.data, dict) else {}
        for key, check in _KINDS.items():
            if key in data:
                return check(file, source, today, around or Around())
        message = "This is neither a process, a calendar, a scenario file nor a demonstration."
        mend = "It must begin with process:, calendar: or, beside process:, hold scenarios: or stories:."
        return (Problem(str(file), 1, 1, "unknown-kind", message, mend),)
    except Refused as refused:
        return refused.problems


def is_process(file: Path) -> bool:
    """Whether a file is a process.

    Raises:
        Refused: it cannot be read.
    """
    return kind_of(read(read_text(file), str(file)).data) == "process"


def kind_of(data: Any) -> str:
    """The schema by which a document is read, by what it holds; empty where it is none of them."""
    keys = data if isinstance(data, dict) else {}
    return next((_SCHEMAS[key] for key in _KINDS if key in keys), "")


# Loaded only where such a file is there: it brings the whole engine with it, its database too.
def _scenarios(file: Path, source: Source, _: date | None, __: Around) -> tuple[Problem, ...]:
    from engine.authoring.scenarios import to_run

    return tuple(one for problems in to_run(source, file).problems.values() for one in problems)


def _demonstration(file: Path, source: Source, _: date | None, __: Around) -> tuple[Problem, ...]:
    from engine.authoring.scenarios import beside

    beside(source, file, "demonstration", "stories")
    return ()


def _process(file: Path, source: Source, _: date | None, around: Around) -> tuple[Problem, ...]:
    unknown = tuple(around.unknown(source, file))
    try:
        return (*load_source(source, file.parent, around.others(source, file)).loaded.warnings, *unknown)
    except Refused as refused:
        return (*refused.problems, *unknown)


def _calendar(_: Path, source: Source, today: date | None, __: Around) -> tuple[Problem, ...]:
    from engine.calendars.ending import MEND, ending
    from engine.calendars.loader import load_calendar

    calendar = load_calendar(source.text, source.file)
    found = ending(calendar, today) if today else None
    if found is None:
        return ()
    return (replace(source.key_problem(("years",), "calendar-ends", found.said, MEND), severity=Severity.WARNING),)


# In this order: a scenario file names a process too, and a process a calendar.
_KINDS: dict[str, Callable[[Path, Source, date | None, Around], tuple[Problem, ...]]] = {
    "scenarios": _scenarios,
    "stories": _demonstration,
    # By its states too: one that lacks the line `process:` is told so, and not that it is no process.
    "states": _process,
    "process": _process,
    "calendar": _calendar,
}
_SCHEMAS = {"scenarios": "scenario", "stories": "demonstration", "calendar": "calendar"}
_SCHEMAS |= {"states": "process", "process": "process"}
