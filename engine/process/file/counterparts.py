"""Counterparts: what a process says of the processes that its links lead to, held against those that are at hand. Pure.

Those are handed in by whoever has them: other files, or what a site has published. Itself a process always knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from engine.process.definition import Process
from engine.process.file.context import Context, Other, entries_of, event_path
from engine.process.language import links
from engine.process.language.comparisons import calls_compared
from engine.process.language.expressions import Expression
from engine.process.language.faults import word
from engine.process.language.tokens import is_text, literal
from engine.process.language.values import HANDED
from engine.process.links import Opens
from engine.source.problem import Problem, Severity, certain, nearest
from engine.source.reader import Path, Source


def check_openings(process: Process, context: Context) -> None:
    """Note what events say of cases that they open, and cannot be."""
    # What was published before this was looked at goes on: such an event is refused.
    if context.language.is_published:
        return
    for scope, event in process.every_event():
        opens = event.opens
        theirs = _known(process, context, opens.process) if opens else None
        link = process.links.get(opens.link) if opens else None
        if opens and theirs and link and theirs.process.name in link.to:
            found = _unfit(context, (*event_path(scope, event.name), "opens"), opens, theirs.process)
            context.problems.extend(one if theirs.is_sure else replace(one, severity=Severity.WARNING) for one in found)


def _known(process: Process, context: Context, name: str) -> Other | None:
    """The process of a name, as far as it is at hand; of this one also how cases of its other versions end."""
    other = context.others.get(name)
    if name != process.name:
        return other
    # Some of what it says may not be there.
    is_there = context.is_whole and not context.blurred
    return Other(process, process.outcomes | (other.outcomes if other else frozenset())) if is_there else None


def check_outcomes(process: Process, context: Context) -> None:
    """Warn of ends that a linked case is compared with, and that no case there ever has."""
    if context.language.is_published:
        return
    for path, expression, _ in context.expressions:
        for one in calls_compared(expression.text, links.OUTCOME) if expression.awaits else ():
            kind = process.links.get(one.name)
            theirs = [_known(process, context, name) for name in kind.to] if kind else []
            known = frozenset().union(*(other.outcomes for other in theirs if other))
            if all(theirs) and theirs and one.text not in known:
                place = context.source.within(path, one.offset)
                context.problems.append(_no_outcome(context.source.file, place, one.text, known, theirs))


def _no_outcome(
    file: str, place: tuple[int, int], text: str, known: Collection[str], theirs: Collection[Other | None]
) -> Problem:
    titles = " or ".join(other.process.title for other in theirs if other)
    message = f"No case of {titles} ends with {text!r}."
    return Problem(file, *place, "unknown-outcome", message, nearest(text, known), Severity.WARNING)


def names_linked(data: Any) -> set[str]:
    """The processes that the links of a document lead to; itself, if it has links at all."""
    own = data.get("process") if isinstance(data, dict) and entries_of(data, "links") else None
    return {*others_named(data).values(), *([own] if isinstance(own, str) else [])}


def others_named(data: Any) -> dict[Path, str]:
    """The processes that the links of a document lead to, and that are others, by where each is named."""
    found: dict[Path, str] = {}
    own = data.get("process") if isinstance(data, dict) else None
    for link, raw in entries_of(data, "links"):
        to = raw.get("to") if isinstance(raw, dict) else None
        path: Path = ("links", link, "to")
        named = {(*path, at): one for at, one in enumerate(to)} if isinstance(to, list) else {path: to}
        found |= {at: one for at, one in named.items() if isinstance(one, str) and one != own}
    return found


def unknown_others(source: Source, known: Collection[str], where: str) -> Iterator[Problem]:
    """A warning for each process that a link leads to and that is none of those `known`, which stand `where`."""
    for path, name in others_named(source.data).items():
        if name not in known:
            others = {*known} - {source.data["process"]} if "process" in source.data else known
            mend = nearest(name, others) if others else "It may be published later: then nothing is wrong."
            found = source.problem(path, "unknown-process", f"There is no process {name} {where}.", mend)
            yield replace(found, severity=Severity.WARNING)


def _unfit(context: Context, path: Path, opens: Opens, theirs: Process) -> Iterator[Problem]:
    source, given = context.source, [name for name, _ in opens.values]
    if opens.state and opens.state not in theirs.initial:
        yield _no_beginning(source, (*path, "in"), opens.state, theirs)
    for name, expression in opens.values:
        if name not in theirs.opening.form:
            yield _not_asked(source, (*path, "with", name), name, theirs)
        elif name in theirs.fields:
            yield from _unlike(context, (*path, "with", name), expression, name, theirs)
    lacking = [name for name in _needed(theirs) if name not in given]
    if lacking:
        titles = " and ".join(theirs.title_of("fields", name) for name in lacking)
        message = f"{theirs.title} asks for {titles} when a case begins, and nothing is handed over for it."
        mend = f"Add it in with:, as {lacking[0]}: …."
        yield replace(source.key_problem(path, "cannot-be-filled", message, mend), severity=Severity.WARNING)


def _unlike(context: Context, path: Path, expression: Expression, name: str, theirs: Process) -> Iterator[Problem]:
    """What is handed over to a field and is none of its values; of a text that is not written here, it may be one."""
    field, gives = theirs.fields[name], context.language.gives(expression)
    if gives not in {*HANDED[field.type], "NULL", "DYN"}:
        message = f"This gives {word(gives)}, and {field.title} of {theirs.title} is of the type {field.type}."
        found = context.source.problem(path, "expression-type", message, "Hand over what can be typed there.")
        yield replace(found, severity=Severity.WARNING if gives == "STRING" else Severity.ERROR)
        return
    text = expression.text.strip()
    handed = [literal(text)] if is_text(text) else sorted(context.language.choices.get(text, ()))
    known = {*field.choices, *field.choices.values()}
    wrong = [one for one in handed if one is not None and one not in known] if field.choices else []
    if wrong:
        message = f"{field.title} of {theirs.title} cannot be {' or '.join(wrong)}."
        found = context.source.problem(path, "wrong-value", message, nearest(wrong[0], field.choices))
        yield found if is_text(text) else replace(found, severity=Severity.WARNING)


def _needed(theirs: Process) -> list[str]:
    """What a case is not begun without, and that fills in nobody else by itself."""
    by_itself = {*theirs.begun_with, theirs.organisation, theirs.area}
    return [name for name, required in theirs.opening.form.items() if required and name not in by_itself]


def _no_beginning(source: Source, path: Path, state: str, theirs: Process) -> Problem:
    if state in theirs.states:
        message = f"No case of {theirs.title} begins in {state}."
        return source.problem(path, "wrong-value", message, f"One of: {', '.join(theirs.initial)}.")
    message, instead = f"There is no state {state} in {theirs.title}.", certain(state, theirs.initial)
    return source.problem(path, "unknown-state", message, nearest(state, theirs.initial), instead=instead)


def _not_asked(source: Source, path: Path, name: str, theirs: Process) -> Problem:
    asked = theirs.opening.form
    if name in theirs.fields:
        message = f"{theirs.title} does not ask for {theirs.title_of('fields', name)} when a case begins."
        return source.key_problem(path, "wrong-value", message, nearest(name, asked))
    message, instead = f"There is no field {name} in {theirs.title}.", certain(name, asked)
    return source.key_problem(path, "unknown-field", message, nearest(name, asked), instead=instead)
