"""Context: one reading of a process file, resolving names and collecting problems. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.calendars.calendar import Calendar
from engine.calendars.duration import BadDuration, Duration, parse
from engine.process.definition import Process
from engine.process.language.expressions import Expression, Language
from engine.process.language.tokens import asked_documents, words
from engine.process.rows import DAY, read, written
from engine.source.edit import Edit
from engine.source.problem import Also, Problem, Severity, certain, closest, nearest
from engine.source.reader import Path, Source, value_at

# Of which a form asks for one row, or several.
SEVERAL = "several"
# Stands for an expression with faults, so that reading goes on. A process that has one is never used.
NOTHING = Expression("null", frozenset(), frozenset())

# The path of a second place, and what is said there, in a few words.
Second = tuple[Path, str]


@dataclass(frozen=True)
class Other:
    """Another process that is at hand where a file is read, and how cases of all its known versions end.

    `is_sure`: it is as it will be used, and not only published: another version may come.
    """

    process: Process
    outcomes: frozenset[str]
    is_sure: bool = True


@dataclass
class Context:
    """The file being read, the names it declares, and what was found wrong so far.

    `meant` are the names that misspelt ones are nearest to. `blurred` are fields that are declared, but not so that
    they can be read: of what asks for them nothing is said. `is_whole`: all states and ways are there, so that what
    hangs on where they lead can be told. `series` are those that are declared, as they are written; `row` the fields of
    the one that is being read. `expressions` are those that were read, each with where it stands and its language.
    `others` are the processes at hand, by name, also other versions of this one.
    """

    source: Source
    language: Language
    calendar: Calendar | None
    names: Mapping[str, frozenset[str]]
    problems: list[Problem] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)
    meant: set[tuple[str, str]] = field(default_factory=set)
    blurred: frozenset[str] = frozenset()
    is_whole: bool = True
    series: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)
    expressions: list[tuple[Path, Expression, Language]] = field(default_factory=list)
    others: Mapping[str, Other] = field(default_factory=dict)

    @property
    def lacks_calendar(self) -> bool:
        """Whether none is named. One that is named and not found is told once, where it is named."""
        return "calendar" not in self.source.data

    def problem(self, path: Path, code: str, message: str, mend: str = "", *, instead: str = "") -> None:
        """Note a problem with the value at `path`. `instead`: the text that alone can be meant by it."""
        self.problems.append(self.source.problem(path, code, message, mend, instead=instead))

    def problem_of_two(
        self,
        path: Path,
        other: Path,
        said: str,
        code: str,
        message: str,
        mend: str,
        severity: Severity = Severity.ERROR,
        edits: tuple[Edit, ...] = (),
    ) -> None:
        """Note a problem with the value at `path` whose other half is the key of `other`, and what is said there.

        `edits` mend it, where nothing else can be meant.
        """
        found = self.source.problem(path, code, message, mend)
        found = replace(found, severity=severity, edits=edits or found.edits)
        self.problems.append(replace(found, also=self._beside((other, said))))

    def key_problem(
        self, path: Path, code: str, message: str, mend: str = "", *, instead: str = "", also: Second | None = None
    ) -> None:
        """Note a problem with the last key of `path`. `instead`: the key that alone can be meant by it; `also`: the key
        that is its other half, and what is said there.
        """
        found = self.source.key_problem(path, code, message, mend, instead=instead)
        self.problems.append(replace(found, also=self._beside(also)))

    def warning(self, path: Path, code: str, message: str, mend: str, *, also: Second | None = None) -> None:
        """Note something questionable about the last key of `path`; `also` as there."""
        found = self.source.key_problem(path, code, message, mend)
        self.problems.append(replace(found, severity=Severity.WARNING, also=self._beside(also)))

    def _beside(self, second: Second | None) -> Also | None:
        """Its place; none where there is no such key, and nothing could be shown."""
        if second is None or value_at(self.source.data, second[0]) is None:
            return None
        place = self.source.key_place(second[0])
        return Also(place.line, place.column, second[1])

    def known(self, noun: str, name: str, path: Path) -> bool:
        """Whether `name` is declared; notes the use, or the problem."""
        self._note_meant(noun, name)
        if name in self.names[noun]:
            return True
        mend, instead = nearest(name, self.names[noun]), certain(name, self.names[noun])
        self.problem(path, f"unknown-{noun}", f"There is no {noun} {name}.", mend, instead=instead)
        return False

    def known_key(self, noun: str, name: str, path: Path) -> bool:
        """The same for a name that stands as a key of the file."""
        self._note_meant(noun, name)
        if name in self.names[noun]:
            return True
        mend, instead = nearest(name, self.names[noun]), certain(name, self.names[noun])
        self.key_problem(path, f"unknown-{noun}", f"There is no {noun} {name}.", mend, instead=instead)
        return False

    def all_known(self, noun: str, names: Iterable[str], path: Path) -> tuple[str, ...]:
        """Those of the names in the list at `path` that are declared."""
        return tuple(name for index, name in enumerate(names) if self.known(noun, name, (*path, index)))

    def one_or_many(self, noun: str, raw: str | list[str] | None, path: Path) -> tuple[str, ...]:
        """Names written as one word or as a list."""
        if raw is None:
            return ()
        if isinstance(raw, str):
            return (raw,) if self.known(noun, raw, path) else ()
        return self.all_known(noun, raw, path)

    def roles(self, raw: str | list[str] | None, path: Path) -> frozenset[str] | None:
        """The roles of a `by:`; None where everybody may."""
        return None if raw is None else frozenset(self.one_or_many("role", raw, path))

    def form(self, raw: Mapping[str, str] | None, path: Path) -> dict[str, bool]:
        """A form: each field with whether it is required."""
        found: dict[str, bool] = {}
        for name, how in (raw or {}).items():
            if name in self.series:
                self.used.add(("series", name))
                found |= row_form(name, self.series[name], required=how != "optional")
            elif name not in self.names["series"] and self.known_key("field", name, (*path, name)):
                found[name] = how == "required"
                if how == SEVERAL:
                    message = f"{name} is a field, which has one answer: several are rows of a series."
                    self.problem((*path, name), "wrong-value", message, "Write required or optional.")
        return found

    def duration(self, raw: str | None, path: Path) -> Duration | None:
        """A duration, checked against the calendar."""
        if raw is None:
            return None
        try:
            duration = parse(raw)
        except BadDuration as bad:
            self.problem(path, "bad-duration", str(bad), "For example: 6 weeks, 10 school days, P6W.")
            return None
        if duration.needs_calendar and self.lacks_calendar:
            mend = "Name one at the top: calendar: leicestershire."
            self.problem(path, "needs-calendar", f"{raw!r} needs a calendar, and the process has none.", mend)
        return duration

    def condition(self, raw: str | None, path: Path, *, acts: bool = False) -> Expression | None:
        """A guard that is true or false; `acts`: somebody acts where it is asked."""
        return None if raw is None else self.expression(raw, path, "BOOL", acts=acts)

    def expression(self, raw: str, path: Path, wanted: str, *, acts: bool = False) -> Expression:
        """A checked expression; its faults become problems at their column in the file."""
        self._note_asked(raw)
        if any(word.name in self.blurred for word in words(raw)):
            return NOTHING
        result = self.language.check(raw, wanted)
        if isinstance(result, Expression):
            if result.of_actor and not acts:
                message = "Nobody acts where this is asked, so it is never known who."
                mend = "Ask it in when:, needs: or set: of an event or an automatic transition."
                self.problem(path, "nobody-acts", message, mend)
            self.expressions.append((path, result, self.language))
            return result
        for fault in result:
            # A calendar that is named and not found is told once, where it is named.
            if fault.code == "needs-calendar" and not self.lacks_calendar:
                continue
            line, column = self.source.within(path, fault.offset)
            edits = self.source.inside(path, fault.edits)
            found = Problem(self.source.file, line, column, fault.code, fault.message, fault.mend, edits=edits)
            self.problems.append(found)
        return NOTHING

    def _note_asked(self, raw: str) -> None:
        """Note the fields and documents of an expression as used, whatever else is wrong with it."""
        for word in words(raw):
            if not word.member and not word.call:
                self._note_meant("field", word.name)
                self._note_meant("series", word.name)
        for name in asked_documents(raw):
            self._note_meant("document", name)

    def _note_meant(self, noun: str, name: str) -> None:
        """Note a name as used, or the one that was likely meant: that it is used nowhere would be told besides."""
        self.used.add((noun, name))
        if name not in self.names[noun] and (meant := closest(name, self.names[noun])):
            self.used.add((noun, meant))
            self.meant.add((noun, meant))

    def state(self, name: str, scope: str, path: Path) -> str | None:
        """The full name of the state called `name` as seen from inside `scope`.

        Of one that there is not, the one that was likely meant, so that the ways of the process can be followed.
        """
        found = resolve(name, scope, self.names["state"])
        if found is None:
            known = self.names["state"] | {full.rpartition(".")[2] for full in self.names["state"]}
            mend, instead = nearest(name, known), certain(name, known)
            self.problem(path, "unknown-state", f"There is no state {name}.", mend, instead=instead)
            found = resolve(closest(name, known), scope, self.names["state"])
            self.is_whole = self.is_whole and found is not None
        return found


def row_form(name: str, raw: Mapping[str, Any], *, required: bool) -> dict[str, bool]:
    """What a form asks for that asks for a row of a series: its day, and each of its fields that is not computed."""
    asked = {field: one for field, one in raw["fields"].items() if "value" not in one}
    needed = {field: required and not one.get("optional", False) for field, one in asked.items()}
    return {written(name, field): is_needed for field, is_needed in {DAY: required, **needed}.items()}


def resolve(name: str, scope: str, states: frozenset[str]) -> str | None:
    """Look `name` up inside `scope`, then beside it, and so on outwards."""
    while True:
        full = f"{scope}.{name}" if scope else name
        if full in states:
            return full
        if not scope:
            return None
        scope = scope.rpartition(".")[0]


def state_path(name: str) -> Path:
    """Where a state is written in the file."""
    return tuple(step for part in name.split(".") for step in ("states", part))


def event_path(scope: str, name: str) -> Path:
    """Where an event is written in the file; `scope` is the state that it stands in, empty at the top."""
    return (*(state_path(scope) if scope else ()), "events", name)


def field_path(name: str) -> Path:
    """Where a field is written in the file; one of a row (`visit.home`) with its series."""
    cell = read(name)
    return ("fields", name) if cell is None else ("series", cell.series, "fields", cell.field)


def state_names(raw: Any, around: str = "") -> Iterable[str]:
    """The full names of all states in a `states:` map, as far as it is one."""
    for name, body in raw.items() if isinstance(raw, dict) else ():
        full = f"{around}.{name}" if around else name
        yield full
        yield from state_names(dict(entries_of(body, "states")), full)


def event_names(data: Any) -> Iterable[str]:
    """The names of all events anywhere in a process, as far as it can be read."""
    yield from (name for name, _ in entries_of(data, "events"))
    for _, state in entries_of(data, "states"):
        yield from event_names(state)


def entries_of(data: Any, key: str) -> list[tuple[str, Any]]:
    """The entries of the map called `key`; none where there is no such map."""
    inside = data.get(key) if isinstance(data, dict) else None
    return list(inside.items()) if isinstance(inside, dict) else []
