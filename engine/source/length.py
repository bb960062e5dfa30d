"""Length: the units in which people count time, and the length that a misspelt one can only mean. Pure."""

from __future__ import annotations

import re

from engine.source.problem import certain

UNITS = ("minute", "hour", "day", "week", "month", "year", "school day", "half term", "term")
_PIECE = re.compile(r"([0-9]{1,5})\s*([A-Za-z][A-Za-z -]{2,20})")


def meant(text: str) -> str:
    """The length that alone can be meant by a text that is none; empty where there is no such length."""
    pieces = [_piece(one.strip()) for one in text.split("+")]
    return " + ".join(pieces) if all(pieces) else ""


def _piece(text: str) -> str:
    found = _PIECE.fullmatch(text)
    if not found:
        return ""
    unit = " ".join(found[2].lower().split())
    one = unit.removesuffix("s")
    known = one if one in UNITS else certain(one, UNITS)
    return f"{found[1]} {known}{'s' if known and unit.endswith('s') else ''}" if known else ""
