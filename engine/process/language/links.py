"""Links: what an expression asks of the cases that a case is linked with. Pure.

`linked("repair")` is how many there are, `ended("repair")` whether there are any and all of them have ended, and
`outcome("repair")` how the latest of them ended; unknown while it has not. An expression learns nothing else of another
case.
"""

from __future__ import annotations

from typing import Any

from cel_expr_python import cel

from engine.process.language import tokens

_T = cel.Type
# What an expression is given: for each link, how each case ended; empty where it goes on.
LINKS = "links__"
LINKED, ENDED, OUTCOME = "linked", "ended", "outcome"
CALLS = dict.fromkeys((LINKED, ENDED, OUTCOME), LINKS)
TYPE = _T.Map(_T.STRING, _T.List(_T.STRING))


def awaited(text: str) -> frozenset[str]:
    """The links of which an expression asks whether, or how, their cases ended."""
    return frozenset(name for call in (ENDED, OUTCOME) for name, _ in tokens.texts_given(text, call))


def asked(text: str) -> frozenset[str]:
    """The links that an expression asks about."""
    return frozenset(name for call in CALLS for name, _ in tokens.texts_given(text, call))


def checked() -> list[Any]:
    """The functions as the checker knows them."""
    results = {LINKED: _T.INT, ENDED: _T.BOOL, OUTCOME: _T.STRING}
    return [_declared(name, result, [_T.STRING]) for name, result in results.items()]


def evaluated() -> list[Any]:
    """The same as they are worked out."""
    return [
        _declared(f"{LINKED}__", _T.INT, [TYPE, _T.STRING], lambda links, name: len(links.get(name, []))),
        _declared(f"{ENDED}__", _T.BOOL, [TYPE, _T.STRING], _ended),
        _declared(f"{OUTCOME}__", _T.STRING, [TYPE, _T.STRING], _outcome),
    ]


def _declared(name: str, result: Any, parameters: list[Any], impl: Any = None) -> Any:
    overload = cel.Overload(f"{name}_of_link", return_type=result, parameters=parameters, impl=impl)
    return cel.FunctionDecl(name, [overload])


def _ended(links: dict[str, list[str]], name: str) -> bool:
    found = links.get(name, [])
    return bool(found) and all(found)


def _outcome(links: dict[str, list[str]], name: str) -> str:
    found = links.get(name, [])
    if not found or not found[-1]:
        raise ValueError("nobody knows yet")
    return found[-1]
