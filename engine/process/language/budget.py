"""Budget: how many rounds the loops of an expression may go before it is given up, and whether one can need more. Pure.

CEL counts the rounds of `all`, `exists`, `map` and the like while an expression runs. What goes beyond is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.process.language import tokens

if TYPE_CHECKING:
    from engine.process.language.expressions import Expression

ROUNDS = 10_000
"""So many rounds CEL goes in all loops of one expression together."""
_GONE_BEYOND = "Iteration budget exceeded"
_LOOP = re.compile(r"\.\s*(?P<kind>all|exists|exists_one|map|filter)\s*\(\s*")
_OPENS = {")": "(", "]": "["}
# A value of each type that goes into a loop; only lists have a length, and those are as long as their choices allow.
_SAMPLE: dict[str, Any] = {"integer": 1, "number": 1.0, "money": "1.00", "yes_no": True, "date": "2024-01-08"}
_SAMPLE |= {"time": "2024-01-08T09:00", "choices": []}


class Exceeded(Exception):
    """The loops of an expression go more rounds than are gone."""


def run(program: Any, given: dict[str, Any]) -> Any:
    """What a compiled expression gives.

    Raises:
        Exceeded: its loops go more rounds than are gone.
    """
    try:
        return program.eval(data=given)
    except RuntimeError as error:
        if _GONE_BEYOND in str(error):
            raise Exceeded from None
        raise


def fullest(fields: Iterable[tuple[str, str]], choices: Any) -> dict[str, Any]:
    """A case in which every field is filled in, and each list is as long as it can be."""
    return {name: sorted(choices[name]) if name in choices else _SAMPLE.get(kind, "x") for name, kind in fields}


def in_full(expression: Expression) -> Expression | None:
    """All outermost loops of an expression side by side, each going to its end; None where there is none.

    As it stands, one that is decided early goes no further: another case would.
    """
    text = expression.text
    found = [_to_the_end(text[start:end]) for start, end in _outermost(text)]
    return replace(expression, text=f"[{', '.join(found)}]") if found else None


def _outermost(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    plain = tokens.bare(text)
    for loop in _LOOP.finditer(plain):
        start, end = _begin(plain, loop.start()), _end(plain, loop.end())
        # Of loops in a row, as in `a.filter(…).map(…)`, the last one holds all.
        found = [one for one in found if not (start <= one[0] and one[1] <= end)]
        if not any(one[0] <= start and end <= one[1] for one in found):
            found.append((start, end))
    return found


def _begin(plain: str, at: int) -> int:
    """Where the list begins that stands before a dot: a name, a list, or a call."""
    while at > 0:
        before = plain[:at].rstrip()
        if before.endswith(tuple(_OPENS)):
            at = _opened(before, len(before) - 1)
        elif (word := re.search(r"[\w.]+$", before)) is not None:
            at = word.start()
        else:
            break
        if not re.search(r"[\w.)\]]\s*$", plain[:at]):
            break
    return at


def _opened(plain: str, at: int) -> int:
    depth = 0
    for place in range(at, -1, -1):
        depth += (plain[place] in ")]}") - (plain[place] in "([{")
        if depth == 0:
            return place
    return 0


def _end(plain: str, at: int) -> int:
    depth = 1
    for place in range(at, len(plain)):
        depth += (plain[place] in "([{") - (plain[place] in ")]}")
        if depth == 0:
            return place + 1
    return len(plain)


def _to_the_end(text: str) -> str:
    """The same loops, none of which stops before the end of its list: what they ask is kept beside each member."""
    plain = tokens.bare(text)
    loop = next(_LOOP.finditer(plain), None)
    if loop is None:
        return text
    pieces = tokens.arguments(text, loop.end()) or []
    end = _end(plain, loop.end())
    before, rest = text[: loop.start()], _to_the_end(f"x{text[end:]}")[1:]
    name, *asked = (piece.strip() for piece in pieces)
    asked = [_to_the_end(one) for one in asked]
    if loop["kind"] == "map":
        return f"{before}.map({name}, [{', '.join(reversed(asked))}][0]){rest}"
    if loop["kind"] == "filter":
        return f"{before}.map({name}, [{name}, {asked[-1]}][0]){rest}"
    return f"({before}.map({name}, [{asked[-1]}]).size() >= 0){rest}"
