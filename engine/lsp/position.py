"""Position: places of a text as editors count them, in lines and units from 0, and as the program does, in signs. Pure.

An editor that says nothing else counts in UTF-16: a sign beyond the first 65,536 is two units.
"""

from __future__ import annotations

UTF16, UTF8, UTF32 = "utf-16", "utf-8", "utf-32"


def position_at(text: str, offset: int, encoding: str = UTF16) -> tuple[int, int]:
    """Line and unit of the sign at an offset of a text; its end, if the offset lies behind it."""
    before = text[: max(offset, 0)]
    start = before.rfind("\n") + 1
    return before.count("\n"), sum(_units(sign, encoding) for sign in before[start:])


def offset_at(text: str, line: int, unit: int, encoding: str = UTF16) -> int:
    """The offset of what stands at a line and unit; the end of the line, or of the text, where it has none so far."""
    start = 0
    for _ in range(line):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    end = text.find("\n", start)
    at, counted = start, 0
    while at < (len(text) if end < 0 else end) and counted < unit:
        counted += _units(text[at], encoding)
        at += 1
    return at


def offset_of(text: str, line: int, column: int) -> int:
    """The offset of a place that a problem names, in lines and signs from 1."""
    lines = text.split("\n")
    line = min(line, len(lines))
    return sum(len(one) + 1 for one in lines[: line - 1]) + min(column - 1, len(lines[line - 1]))


def _units(sign: str, encoding: str) -> int:
    if encoding == UTF32:
        return 1
    if encoding == UTF8:
        return len(sign.encode("utf-8", "surrogatepass"))
    return 2 if ord(sign) > 0xFFFF else 1
