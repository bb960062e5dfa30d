"""Comparisons: the texts that choices and the state are compared with, where no case ever has such a value. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.process.language.faults import Fault
from engine.process.language.tokens import TEXT, bare, literal
from engine.source.edit import Edit

_TEXT = TEXT[1:-1]  # without its brackets: the groups here have names
_RIGHT = re.compile(rf"(?<![\w.])(?P<name>\w+)\s*[!=]=\s*(?P<said>{_TEXT})")
_LEFT = re.compile(rf"(?P<said>{_TEXT})\s*[!=]=\s*(?P<name>[A-Za-z_]\w*)(?![\w.(])")
_IN_LIST = re.compile(r'(?<![\w.])(?P<name>\w+)\s+in\s*\[(?P<list>[\s",]*)\]')
_IN_FIELD = re.compile(rf"(?P<said>{_TEXT})\s+in\s+(?P<name>[A-Za-z_]\w*)(?![\w.(])")
_SAID = re.compile(_TEXT)
_CALL = r"(?<![\w.]){}\s*\(\s*" + TEXT + r"\s*\)"
_OF_STATE = re.compile(r"(?<![\w.])state\s*(?P<sign>[!=]=)\s*$")
# What stands around a comparison: a side that something is added to is another text.
_BEFORE = ("(", "&&", "||", "?", ":", ",", "[", "!")
_AFTER = (")", "&&", "||", "?", ":", ",", "]")


@dataclass(frozen=True)
class Compared:
    """A field, or the state, and a text that it is compared with, `offset` characters into the expression.

    `is_plain`: as `name == "text"` and `name != "text"`.
    """

    name: str
    text: str
    offset: int
    is_plain: bool = False


def compared(expression: str) -> Iterator[Compared]:
    """Every field or state that is compared with a text, whichever of them stands first, alone or in a list."""
    return _compared(expression, bare(expression))


def calls_compared(expression: str, call: str) -> Iterator[Compared]:
    """The same of a function that is given one text; `name` is what it is given."""
    given: dict[str, str | None] = {}

    def stand_in(found: re.Match[str]) -> str:
        # A name as long as the call, so that every position stays true.
        name = f"_{len(given)}".ljust(len(found[0]), "_")
        given[name] = literal(expression[slice(*found.span(1))])
        return name

    plain = re.sub(_CALL.format(call), stand_in, bare(expression))
    for one in _compared(expression, plain):
        if name := given.get(one.name):
            yield replace(one, name=name)


def _compared(expression: str, plain: str) -> Iterator[Compared]:
    for found in _RIGHT.finditer(plain):
        yield from _read(expression, found["name"], found.span("said"), is_plain=True)
    for pattern in (_LEFT, _IN_FIELD):
        for found in pattern.finditer(plain):
            before, after = plain[: found.start()].rstrip(), plain[found.end() :].lstrip()
            if (not before or before.endswith(_BEFORE)) and (not after or after.startswith(_AFTER)):
                yield from _read(expression, found["name"], found.span("said"))
    for found in _IN_LIST.finditer(plain):
        for said in _SAID.finditer(plain, found.start("list"), found.end("list")):
            yield from _read(expression, found["name"], said.span())


def _read(expression: str, name: str, span: tuple[int, int], *, is_plain: bool = False) -> Iterator[Compared]:
    said = literal(expression[slice(*span)])
    if said is not None:
        yield Compared(name, said, span[0], is_plain)


def around_state(text: str, offset: int, state: str) -> Fault:
    """A state around others that a case is compared with, which is in one of those at any time."""
    message = f"No case is ever in {state} itself: it is in one of the states inside."
    before, end = _OF_STATE.search(text[:offset]), offset + len(state) + 2
    edits: tuple[Edit, ...] = ()
    if before and text[offset : offset + 1] in {'"', "'"} and text[offset + 1 : end - 1] == state:
        said = f"{'!' if before['sign'] == '!=' else ''}within({text[offset:end]})"
        edits = (Edit(before.start(), end, said),)
    return Fault(offset, "never-true", message, f'Write within("{state}").', edits)
