"""YAML text to plain values that remember where they were written. Pure.

YAML 1.2 core scalars only, and numbers as they are read everywhere: `yes`, `no`, dates and `1e3` are
words. Refused with a position: what is not YAML or not UTF-8, control characters, tags, duplicate
keys, aliases that multiply, more than 64 levels, more than 1 MB.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.source import number, sign
from engine.source.edit import Edit, as_written, swapped
from engine.source.problem import Also, Problem, Refused

# Far more than any process needs, and few enough that a hostile file costs no more than a moment.
MAX_BYTES = 1_000_000
# The builder calls itself once a level: this keeps it well under Python's limit of calls.
MAX_DEPTH = 64
# Counted with aliases written out: a few lines of aliases can stand for billions of values.
MAX_NODES = 50_000

# Line feed, carriage return, tab and next line are YAML's own; the rest no editor shows and YAML does not take.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# YAML 1.1 also takes yes, no, on and off for truth values, which turns answers and names of people into them.
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# The loader in C is many times faster, but not every build of PyYAML has it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FOLDED = " \t\n"  # what YAML folds; other spaces stay as they are
_STRUCTURE = re.compile(r"^ *|[:,\[{-] *")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A position in the text: `line` and `column` from 1, `start` and `end` as character offsets."""

    line: int
    column: int
    start: int
    end: int


@dataclass
class Node:
    """One value of the document: a scalar, a list (`items`) or a map (`entries`)."""

    place: Place
    value: Any = None
    items: list[Node] | None = None
    entries: dict[str, tuple[Place, Node]] | None = None
    size: int = 1

    def plain(self) -> Any:
        """The value without positions."""
        if self.entries is not None:
            return {key: node.plain() for key, (_, node) in self.entries.items()}
        if self.items is not None:
            return [node.plain() for node in self.items]
        return self.value

    def texts(self) -> Iterator[tuple[Place, str]]:
        """Every text in it, and every key, with where it is written."""
        if isinstance(self.value, str):
            yield self.place, self.value
        for inside in self.items or ():
            yield from inside.texts()
        for key, (place, inside) in (self.entries or {}).items():
            yield place, key
            yield from inside.texts()

    def child(self, step: str | int) -> Node | None:
        """The value one step below, or None where there is none."""
        if self.entries is not None and step in self.entries:
            return self.entries[str(step)][1]
        if self.items is not None and isinstance(step, int) and step < len(self.items):
            return self.items[step]
        return None


