"""Edit: some characters of a text that others take the place of, and the text with them in their places. Pure.

Everything else stays as it is written, comments and line ends too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

# What a backslash stands for between double quotes, as far as it says which sign is meant.
_ESCAPE = re.compile(r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<one>.))", re.S)
_SHORT = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "N": "\x85", "_": "\xa0"}
_SHORT |= {"L": "\u2028", "P": "\u2029"}


@dataclass(frozen=True, order=True)
class Edit:
    """`text` takes the place of the characters from `start` up to `end`.

    Both are offsets in a text whose lines end with one sign each, without a byte order mark: as a Source holds it.
    """

    start: int
    end: int
    text: str

    def as_data(self) -> dict[str, object]:
        """The same as plain values."""
        return {"start": self.start, "end": self.end, "text": self.text}


def apart(edits: Iterable[Edit]) -> list[Edit]:
    """Those of the edits that do not lie in each other's way, in order: of two that do, the first."""
    kept: list[Edit] = []
    for one in sorted(set(edits)):
        if not kept or (one.start >= kept[-1].end and one.start > kept[-1].start):
            kept.append(one)
    return kept


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text as it stands in its file, with what the edits put into it."""
    mark = len(text) - len(text.removeprefix("\ufeff"))
    # Two signs that end a line are one offset: those before a place move it on.
    ends = [found.start() - mark - count for count, found in enumerate(re.finditer("\r\n", text))]
    for one in reversed(apart(edits)):
        start, end = (at + mark + bisect_left(ends, at) for at in (one.start, one.end))
        text = text[:start] + one.text + text[end:]
    return text


def swapped(text: str, start: int, end: int, before: str, after: str) -> tuple[Edit, ...]:
    """`after` in place of what stands between two offsets, if that is `before`, in quotes or not; else nothing."""
    raw = text[start:end]
    if not after or before == after:
        return ()
    if raw == before:
        return (Edit(start, end, after),)
    return (Edit(start + 1, end - 1, after),) if raw in {f'"{before}"', f"'{before}'"} else ()


def as_written(after: str, quote: str) -> str:
    """A text as it is written between quotes of a kind: what would end it is escaped."""
    if quote == '"':
        return after.replace("\\", "\\\\").replace('"', '\\"')
    return after.replace("'", "''") if quote == "'" else after


def without(text: str, start: int, end: int, is_unwanted: Callable[[str], bool]) -> tuple[Edit, ...]:
    """What takes unwanted signs out of a scalar between two offsets, those that are written as escapes too."""
    raw = text[start:end]
    found = [(at, at + 1) for at, sign in enumerate(raw) if is_unwanted(sign)]
    found += [span for span, sign in _escaped(raw) if is_unwanted(sign)]
    return tuple(Edit(start + one, start + other, "") for one, other in sorted(found))


def _escaped(raw: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The signs that a scalar writes as escapes, and where; only double quotes know any."""
    for found in _ESCAPE.finditer(raw) if raw.startswith('"') else ():
        digits = found["x"] or found["u"] or found["U"]
        if digits and int(digits, 16) < 0x110000:
            yield found.span(), chr(int(digits, 16))
        elif found["one"] in _SHORT:
            yield found.span(), _SHORT[found["one"]]
