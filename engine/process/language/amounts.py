"""Amounts: money in expressions. Pure.

For whoever checks an expression an amount is a type of its own, which is compared with amounts, added to them and
multiplied by whole numbers, and by nothing else; when it is worked out it is a whole number of smaller units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cel_expr_python import cel

from engine.process.language import tokens
from engine.source import money

_T = cel.Type
MONEY = _T.AbstractType("money", [])
_CALL = re.compile(rf"(?<![\w.])money\s*\([\s(]*{tokens.TEXT}")
# What amounts add to the operators, each with its result and what it is given.
OPERATORS: dict[str, list[tuple[Any, list[Any]]]] = {
    **{name: [(_T.BOOL, [MONEY, MONEY])] for name in ("_<_", "_<=_", "_>_", "_>=_")},
    **{name: [(MONEY, [MONEY, MONEY])] for name in ("_+_", "_-_")},
    "_*_": [(MONEY, [MONEY, _T.INT]), (MONEY, [_T.INT, MONEY])],
}


def checked() -> list[Any]:
    """What the checker knows: `money("12.50")` writes an amount."""
    return [_declared(MONEY, None)]


def evaluated() -> list[Any]:
    """The same as it is worked out."""
    return [_declared(_T.DYN, money.units)]


def _declared(result: Any, impl: Any) -> Any:
    return cel.FunctionDecl("money", [cel.Overload("money_0", return_type=result, parameters=[_T.STRING], impl=impl)])


def faults(text: str) -> Iterator[tuple[int, str, str]]:
    """Where a text stands for an amount and is none, what is wrong with it, and how to mend it."""
    for found in _CALL.finditer(tokens.bare(text)):
        said = tokens.literal(text[slice(*found.span(1))])
        if said is not None and written(said) is None:
            yield found.start(1), f"{said} is no amount of money.", 'Write it as money("1234.50").'


def written(value: object) -> int | None:
    """The smaller units of an amount that stands in a process; None where it is none."""
    try:
        return money.units(value)
    except money.NotMoney:
        return None


def constant(expression: str) -> int | None:
    """The smaller units where an expression is nothing but one amount; else None."""
    found = re.fullmatch(r'\s*money\(\s*("[^"]*")\s*\)\s*', expression)
    said = tokens.literal(found[1]) if found else None
    return None if said is None else written(said)