@dataclass(frozen=True)
class Source:
    """A document that could be read: its plain `data` and the way back to its text."""

    file: str
    text: str
    root: Node
    data: Any = field(default=None)

    def place(self, path: Path) -> Place:
        """Where the value at `path` is written; the nearest ancestor where it is absent."""
        node = self.root
        for step in path:
            below = node.child(step)
            if below is None:
                break
            node = below
        return node.place

    def key_place(self, path: Path) -> Place:
        """Where the last key of `path` is written; list items and absent keys give the value."""
        parent: Node | None = self.root
        for step in path[:-1]:
            parent = parent.child(step) if parent else None
        entries = parent.entries if parent else None
        if entries and path and path[-1] in entries:
            return entries[str(path[-1])][0]
        return self.place(path)

    def within(self, path: Path, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset` of the string value at `path`.

        Quotes, escapes and folded lines are walked over, so that a column inside a guard is the
        column in the file.
        """
        place = self.place(path)
        value = str(self.root_value(path))
        at = _raw_offset(self.text[place.start : place.end], value, offset) + place.start
        return position(self.text, at)

    def root_value(self, path: Path) -> Any:
        """The plain value at `path`; None where there is none."""
        return value_at(self.data, path)

    def inside(self, path: Path, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """Edits of the string value at `path` as edits of the document; none where one of them is written otherwise."""
        place, value = self.place(path), str(self.root_value(path))
        raw, found = self.text[place.start : place.end], list[Edit]()
        for one in edits:
            start = _raw_offset(raw, value, one.start)
            end = start + one.end - one.start
            if raw[start:end] != value[one.start : one.end]:
                return ()
            found.append(Edit(place.start + start, place.start + end, as_written(one.text, raw[:1])))
        return tuple(found)

    def problem(self, path: Path, code: str, message: str, mend: str = "", *, instead: str = "") -> Problem:
        """A problem with the value at `path`. `instead`: the text that alone can be meant by it."""
        return self._blamed(self.place(path), str(self.root_value(path)), instead, code, message, mend)

    def key_problem(self, path: Path, code: str, message: str, mend: str = "", *, instead: str = "") -> Problem:
        """A problem with the last key of `path`. `instead`: the key that alone can be meant by it."""
        return self._blamed(self.key_place(path), str(path[-1]) if path else "", instead, code, message, mend)

    def _blamed(self, place: Place, said: str, instead: str, code: str, message: str, mend: str) -> Problem:
        """The problem with what stands at a place, or the sign in it that only looks like what is meant."""
        odd = odd_sign(self.file, self.text, place.start, place.end)
        edits = swapped(self.text, place.start, place.end, said, instead)
        return odd or Problem(self.file, place.line, place.column, code, message, mend, edits=edits)


def value_at(data: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path of plain values; None where there is nothing."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column of the character at an offset of a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def odd_sign(file: str, text: str, start: int, end: int) -> Problem | None:
    """The first sign between two places of a text that only looks like a space or a quote, or cannot be seen."""
    found = sign.mistaken_in(text[start:end])
    if found is None:
        return None
    at = start + found[0]
    quote = text[start] if text[start] in "\"'" else ""
    edits = (
        Edit(start + one, start + one + 1, as_written(meant, quote)) for one, meant in sign.meant_in(text[start:end])
    )
    return Problem(file, *position(text, at), "odd-sign", f"This is {found[1]}.", found[2], edits=tuple(edits))


def _raw_offset(raw: str, value: str, offset: int) -> int:
    """How far into the raw scalar the character `offset` of its value lies."""
    at = 0
    for char in value[:offset]:
        if char in _FOLDED:
            while at < len(raw) and raw[at] not in _FOLDED:
                at += 1
            while at < len(raw) and raw[at] in _FOLDED:
                at += 1
            continue
        found = raw.find(char, at)
        at = found + 1 if found >= 0 else at
    following = raw.find(value[offset], at) if offset < len(value) else -1
    return following if following >= 0 else min(at, max(len(raw) - 1, 0))


def read(content: bytes | str, file: str) -> Source:
    """Read a document.

    Raises:
        Refused: with every problem found; nothing is half-read.
    """
    text = _decode(content, file)
    try:
        root = _Builder(text, file).build()
    except yaml.YAMLError as error:
        raise Refused([_yaml_problem(error, file, text)]) from None
    return Source(file, text, root, root.plain())


def plain(text: str) -> str:
    """A text as it is read: each line ends with one sign, and no mark of its order of bytes stands before it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes | str, file: str) -> str:
    try:
        raw = content.encode("utf-8") if isinstance(content, str) else content
        if len(raw) > MAX_BYTES:
            message = f"The file has {len(raw):,} bytes."
            mend = f"At most {MAX_BYTES:,} are read."
            raise Refused([Problem(file, 1, 1, "too-big", message, mend)])
        text = raw.decode("utf-8-sig")
    except UnicodeError as error:
        place, message = _position_of_bad_byte(content, error), "The file is not UTF-8 text."
        raise Refused([Problem(file, *place, "not-utf8", message, "Save it with the encoding UTF-8.")]) from None
    bad = list(CONTROL.finditer(text := plain(text)))
    if bad:
        message = f"A control character (U+{ord(bad[0][0]):04X}) stands in the text."
        edits, place = tuple(Edit(*one.span(), "") for one in bad), position(text, bad[0].start())
        raise Refused([Problem(file, *place, "control-character", message, "Remove it.", edits=edits)])
    return text


def _position_of_bad_byte(content: bytes | str, error: UnicodeError) -> tuple[int, int]:
    if isinstance(content, str) or not isinstance(error, UnicodeDecodeError):
        return 1, 1
    before = content[: error.start]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return before.count(b"\n") + 1, column


def _yaml_problem(error: yaml.YAMLError, file: str, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    odd = _odd_structure(file, text, line)
    if odd:
        return odd
    what = " ".join(str(getattr(error, "problem", None) or "cannot be read").split())
    mend = "Check the indentation, colons and quotes here and in the line above."
    return Problem(file, line, column, "not-yaml", f"This is not YAML: {what}.", mend)


def _odd_structure(file: str, text: str, line: int) -> Problem | None:
    """A sign that only looks like a space or a quote where a line, or the one above it, says how the file is built."""
    lines = text.split("\n")
    for count in (line, line - 1):
        if not 0 < count <= len(lines):
            continue
        start = sum(len(one) + 1 for one in lines[: count - 1])
        for place in _STRUCTURE.finditer(lines[count - 1]):
            end = place.end() + 1
            while sign.mistaken_in(lines[count - 1][end : end + 1]):
                end += 1
            odd = odd_sign(file, text, start + place.end(), start + end)
            if odd:
                return odd
    return None


class _Builder:
    """Builds the tree from parser events, so that limits hold before anything is expanded."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.anchors: dict[str, Node | None] = {}
        self.nodes = 0
        self.problems: list[Problem] = []

    def build(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                mend = "Remove the line --- and what follows it."
                self._stop(event, "not-yaml", "The file holds more than one document.", mend)
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)
        if self.problems:
            raise Refused(self.problems)
        return root or Node(Place(1, 1, 0, 0))

    def _node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            message = f"Values are nested deeper than {MAX_DEPTH} levels."
            self._stop(event, "too-deep", message, "Flatten the structure.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._note(event, "tag", f"The tag {event.tag} is not known.", "Remove the tag.")
        if event.anchor:
            self.anchors[event.anchor] = None
        node = self._fresh(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _fresh(self, event: Any, depth: int) -> Node:
        self._count(event, 1)
        if isinstance(event, yaml.ScalarEvent):
            return Node(_place(event), _scalar(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _sequence(self, event: Any, depth: int) -> Node:
        node = Node(_place(event), items=[])
        for inner in self.events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            child = self._node(inner, depth + 1)
            node.size += child.size
            assert node.items is not None
            node.items.append(child)
        return node

    def _mapping(self, event: Any, depth: int) -> Node:
        node = Node(_place(event), entries={})
        for inner in self.events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            key = self._node(inner, depth + 1)
            value = self._node(next(self.events), depth + 1)
            node.size += key.size + value.size
            self._enter(node, inner, key, value)
        return node

    def _enter(self, node: Node, event: Any, key: Node, value: Node) -> None:
        assert node.entries is not None
        if key.items is not None or key.entries is not None:
            self._note(event, "not-yaml", "A key must be a word, not a list or a map.", "")
            return
        # As it is written: to whoever reads the file 1 and "1" are one key.
        name = key.value if isinstance(key.value, str) else getattr(event, "value", str(key.value))
        if name in node.entries:
            first = node.entries[name][0]
            message = f"The key {name} stands here a second time, first in line {first.line}."
            also = Also(first.line, first.column, "here first")
            self._note(event, "duplicate-key", message, "Rename or remove one of the two.", also)
        else:
            node.entries[name] = (_place(event), value)

    def _alias(self, event: Any) -> Node:
        known = self.anchors.get(event.anchor)
        if known is None:
            message = f"The alias *{event.anchor} has no finished anchor before it."
            self._stop(event, "alias", message, "Write the value out.")
            raise AssertionError
        self._count(event, known.size)
        return known

    def _count(self, event: Any, more: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            message = f"With its aliases written out, the file holds more than {MAX_NODES:,} values."
            self._stop(event, "alias", message, "Use fewer aliases.")

    def _note(self, event: Any, code: str, message: str, mend: str, also: Also | None = None) -> None:
        place = _place(event)
        self.problems.append(Problem(self.file, place.line, place.column, code, message, mend, also=also))

    def _stop(self, event: Any, code: str, message: str, mend: str) -> None:
        self._note(event, code, message, mend)
        raise Refused(self.problems)


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    return Place(start.line + 1, start.column + 1, start.index, end.index)


def _scalar(event: Any) -> Any:
    text: str = event.value
    # In quotes it is a text, whatever it looks like.
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    for known in (number.whole, number.decimal):
        with contextlib.suppress(number.NotANumber):
            return known(text)
    return text
