"""Environment: what runs an expression: functions that are given what they speak about, and whether a field is empty.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.calendars.calendar import Calendar
from engine.process.language import amounts, links, reckoning, tallies, times, tokens

_T = cel.Type
_NULL_COMPARED = re.compile(
    r"(?<![\w.])(?P<name>[A-Za-z_]\w*)\s*(?P<sign>[!=]=)\s*null(?!\w)"
    r"|(?<![\w.])null\s*(?P<gins>[!=]=)\s*(?P<other>[A-Za-z_]\w*)(?![\w.(])"
)
IS_EMPTY = "__is_empty"
# By what an expression is given what who acts did before, in which role they act, and who they are.
ACTED, ROLE, WHO = "acted__", "acting__", "actor__"
OF_ACTOR = {"role": ROLE, "person": WHO}


def declared(name: str, result: Any, parameters: list[Any], impl: Any = None) -> Any:
    """A function that CEL is told of."""
    overload = cel.Overload(f"{name}_overload", return_type=result, parameters=parameters, impl=impl)
    return cel.FunctionDecl(name, [overload])


def environment(types: Mapping[str, Any], zone: ZoneInfo, calendar: Calendar | None) -> Any:
    """What runs expressions over variables of these types."""
    variables = {"state": _T.STRING, "now": _T.TIMESTAMP, "today": _T.DYN, "places__": _T.Map(_T.STRING, _T.INT)}
    variables |= {"documents__": _T.List(_T.STRING), ACTED: _T.List(_T.STRING), ROLE: _T.DYN, WHO: _T.DYN, **types}
    variables |= {tallies.TALLIES: _T.Map(_T.STRING, _T.INT), links.LINKS: links.TYPE}
    calls = [
        declared("has__", _T.BOOL, [_T.List(_T.STRING), _T.STRING], _has),
        declared("free__", _T.INT, [_T.Map(_T.STRING, _T.INT), _T.STRING], _free),
        declared("did__", _T.BOOL, [_T.List(_T.STRING), _T.STRING], _has),
        declared("within__", _T.BOOL, [_T.STRING, _T.STRING], _within),
    ]
    calls += [*times.evaluated(zone, calendar), *reckoning.evaluated(zone, calendar), *amounts.evaluated()]
    calls += [*tallies.evaluated(), *links.evaluated()]
    return cel.NewEnv(config=times.configuration(), variables=variables, functions=calls)


def _has(documents: list[str], name: str) -> bool:
    return name in documents


def _free(places: dict[str, int], name: str) -> int:
    return max(places.get(name, 0), 0)


def _within(state: str, name: str) -> bool:
    return state == name or state.startswith(name + ".")


def with_emptiness(text: str, names: frozenset[str]) -> str:
    """Comparing a field with null becomes a question of its own, which an empty field can answer."""

    def swap(found: re.Match[str]) -> str | None:
        name, sign = found["name"] or found["other"], found["sign"] or found["gins"]
        if name not in names:
            return None
        return f"({name}{IS_EMPTY})" if sign == "==" else f"(!{name}{IS_EMPTY})"

    return tokens.replaced(text, _NULL_COMPARED, swap)
