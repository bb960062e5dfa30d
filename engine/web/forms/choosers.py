"""Choosers: a field in which one of many is chosen.

Where there are too many for a list, a part of a name is written, and one of those that it finds is chosen: by two forms
one after the other, so that no script is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.case.answers.records import offered as offered_of
from engine.process.definition import Field, Process
from engine.process.register import RECORDS, Register
from engine.process.rows import unnumbered
from engine.service import Engine
from engine.web.forms.forms import Question

# More are not looked through in a list, and ten thousand of them make a page of a megabyte.
MOST = 100
# As many are offered while somebody writes a name.
SUGGESTED = 2000
WRITE = "Write a part of the name: then you choose from those that it finds."
# What is searched for, and how many are wanted: values with what they are called.
Find = Callable[[str, int], list[tuple[str, str]]]


def offered(asked: Question, find: Find) -> Question:
    """The question with all that can be chosen where these are few; else what is chosen is written.

    Where there is nothing to choose from it stays as it is.
    """
    found = find("", MOST + 1)
    if not found:
        return asked
    asked.choices = found if len(found) <= MOST else []
    asked.type = "select" if len(found) <= MOST else "text"
    if asked.type == "text":
        asked.hint = f"{asked.hint} {WRITE}".strip()
    return asked


def narrowed(asked: Question, find: Find) -> Question:
    """The same after something was written that can not be chosen: with those that it finds, and what is wrong."""
    if asked.type != "text" or not asked.value:
        return asked
    found = find(str(asked.value), MOST + 1)
    if not found:
        asked.error = "Nothing is found by this. Write another part of the name."
        return asked
    asked.type, asked.choices, asked.hint = "select", found[:MOST], "Choose nothing to write another part of the name."
    asked.error = "Choose which one is meant."
    if len(found) > MOST:
        asked.error = f"More than {MOST} are found by this, and the first {MOST} stand here: choose one, or write more."
    return asked


def with_records(
    engine: Engine, process: Process, questions: list[Question], data: Mapping[str, Any]
) -> list[Question]:
    """The same questions about a case with this data, those for an organisation or a person with what may be chosen:
    a list of few; of many the names are offered while one is written.
    """
    known = {one.name: field for one in questions if (field := process.fields.get(unnumbered(one.name)))}
    asked = [one for one in questions if one.name in known and known[one.name].type in RECORDS]
    register = engine.among.register(process) if asked else Register()
    for one in asked:
        found = offered_of(_alone(known[one.name], process, known), register, data)
        if found is not None and one.type != "select":
            _offer(one, found, register)
    return questions


def _alone(field: Field, process: Process, asked: Iterable[str]) -> Field:
    """A field as it is offered: where the same form says of which organisation somebody is, all of them are."""
    is_open = field.organisation in asked or field.organisation not in process.fields
    return replace(field, organisation="") if is_open else field


def _offer(asked: Question, found: Mapping[str, str], register: Register) -> None:
    value = str(asked.value or "")
    if len(found) <= MOST:
        # What stands there may stay, though it could not be chosen any more.
        stands = {value: register.names.get(value, value)} if value and value not in found and not asked.error else {}
        asked.type, asked.choices = "select", [*found.items(), *stands.items()]
        return
    asked.value = found.get(value) or register.names.get(value, value)
    alone = Counter(found.values())
    if len(found) <= SUGGESTED:
        asked.suggested = [(name if alone[name] == 1 else one, name) for one, name in found.items()]
