"""Excerpt: the line of a file that a problem is about, with a mark below the place. Pure."""

from __future__ import annotations

import unicodedata

from engine.source.problem import Problem

# With the number of the line it fits the narrowest window that people work in.
WIDTH = 72
_CUT = "…"


def excerpt(problem: Problem, text: str) -> str:
    """The line that a problem is about, and a caret below its column; empty where the text has no such line.

    Below it the other half of the problem in the same way, where it has one, with what is said of that.
    """
    lines, also = text.split("\n"), problem.also
    shown = [_marked(lines, problem.line, problem.column)]
    shown += [f"{found} {also.said}" for found in [_marked(lines, also.line, also.column)] if found] if also else []
    return "\n".join(one for one in shown if one)


def _marked(lines: list[str], count: int, column: int) -> str:
    if count > len(lines) or not lines[count - 1].strip():
        return ""
    line, at = _around("".join(map(_seen, lines[count - 1].rstrip("\r"))), column - 1)
    number = f"{count:>5}"
    return f"{number} | {line}\n{' ' * len(number)} | {' ' * sum(map(_width, line[:at]))}^"


def _seen(sign: str) -> str:
    """A sign as it can be shown in its place: what cannot be seen, or would turn the line about, is a dot."""
    return sign if sign.isprintable() else " " if sign == "\t" else "·"


def _around(line: str, at: int) -> tuple[str, int]:
    """So much of a long line as can be read around a place, and where the place is in it."""
    start = max(0, min(at - WIDTH // 2, len(line) - WIDTH))
    shown = line[start : start + WIDTH]
    cut = shown + (_CUT if start + WIDTH < len(line) else "")
    return (_CUT + cut, at - start + 1) if start else (cut, at)


def _width(sign: str) -> int:
    """How many columns a sign takes where all others take one."""
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
