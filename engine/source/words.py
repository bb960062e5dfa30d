"""Words: how a number is said before what it counts. Pure."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts: `1 task`, `2 tasks`; `many` where more than an s is added: `cases are`."""
    return f"{number:,} {noun(number, one, many)}"


def noun(number: int, one: str, many: str = "") -> str:
    """What a number counts, as it is said after that number."""
    return one if number == 1 else many or f"{one}s"
