"""Tallies: what an expression asks of the tasks of a case. Pure.

`done("opinion")` and `open("opinion")` are how many tasks of a kind are done and open, `all("opinion")` whether some
were raised and none is open. Done are those of the states that the case has been in since without a break: who leaves
the state that a task belongs to, leaves it behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cel_expr_python import cel

from engine.process.language import tokens

_T = cel.Type
# By what an expression is given how many tasks of each kind are open and done.
TALLIES = "tallies__"
TALLIED = {"done": _T.INT, "open": _T.INT, "all": _T.BOOL}
_COUNTED = re.compile(
    rf"(?<![\w.])(?P<call>done|open)\s*\(\s*{tokens.TEXT}\s*\)\s*(?P<sign>>=|>|==)\s*(?P<least>[0-9]+)"
)


def tally_calls() -> list[Any]:
    """The functions that a checker is told of."""
    return [_declared(name, result, [_T.STRING]) for name, result in TALLIED.items()]


def evaluated() -> list[Any]:
    """The same for what runs expressions: they are given the tallies of the case."""
    given = [_T.Map(_T.STRING, _T.INT), _T.STRING]
    return [_declared(f"{name}__", result, given, _ANSWERS[name]) for name, result in TALLIED.items()]


def _declared(name: str, result: Any, given: list[Any], impl: Any = None) -> Any:
    return cel.FunctionDecl(name, [cel.Overload(f"{name}_overload", return_type=result, parameters=given, impl=impl)])


def _done(tallies: dict[str, int], kind: str) -> int:
    return tallies.get(f"done {kind}", 0)


def _open(tallies: dict[str, int], kind: str) -> int:
    return tallies.get(f"open {kind}", 0)


def _all(tallies: dict[str, int], kind: str) -> bool:
    return _done(tallies, kind) > 0 and _open(tallies, kind) == 0


_ANSWERS = {"done": _done, "open": _open, "all": _all}


def kinds_asked(text: str) -> frozenset[str]:
    """The kinds of task that an expression asks of."""
    return frozenset(name for call in TALLIED for name, _ in tokens.texts_given(text, call))


def quorums(text: str) -> Iterator[tuple[str, str, int]]:
    """How many tasks of which kind an expression wants to be done or open at least, with the word that it asks by."""
    for found in _COUNTED.finditer(tokens.bare(text)):
        kind = tokens.literal(text[found.start(2) : found.end(2)])
        if kind is not None:
            yield found["call"], kind, int(found["least"]) + (found["sign"] == ">")
