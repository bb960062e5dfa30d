"""Contradictions: what a process says in one place, and what stands in another takes back. Pure.

Each reads as if it meant something, and nothing ever comes of it: a role that sees no case, a condition over a field
that nobody fills in, a task that cannot be done.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.process import codes
from engine.process.crossings import check_limits
from engine.process.definition import Event, Field, Process
from engine.process.file.context import Context, Second, field_path, state_path
from engine.process.file.fields import FIGURES
from engine.process.language import amounts, tokens
from engine.process.language.expressions import Expression
from engine.process.rows import concerned, written
from engine.process.timing import TaskKind
from engine.source import number
from engine.source.edit import Edit
from engine.source.problem import certain, nearest
from engine.source.reader import Path

_DATE = re.compile(r'date\("([0-9]{4}-[0-9]{2}-[0-9]{2})"\)')
# Words with which an expression says what holds while a field is empty.
_MINDS_EMPTY = frozenset({"null", "latest", "earliest"})
_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def check_contradictions(process: Process, context: Context) -> None:
    """Note in `context` what contradicts itself; of what was published before this was looked at, nothing."""
    if context.language.is_published:
        return
    check_limits(process, context)
    _check_sight(process, context)
    _check_constants(process, context)
    _check_known(process, context)
    _warn_of_escalations(process, context)
    _warn_of_never_filled(process, context)
    _warn_of_unknown_dues(process, context)


def warn_of_tasks(process: Process, context: Context) -> None:
    """Note the tasks that nobody could do. Asked where all states and their ways are known."""
    if context.language.is_published:
        return
    raised, doing = _raised(process), dict[str, list[Event]]()
    for _, event in process.every_event():
        doing.setdefault(event.name, []).append(event)
    for task in process.tasks.values():
        if events := [event for name in task.done_by for event in doing.get(name, ())]:
            _warn_of_task(process, context, task, events, raised.get(task.name, set()))


def _check_sight(process: Process, context: Context) -> None:
    for role in process.roles.values():
        if role.sees == "own" and not context.source.data.get("organisation"):
            message = f"The role {role.name} sees the cases of its own organisation, but no field says whose a case is."
            mend = "Name the field that does at the top, behind organisation:."
            context.problem(("roles", role.name, "sees"), "sees-nothing", message, mend)


def _warn_of_escalations(process: Process, context: Context) -> None:
    for task in process.tasks.values():
        raw = context.source.data["tasks"][task.name].get("escalate")
        for at, (had, level) in enumerate(zip(("", *(one.to for one in task.escalate)), task.escalate, strict=False)):
            first: Path = ("tasks", task.name)
            before = (*first, "role") if level.to == task.role else (*first, "escalate", at - 1, "to")
            if level.to in {task.role, had}:
                message = f"The task {task.name} would escalate to {level.to}, who has it already."
                path = ("tasks", task.name, "escalate", *((at,) if isinstance(raw, list) else ()), "to")
                context.warning(path, "own-escalation", message, "Name another role.", also=(before, "who has it"))


def _check_constants(process: Process, context: Context) -> None:
    """A value that a `set:` or a `default:` writes down, where the field could never be given it."""
    defaults = ((("fields", one.name, "default"), one.default.text) for one in process.fields.values() if one.default)
    own = ((name, path, text) for path, text in defaults for name in (str(path[1]),))
    given = ((str(path[-1]), path, text) for path, text in _sets(context.source.data, ()))
    for name, path, text in (*own, *given, *_worked_out(process)):
        field = process.fields.get(name)
        wrong = _outside(field, text.strip()) if field and isinstance(text, str) else None
        if field and wrong:
            place, edits = field_path(name), _meant(context, path, field, str(text))
            context.problem_of_two(path, place, "what it can be", "wrong-value", *wrong, edits=edits)


def _meant(context: Context, path: Path, field: Field, text: str) -> tuple[Edit, ...]:
    """What puts the choice that alone can be meant in place of one that there is not."""
    wrong = _strange(field, text.strip())
    meant = certain(wrong, field.choices) if wrong else ""
    at = text.find(wrong) if wrong else 0
    return context.source.inside(path, (Edit(at, at + len(wrong), meant),)) if wrong and meant else ()


def _worked_out(process: Process) -> Iterator[tuple[str, Path, str]]:
    """What is written down as the value of a field of a row."""
    for series in process.series.values():
        for name, value in series.computed.items():
            full = written(series.name, name)
            yield full, (*field_path(full), "value"), value.text


def _check_known(process: Process, context: Context) -> None:
    """What is worked out where a case begins, of fields of which nothing can be known there."""
    asked = {*process.opening.form, process.area}
    defaults = {one.name: one.default for one in process.fields.values() if one.default}
    for name, expression in process.opening.assign:
        _note_unknown(process, context, expression, asked | {*process.begun_with}, ("open", "set", name))
    for name, expression in defaults.items():
        # What a later form offers first is asked of a case of which more is known; only it itself is empty then.
        known = asked if name in process.begun_with else process.fields.keys()
        _note_unknown(process, context, expression, known - {name}, ("fields", name, "default"))


def _note_unknown(
    process: Process, context: Context, expression: Expression, known: Collection[str], path: Path
) -> None:
    for name in sorted(expression.names.difference(known)):
        # Who asks whether it is empty knows that it may be.
        if not re.search(rf"\b{name}\s*[!=]=\s*null\b|\bnull\s*[!=]=\s*{name}\b", expression.text):
            message = f"Nothing can be known of {process.fields[name].title} here yet, so this stays empty."
            mend = f"Ask for {name} in the form that begins a case, or set this later."
            context.problem_of_two(path, ("open", "form"), "what is known then", "not-known-yet", message, mend)


def _sets(body: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """Every value of a `set:` in a state or in the whole process, with where it stands."""
    for here, setting in ((path, body), ((*path, "open"), body.get("open", {}))):
        yield from (((*here, "set", field), text) for field, text in setting.get("set", {}).items())
    for name, event in body.get("events", {}).items():
        here = (*path, "events", name)
        yield from (((*here, "set", field), text) for field, text in event.get("set", {}).items())
        yield from _sets_of_ways(event.get("alternatives", []), (*here, "alternatives"))
    yield from _sets_of_ways(body.get("automatic", []), (*path, "automatic"))
    for name, state in body.get("states", {}).items():
        yield from _sets(state, (*path, "states", name))


def _sets_of_ways(ways: list[dict[str, Any]], path: Path) -> Iterator[tuple[Path, Any]]:
    for index, way in enumerate(ways):
        yield from (((*path, index, "set", field), text) for field, text in way.get("set", {}).items())


def _outside(field: Field, text: str) -> tuple[str, str] | None:
    """What is wrong with a constant for a field, and how to mend it; None where nothing is, or it is no constant."""
    said = tokens.literal(text) if tokens.is_text(text) else None
    wrong = _strange(field, text)
    if wrong is not None:
        return f"{wrong} is not one of the choices of {field.name}.", nearest(wrong, field.choices)
    if said is not None and field.type in {"text", "long_text"}:
        return _outside_text(field, said)
    if said is not None and field.code and (fault := field.code.fault(codes.plain(said))):
        return f"{said} is no such code: it {fault}", "Write one that people could type."
    figure = _figure(field, text)
    if figure is not None and field.min is not None and figure < Decimal(repr(field.min)):
        return f"{text} is less than {field.name} can be.", f"It is at least {number.written(field.min)}."
    if figure is not None and field.max is not None and figure > Decimal(repr(field.max)):
        return f"{text} is more than {field.name} can be.", f"It is at most {number.written(field.max)}."
    if field.type == "date" and (day := _DATE.fullmatch(text)):
        return _outside_days(field, day[1])
    return None


def _strange(field: Field, text: str) -> str | None:
    """What a constant names that is none of the choices of a field."""
    said = tokens.literal(text) if tokens.is_text(text) else None
    named = [said] if said is not None else _listed(text) if field.type == "choices" else []
    return next((one for one in named if one not in field.choices), None) if field.choices else None


def _listed(text: str) -> list[str]:
    """The texts of a list of nothing else."""
    bare = tokens.bare(text)
    if not re.fullmatch(r'\[[\s",]*\]', bare):
        return []
    said = (tokens.literal(text[one.start() : one.end()]) for one in re.finditer(tokens.TEXT[1:-1], bare))
    return [one for one in said if one is not None]


def _outside_text(field: Field, said: str) -> tuple[str, str] | None:
    from engine.process.language.patterns import matches

    if field.max is not None and len(said) > field.max:
        return f"This is longer than {field.name} can be.", f"It has at most {number.written(field.max)} characters."
    if field.pattern and not matches(field.pattern, said):
        return f"This is not written as {field.name} must be.", "Write it as its pattern: says."
    return None


def _outside_days(field: Field, day: str) -> tuple[str, str] | None:
    first, last = (one and _DATE.fullmatch(one.date.text) for one in (field.earliest, field.latest))
    if first and day < first[1]:
        return f"{day} lies before the first day of {field.name}.", f"It is not before {first[1]}."
    if last and day > last[1]:
        return f"{day} lies behind the last day of {field.name}.", f"It is not after {last[1]}."
    return None


def _figure(field: Field, text: str) -> Decimal | None:
    if field.type == "money":
        amount = amounts.constant(text)
        return None if amount is None else Decimal(amount) / 100
    return Decimal(text) if field.type in FIGURES and _FIGURE.fullmatch(text) else None


def _warn_of_never_filled(process: Process, context: Context) -> None:
    """A field that nothing fills stays empty: what is asked of it is never known."""
    filled = {*_filled(process), process.area, *(name for noun, name in context.meant if noun == "field")}
    for name, series in process.series.items():
        if not series.dates and name not in concerned(filled) and ("series", name) in context.used:
            message = f"Nothing ever writes a row of {name}: no form asks for one."
            mend = "Put it into the form of an event, or remove what asks for it."
            context.warning(("series", name), "never-filled", message, mend, also=_asking(context, name))
    for name in process.fields:
        if name not in filled and ("field", name) in context.used:
            message = f"Nothing ever fills {name} in: no form asks for it, and no set: gives it a value."
            mend = "Put it into a form, or remove what asks for it."
            context.warning(("fields", name), "never-filled", message, mend, also=_asking(context, name))


def _asking(context: Context, name: str) -> Second | None:
    """Where an expression asks for a field or series first."""
    asked = (path for path, one, language in context.expressions if name in one.names - language.own)
    return next(((path, "here it is asked for") for path in asked), None)


def _warn_of_unknown_dues(process: Process, context: Context) -> None:
    """A due date that hangs on a field that nobody has to fill in: such a task may never be overdue."""
    sure = {name for form in _forms(process) for name, required in form.items() if required}
    sure |= {name for name, _ in process.every_set()} | {one.name for one in process.fields.values() if one.default}
    for task in process.tasks.values():
        if task.due_by is None or any(one.name in _MINDS_EMPTY for one in tokens.words(task.due_by.date.text)):
            continue
        # Of a field that nothing fills it is told already that it stays empty.
        for name in sorted(
            (task.due_by.date.names & set(_filled(process))) - sure - _known_when_raised(process, task.name)
        ):
            message = f"Nobody has to fill {name} in: while it is empty, the task {task.name} is due on no day."
            mend = f"Ask for {name} as required, or say what holds then: {name} != null ? … : opened + 4 weeks."
            field = (("fields", name), "the field that it hangs on")
            context.warning(("tasks", task.name, "due"), "no-due-date", message, mend, also=field)


def _known_when_raised(process: Process, task: str) -> frozenset[str]:
    """The fields without which nothing raises a task: it comes up by timers alone, whose dates hang on them."""
    timers = [one for state in process.states.values() for one in state.timers.values()]
    elsewhere = {raising.task for state in process.states.values() for raising in state.raises}
    elsewhere |= {raising.task for way in process.every_way() for raising in way.raises}
    elsewhere |= {raising.task for one in timers for raising in one.refused_raises}
    dates = [one.dated_by for one in timers if task in {raising.task for raising in one.raises}]
    return frozenset.intersection(*dates) if dates and task not in elsewhere else frozenset()


def _forms(process: Process) -> Iterator[Mapping[str, bool]]:
    yield process.opening.form
    yield from (event.form for _, event in process.every_event())


def _filled(process: Process) -> Iterator[str]:
    yield from process.opening.form
    for _, event in process.every_event():
        yield from event.form
    yield from (name for name, _ in process.every_set())
    yield from (one.name for one in process.fields.values() if one.default)


def _warn_of_task(process: Process, context: Context, task: TaskKind, events: list[Event], raised: set[str]) -> None:
    path = ("tasks", task.name, "done_by")
    if not any(_may_do(task, event) for event in events):
        message = f"Nobody who has the task {task.name} may do one of the events that do it."
        mend = "Let one of them be done by its role, or by the role that it escalates to."
        has = (("tasks", task.name, "role"), "who has it")
        context.warning(path, "cannot-be-done", message, mend, also=has)
    for state in sorted(raised):
        if not any(task.done_by & process.events_in(leaf).keys() for leaf in process.leaves_in(state)):
            message = f"The task {task.name} is raised in {state}, where none of the events that do it stands."
            mend = "Name an event of that state under done_by:, or raise the task elsewhere."
            context.warning(path, "cannot-be-done", message, mend, also=(state_path(state), "where it is raised"))


def _may_do(task: TaskKind, event: Event) -> bool:
    holders = {task.role} | {one.to for one in task.escalate}
    # What nobody may do is sent by a timer or a free place, and the task is done by that.
    return not event.by or bool(holders & event.by)


def _raised(process: Process) -> dict[str, set[str]]:
    """The states that each task belongs to when it is raised."""
    found: dict[str, set[str]] = {}
    for name, state in (*_raised_by_states(process), *_raised_by_ways(process)):
        found.setdefault(name, set()).add(state)
    return found


def _raised_by_states(process: Process) -> Iterator[tuple[str, str]]:
    for state in process.states.values():
        timers = state.timers.values()
        raised = [*state.raises, *(raising for one in timers for raising in (*one.raises, *one.refused_raises))]
        yield from ((one.task, state.name) for one in raised)


def _raised_by_ways(process: Process) -> Iterator[tuple[str, str]]:
    """Where a way stays where it is, the task belongs to whatever state that was: then nothing is said of it."""
    for way in process.every_way():
        if way.to is not None and not way.back:
            leaf = process.leaf(way.to)
            names = {one.task for one in way.raises}
            yield from ((name, leaf) for name in sorted(names - _entered_raises(process, leaf)))


def _entered_raises(process: Process, leaf: str) -> set[str]:
    """What a state raises itself belongs to that state, even where the way there raises it too."""
    return {one.task for state in process.around(leaf) for one in state.raises}
