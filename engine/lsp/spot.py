"""Spot: where in a document a place of its text lies, also while it is half typed. Values in, values out."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.authoring.check import kind_of
from engine.source.problem import Refused
from engine.source.reader import Node, Path, Source, read

# Stands for the word that is being typed. Nobody calls anything so, and it is a name like any other.
MARK = "zz_typed_here_zz"
_BEFORE, _AFTER = re.compile(r"[\w.-]*\Z"), re.compile(r"[\w.-]*")
_CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True)
class Spot:
    """A place of a text: the path to it, whether a key stands there, and the word, from `start` up to `end`.

    `source` is the document as far as it could be read; where the word was taken out so that it can be read at all,
    MARK stands in its place.
    """

    source: Source
    kind: str
    path: Path
    is_key: bool
    word: str
    start: int
    end: int


def word_at(text: str, offset: int) -> tuple[int, int]:
    """From where to where the word reaches that an offset lies in, or at the end of."""
    before, after = _BEFORE.search(text, 0, offset), _AFTER.match(text, offset)
    assert before
    assert after
    return before.start(), after.end()


def spot_at(text: str, offset: int, file: str) -> Spot | None:
    """What stands at an offset of a text; None where too little of it can be read."""
    start, end = word_at(text, offset)
    for candidate in _candidates(text, start, end):
        with contextlib.suppress(Refused):
            source = read(candidate, file)
            found = _marked(source.root, ())
            if found:
                return Spot(source, kind_of(source.data), *found, text[start:end], start, end)
    return None


def _candidates(text: str, start: int, end: int) -> Iterator[str]:
    """The text with the mark where the word is: as a value, as a key, and without what follows in its line."""
    break_at = text.find("\n", end)
    rest, behind = (text[end:], "") if break_at < 0 else (text[end:break_at], text[break_at:])
    before = text[:start]
    line = before[before.rfind("\n") + 1 :]
    for mark in (MARK, f"{MARK}: "):
        yield before + mark + rest + behind
    for mark in (MARK, f"{MARK}: ", f"{MARK}'", f'{MARK}"'):
        yield before + mark + _closed(line) + behind
    # What a line above begins may be what cannot be read: nothing below it counts then.
    for mark in (MARK, f"{MARK}: "):
        yield before + mark + _closed(line)


def _closed(line: str) -> str:
    """What closes the brackets that a line leaves open."""
    opened: list[str] = []
    for sign in line:
        if sign in _CLOSING:
            opened.append(_CLOSING[sign])
        elif opened and sign == opened[-1]:
            opened.pop()
    return "".join(reversed(opened))


def _marked(node: Node, path: Path) -> tuple[Path, bool] | None:
    """The path to the mark, and whether it is a key."""
    if isinstance(node.value, str) and MARK in node.value:
        return path, False
    for key, (_, below) in (node.entries or {}).items():
        if MARK in key:
            return (*path, key), True
        if found := _marked(below, (*path, key)):
            return found
    for index, below in enumerate(node.items or ()):
        if found := _marked(below, (*path, index)):
            return found
    return None
