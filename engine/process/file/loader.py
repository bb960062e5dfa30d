"""Process YAML to Process, or problems with file, line and column. Pure.

The calendar it names is handed in by whoever asks, because where calendars are kept is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars.calendar import Calendar
from engine.calendars.day import UnknownZone, listed_zone, zone_named
from engine.process.checks import check_parts, check_process
from engine.process.definition import (
    Opening,
    PlaceKind,
    Process,
    Role,
    Rule,
    Section,
)
from engine.process.file.charges import read_charging
from engine.process.file.claims import read_claims
from engine.process.file.context import Context, Other, entries_of, event_names, state_names
from engine.process.file.days import dated_fields, read_dated
from engine.process.file.fields import check_heads, read_field
from engine.process.file.keep import read_keep
from engine.process.file.links import read_links
from engine.process.file.meetings import read_meetings
from engine.process.file.registers import check_register, is_of_register, registers_of, roles_named, without_key
from engine.process.file.series import flat, read_series, row_languages
from engine.process.file.states import read_events, read_needs, read_set, read_states
from engine.process.file.tasks import read_task
from engine.process.language.expressions import RESERVED, Language
from engine.process.register import RowKind, rows_named
from engine.process.uploads import MOST_BYTES, Document, bytes_of
from engine.source.name import PROCESS, is_written
from engine.source.problem import Problem, Refused, Severity, certain, errors, nearest
from engine.source.reader import Path, Source, read
from engine.source.shape import fitting, hidden_signs, shape_problems

FindCalendar = Callable[[str], Calendar | None]
DEFAULT_ZONE = "Europe/London"
# Problems with which what was published before they were told goes on without harm.
_LET_PASS = frozenset({"overdue-of-itself"})
# Stand where a file says something else, or nothing, so that everything else in it can be read.
_STAND_INS = {"process": "unread", "version": "unread", "title": "Unread", "effective_from": "2000-01-01"}
_STAND_INS |= {"bad-duration": "1 day", "bad-date": "2000-01-01"}
# The parts of a file by which cases move.
_MOVING = frozenset({"initial", "open", "events", "states", "tasks"})
# What a part that cannot be read may have used, or filled in.
_OF_THE_WHOLE = frozenset({"unused-name", "never-filled", "no-due-date"})
_NO_OTHERS: Mapping[str, Other] = {}


@dataclass(frozen=True)
class Loaded:
    """A process that can be used, and what is questionable about it. `registers`: those that it has, by name."""

    process: Process
    source: Source
    warnings: tuple[Problem, ...]
    registers: Mapping[str, Loaded] = field(default_factory=dict)


def load_process(content: bytes | str, file: str, find_calendar: FindCalendar) -> Loaded:
    """Read a process.

    Raises:
        Refused: with every problem found.
    """
    return process_of(read(content, file), find_calendar)


def load_published(content: str, file: str, find_calendar: FindCalendar) -> Loaded:
    """Read a process that was published, perhaps when less was looked at of the times that it writes, and tasks could
    say in a circle of each other that they are overdue: those say nothing.

    Raises:
        Refused: with every problem found.
    """
    return process_of(read(content, file), find_calendar, is_published=True)


def process_of(
    source: Source, find_calendar: FindCalendar, *, is_published: bool = False, others: Mapping[str, Other] = _NO_OTHERS
) -> Loaded:
    """The process that a document is, held against the `others` that are at hand.

    Raises:
        Refused: with every problem found.
    """
    whole, of = without_key(source) if is_published else (source, {})
    misshapen = shape_problems(whole, "process") + ([] if is_published else hidden_signs(whole))
    if misshapen:
        raise Refused({*misshapen, *([] if is_published else _wrong_besides(whole, find_calendar, others))})
    found, problems = _read(whole, of, find_calendar, others, is_published=is_published)
    registers = {} if is_published else _registers(source, find_calendar, problems)
    if errors(one for one in problems if not (is_published and one.code in _LET_PASS)):
        raise Refused(problems)
    return Loaded(found, source, _warnings(problems), registers)


def _read(
    source: Source,
    of: Mapping[str, Any],
    find_calendar: FindCalendar,
    others: Mapping[str, Other] = MappingProxyType({}),
    *,
    is_published: bool = False,
) -> tuple[Process, set[Problem]]:
    context = _context(source, find_calendar, is_published=is_published)
    context.others = others
    process = _process(context, source.data, of)
    context.used |= {("role", role) for role in roles_named(source.data)}
    _check(process, context)
    return process, set(context.problems)


def _registers(source: Source, find_calendar: FindCalendar, problems: set[Problem]) -> dict[str, Loaded]:
    """The registers of a file, each read as the process that it is expanded into; `problems` gets what is wrong."""
    found = {}
    for name, document in registers_of(source):
        whole, of = without_key(document)
        process, told = _read(whole, of, find_calendar)
        own = check_register(source, name) | {one for one in told if is_of_register(source, name, one)}
        problems |= own
        found[name] = Loaded(process, document, _warnings(own))
    return found


def _warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(one for one in problems if one.severity is Severity.WARNING))


def _wrong_besides(source: Source, find_calendar: FindCalendar, others: Mapping[str, Other]) -> list[Problem]:
    """What is wrong with a document some of which has another shape, besides that: nothing is said of what that part
    may have had to do with.
    """
    left = fitting(source, "process", _STAND_INS)
    if left is None:
        return []
    data, declared = left.source.data, dict(entries_of(source.data, "fields"))
    fields = {name: raw for name, raw in data.get("fields", {}).items() if raw == declared.get(name)}
    of_rows = dict(entries_of(source.data, "series"))
    series = {name: raw for name, raw in data.get("series", {}).items() if raw == of_rows.get(name)}
    context = _context(
        replace(left.source, data={**data, "fields": fields, **({"series": series} if series else {})}),
        find_calendar,
        is_published=False,
        declared=source.data,
    )
    context.others = others
    context.blurred = frozenset((declared.keys() - fields.keys()) | (of_rows.keys() - series.keys()))
    context.is_whole = not any(path[0] in _MOVING for path in left.lost)
    context.used |= {("role", role) for role in roles_named(source.data)}
    _check(_process(context, context.source.data), context)
    is_sure = context.is_whole and not context.blurred
    return [one for one in context.problems if is_sure or one.code not in _OF_THE_WHOLE]


def _check(process: Process, context: Context) -> None:
    # Ways that lead nowhere make every check of the whole chart tell of faults that are none.
    (check_process if context.is_whole else check_parts)(process, context)


def _context(source: Source, find_calendar: FindCalendar, *, is_published: bool, declared: Any = None) -> Context:
    """`declared`: the document that declares the names, where it is more than what can be read."""
    data, names = source.data, _names(declared or source.data)
    fields = data.get("fields", {})
    zone, problems = _zone(source, is_published=is_published)
    calendar, missing = _calendar(source, find_calendar)
    language = Language(
        # A field with a reserved name is told by itself; with it the words of expressions could not be told apart.
        fields={name: raw["type"] for name, raw in fields.items() if name not in RESERVED},
        choices={name: frozenset(raw["choices"]) for name, raw in fields.items() if "choices" in raw},
        documents=names["document"],
        places=names["place"],
        states=names["state"],
        zone=zone,
        calendar=calendar,
        is_published=is_published,
        events=names["event"],
        roles=names["role"],
        tasks=names["task"],
        links=names["link"],
    )
    series = data.get("series", {})
    of_rows = {**dated_fields(fields), **series}
    language = replace(language, series=row_languages(of_rows, language)) if of_rows else language
    return Context(source, language, calendar, names, problems + missing, series=series)


def _names(data: Any) -> dict[str, frozenset[str]]:
    nouns = ("role", "field", "document", "place", "task")
    found = {noun: frozenset(name for name, _ in entries_of(data, f"{noun}s")) for noun in nouns}
    states = frozenset(state_names(dict(entries_of(data, "states"))))
    found["link"] = frozenset(name for name, _ in entries_of(data, "links"))
    found["series"] = frozenset(name for name, _ in entries_of(data, "series"))
    return found | {"state": states, "event": frozenset(event_names(data))}


def _zone(source: Source, *, is_published: bool) -> tuple[ZoneInfo, list[Problem]]:
    name = source.data.get("timezone", DEFAULT_ZONE)
    try:
        return (zone_named if is_published else listed_zone)(name), []
    except UnknownZone as unknown:
        # Any zone, so that everything else in the file can be checked as well.
        path, code, said = ("timezone",), "unknown-timezone", str(unknown)
        return ZoneInfo("UTC"), [source.problem(path, code, said, unknown.mend, instead=unknown.meant)]


def _calendar(source: Source, find_calendar: FindCalendar) -> tuple[Calendar | None, list[Problem]]:
    name = source.data.get("calendar")
    if name is None:
        return None, []
    found = find_calendar(name)
    if found is not None:
        return found, []
    mend = f"Put it beside the process, in calendars/{name}.yaml."
    return None, [source.problem(("calendar",), "unknown-calendar", f"There is no calendar {name}.", mend)]


def _process(context: Context, data: dict[str, Any], of: Mapping[str, Any] = MappingProxyType({})) -> Process:
    """The process that is written; `of`: the register whose rows its cases are."""
    _check_field_names(context, data.get("fields", {}))
    check_heads(context, data)
    fields = {
        name: read_field(context, name, raw) for name, raw in data.get("fields", {}).items() if name not in RESERVED
    }
    series = read_series(context) | read_dated(context, fields)
    return Process(
        name=rows_named(data["process"], of["name"]) if of else data["process"],
        rows=RowKind(of["row"], of["checks"]) if of else None,
        version=data["version"],
        title=data["title"],
        description=data.get("description", ""),
        effective_from=_day(context, data["effective_from"], ("effective_from",)),
        zone=context.language.zone,
        calendar=context.calendar,
        initial=_initial(context, data["initial"]),
        label=_field_name(context, data, "label"),
        organisation=_field_name(context, data, "organisation"),
        area=_field_name(context, data, "area"),
        group_places_by=_field_of_type(context, data, "group_places_by", {"choice"}),
        places_end=_field_of_type(context, data, "places_end", {"date", "time"}),
        meetings=read_meetings(context, data),
        keep=read_keep(context, data),
        opening=_opening(context, data.get("open", {})),
        roles={name: _role(name, raw) for name, raw in data["roles"].items()},
        fields={**fields, **flat(series)},
        series=series,
        documents={name: _document(context, name, raw) for name, raw in data.get("documents", {}).items()},
        places={name: PlaceKind(name, raw["title"], raw["capacity"]) for name, raw in data.get("places", {}).items()},
        tasks={name: read_task(context, name, raw) for name, raw in data.get("tasks", {}).items()},
        states=read_states(context, data["states"]),
        events=read_events(context, data.get("events", {}), ("events",), ""),
        rules=tuple(_rule(context, raw, ("rules", index)) for index, raw in enumerate(data.get("rules", []))),
        covers=data.get("covers", {}),
        language=context.language,
        links=read_links(context, data),
        unique=read_claims(context, data),
        charging=read_charging(context, data),
        awaited=frozenset(name for _, one, _ in context.expressions for name in one.awaits),
    )


def _day(context: Context, text: str, path: Path) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        context.problem(path, "bad-date", f"There is no day {text}.", "Write it as 2023-09-01.")
        # Some day has to stand there so that everything else is read too; the problem keeps it from being used.
        return date(2000, 1, 1)


def _initial(context: Context, raw: str | list[str]) -> tuple[str, ...]:
    many = isinstance(raw, list)
    names = raw if isinstance(raw, list) else [raw]
    paths: list[Path] = [("initial", index) if many else ("initial",) for index in range(len(names))]
    found = [context.state(name, "", path) for name, path in zip(names, paths, strict=True)]
    return tuple(name for name in found if name)


def _field_name(context: Context, data: dict[str, Any], key: str) -> str:
    name: str = data.get(key, "")
    if name:
        context.known("field", name, (key,))
    return name


def _field_of_type(context: Context, data: dict[str, Any], key: str, types: set[str]) -> str:
    name = _field_name(context, data, key)
    found = data.get("fields", {}).get(name, {}).get("type")
    if found and found not in types:
        context.problem((key,), "wrong-value", f"{key}: needs a field of the type {' or '.join(sorted(types))}.")
    return name


def _opening(context: Context, raw: dict[str, Any]) -> Opening:
    for name in raw.get("form", {}):
        if name in context.series:
            message = f"A case begins without rows: {name} cannot be asked for when it is begun."
            context.key_problem(("open", "form", name), "wrong-value", message, "Ask for it in the form of an event.")
    return Opening(
        by=context.roles(raw.get("by"), ("open", "by")),
        form=context.form(raw.get("form"), ("open", "form")),
        needs=read_needs(context, raw.get("needs", []), ("open", "needs")),
        sections=tuple(_sections(context, raw)),
        assign=read_set(context, raw.get("set"), ("open", "set")),
    )


def _sections(context: Context, raw: dict[str, Any]) -> Iterator[Section]:
    """The sections of the form; what none of them names stands in a last one."""
    seen: dict[str, Path] = {}
    for index, section in enumerate(raw.get("sections", [])):
        for place, name in enumerate(section["fields"]):
            path: Path = ("open", "sections", index, "fields", place)
            if name in seen:
                message, mend = f"{name} stands in two sections.", "Leave it in one of them."
                context.problem_of_two(path, seen[name], "here first", "wrong-value", message, mend)
            elif name not in raw.get("form", {}):
                asked, message = raw.get("form", {}), f"The form does not ask for {name}."
                context.problem(path, "unknown-field", message, nearest(name, asked), instead=certain(name, asked))
            seen.setdefault(name, path)
        yield Section(section["title"], tuple(section["fields"]))
    rest = tuple(name for name in raw.get("form", {}) if name not in seen)
    if rest:
        yield Section("Details", rest)


def _role(name: str, raw: dict[str, Any]) -> Role:
    return Role(name, raw["title"], raw.get("description", ""), raw.get("sees", "all"))


def _document(context: Context, name: str, raw: dict[str, Any]) -> Document:
    kinds, written = tuple(raw.get("kinds", ())), raw.get("most")
    most = MOST_BYTES if written is None else bytes_of(written)
    if most is None:
        message = f"most: {written} is more than is taken of any document."
        context.problem(("documents", name, "most"), "wrong-value", message, "A document has at most 25 MB.")
    return Document(name, raw["title"], raw.get("description", ""), kinds, most or MOST_BYTES)


def _check_field_names(context: Context, raw: dict[str, Any]) -> None:
    for name in raw:
        if name in RESERVED:
            message = f"{name} is a word of expressions and cannot name a field."
            context.key_problem(("fields", name), "wrong-value", message, "Choose another name.")


def _rule(context: Context, raw: dict[str, str], path: Path) -> Rule:
    key = "never" if "never" in raw else "always"
    expression = context.expression(raw[key], (*path, key), "BOOL")
    say = raw.get("say", f"The rule “{key}: {' '.join(raw[key].split())}” would be broken.")
    return Rule(expression, key == "never", say)


def calendar_name(source: Source) -> str | None:
    """The calendar that a process document names; None where it names none."""
    name = source.data.get("calendar") if isinstance(source.data, dict) else None
    return name if isinstance(name, str) and is_written(name, PROCESS) else None


__all__ = ["DEFAULT_ZONE", "FindCalendar", "Loaded", "calendar_name", "load_process", "load_published", "process_of"]
