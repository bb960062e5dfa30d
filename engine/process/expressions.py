"""Expressions: CEL guards over the fields of a case. Compile, type-check, evaluate. Pure.

A guard that meets an empty field is neither true nor false but unknown (None), unless its other
parts decide it: a `when` or a requirement then does not hold, and a rule is not broken. Only comparing
a field with `null` asks whether it is empty, and always has an answer.

CEL (https://cel.dev) keeps `has` for a macro of its own, so the words an administrator uses are
rewritten to functions that are given what they speak about; the text that is checked has the same
length as the one that was written, so every position stays true.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.calendars.day import day_of
from engine.source.problem import nearest

_T = cel.Type
_CHECKED = {
    "text": _T("google.protobuf.StringValue"),
    "long_text": _T("google.protobuf.StringValue"),
    "choice": _T("google.protobuf.StringValue"),
    "integer": _T("google.protobuf.Int64Value"),
    "number": _T("google.protobuf.DoubleValue"),
    "yes_no": _T("google.protobuf.BoolValue"),
    "date": _T.TIMESTAMP,
    "time": _T.TIMESTAMP,
    "choices": _T.List(_T.STRING),
}
_RESULTS = {"text": "STRING", "long_text": "STRING", "choice": "STRING", "integer": "INT", "number": "DOUBLE"}
_RESULTS |= {"yes_no": "BOOL", "date": "TIMESTAMP", "time": "TIMESTAMP", "choices": "LIST"}
_INSTANTS = frozenset({"date", "time"})

STRING_OR_WORD = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>(?<![\w.])[A-Za-z_]\w*)(?P<call>\s*\()?""", re.S
)
_NULL_COMPARED = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?<![\w.])(?P<name>[A-Za-z_]\w*)\s*(?P<sign>[!=]=)\s*null(?!\w)"""
    r"""|(?<![\w.])null\s*(?P<gins>[!=]=)\s*(?P<other>[A-Za-z_]\w*)(?![\w.(])""",
    re.S,
)
_IS_EMPTY = "__is_empty"
_ANSWERS = frozenset({"yes", "no", "on", "off", "True", "False"})
_CALLS = {"has": "documents__", "free": "places__", "days_since": "now", "within": "state"}
RESERVED = frozenset({"state", "now", "today", "documents__", "places__", *_CALLS, "true", "false", "null", "in"})


@dataclass(frozen=True)
class Fault:
    """What is wrong with an expression, `offset` characters into it."""

    offset: int
    code: str
    message: str
    mend: str = ""


@dataclass(frozen=True)
class Expression:
    """A checked expression. Evaluate it with Language.value or Language.truth."""

    text: str
    names: frozenset[str]
    documents: frozenset[str]


@dataclass(frozen=True)
class View:
    """What an expression can see of a case at one instant (aware)."""

    data: Mapping[str, Any]
    state: str
    documents: Iterable[str]
    free: Mapping[str, int]
    now: datetime


@dataclass(frozen=True)
class Language:
    """The words of one process: its fields with their types, documents, places and states."""

    fields: Mapping[str, str]
    choices: Mapping[str, frozenset[str]]
    documents: frozenset[str]
    places: frozenset[str]
    states: frozenset[str]
    zone: ZoneInfo
    _programs: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def check(self, text: str, wanted: str) -> Expression | list[Fault]:
        """Compile `text`; `wanted` is the CEL type it must have (`BOOL`, `STRING`, …)."""
        faults = self._name_faults(text) + list(self._odd_faults(text))
        try:
            compiled = self._checker().compile(_same_length(text))
        except RuntimeError as error:
            faults += self._compile_faults(text, str(error))
        else:
            found = compiled.return_type().name()
            if wanted not in (found, "ANY") and found != "NULL":
                message = f"The expression gives {_word(found)}, but {_word(wanted)} is needed here."
                faults.append(Fault(0, "expression-type", message))
        return _distinct(faults) if faults else self._expression(text)

    def result_type(self, field_name: str) -> str:
        """The CEL type that a value for the field must have."""
        return _RESULTS[self.fields[field_name]]

    def _expression(self, text: str) -> Expression:
        tokens = list(STRING_OR_WORD.finditer(text))
        names = {t["word"] for t in tokens if t["word"] in self.fields and not t["call"]}
        return Expression(text, frozenset(names), frozenset(_arguments(text, "has")))

    def _checker(self) -> Any:
        if "checker" not in self._programs:
            types = {name: _CHECKED[kind] for name, kind in self.fields.items()}
            types |= {"state": _T.STRING, "now": _T.TIMESTAMP, "today": _T.TIMESTAMP}
            calls = [_declared("hAs", _T.BOOL, [_T.STRING]), _declared("free", _T.INT, [_T.STRING])]
            calls.append(_declared("days_since", _T.INT, [_T.TIMESTAMP]))
            calls.append(_declared("within", _T.BOOL, [_T.STRING]))
            self._programs["checker"] = cel.NewEnv(variables=types, functions=calls)
        return self._programs["checker"]

    def _name_faults(self, text: str) -> list[Fault]:
        known = {"has": ("document", self.documents), "free": ("place", self.places)}
        known["within"] = ("state", self.states)
        faults = []
        for call, (noun, names) in known.items():
            for offset, name in _arguments(text, call).items_with_offset():
                if name not in names:
                    message = f"There is no {noun} {name}."
                    faults.append(Fault(offset, f"unknown-{noun}", message, nearest(name, names)))
        return faults + list(self._comparison_faults(text))

    def _odd_faults(self, text: str) -> Iterable[Fault]:
        """What CEL would allow, but nobody means: a name behind a lone dot, a loop that hides a field."""
        bare = STRING_OR_WORD.sub(lambda token: '"' * len(token[0]) if token["text"] else token[0], text)
        for found in re.finditer(r"""(?<![\w)\]}"'\s])\s*\.\s*[A-Za-z_]|^\s*\.""", bare):
            yield Fault(found.start(), "expression-syntax", "A name cannot begin with a dot here.")
        for found in re.finditer(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*(\w+)\s*,", bare):
            if found[1] in self.fields:
                message = f"{found[1]} is a field, and cannot name something else in this expression."
                yield Fault(found.start(1), "expression-type", message, "Choose another name.")

    def _comparison_faults(self, text: str) -> Iterable[Fault]:
        for found in re.finditer(r"""(?<![\w."'])(\w+)\s*[!=]=\s*("[^"\\]*"|'[^'\\]*')""", text):
            name, value = found[1], found[2][1:-1]
            if name == "state" and value not in self.states:
                message = f"There is no state {value}."
                yield Fault(found.start(2), "unknown-state", message, nearest(value, self.states))
            elif name in self.choices and value not in self.choices[name]:
                message = f"{value} is not one of the choices of {name}."
                yield Fault(found.start(2), "wrong-value", message, nearest(value, self.choices[name]))

    def _compile_faults(self, text: str, error: str) -> list[Fault]:
        faults = []
        for found in re.finditer(r"ERROR: <input>:(\d+):(-?\d+): (.*?)(?=\n \||\nERROR|\Z)", error, re.S):
            offset = _offset(text, int(found[1]), int(found[2]))
            faults.append(self._fault(offset, found[3].replace("hAs", "has").strip()))
        return faults or [Fault(0, "expression-syntax", "The expression cannot be read.")]

    def _fault(self, offset: int, said: str) -> Fault:
        unknown = re.match(r"undeclared reference to '([^']*)'", said)
        if unknown:
            if unknown[1] in _ANSWERS:
                mend = "Write true or false; a field of the type yes_no can stand alone."
                return Fault(offset, "unknown-field", f"{unknown[1]} is not a word of expressions.", mend)
            words = {*self.fields, *_CALLS, "state", "now", "today"}
            message = f"{unknown[1]} is neither a field nor a function."
            return Fault(offset, "unknown-field", message, nearest(unknown[1], words))
        mismatch = re.match(r"found no matching overload for '_?([^']*?)_?' applied to '\((.*)\)'", said)
        if mismatch:
            kinds = " and ".join(_word(kind) for kind in mismatch[2].split(", "))
            return Fault(offset, "expression-type", f"{mismatch[1]} cannot be used with {kinds}.")
        if said.startswith("Syntax error: "):
            what = " ".join(said.removeprefix("Syntax error: ").split())
            mend = "Compare with == and join with && or ||." if "'= '" in said or "'&'" in said else ""
            return Fault(offset, "expression-syntax", f"The expression cannot be read here: {what}.", mend)
        return Fault(offset, "expression-type", f"{' '.join(said.split())}.")

    def value(self, expression: Expression, view: View) -> Any:
        """The plain value of the expression; None where it is empty or unknown."""
        program = self._program(expression)
        result = program.eval(data=self._given(expression.names, view.data) | self._surroundings(view))
        return None if result.type().name() == "ERROR" else result.plain_value()

    def truth(self, expression: Expression | None, view: View) -> bool | None:
        """True, False, or None for unknown. No expression at all is true."""
        if expression is None:
            return True
        result = self.value(expression, view)
        return result if isinstance(result, bool) else None

    def _program(self, expression: Expression) -> Any:
        if expression.text not in self._programs:
            types = {name: self._evaluated_type(name) for name in expression.names}
            types |= {name + _IS_EMPTY: _T.BOOL for name in expression.names}
            text = _with_emptiness(_with_surroundings(expression.text), expression.names)
            self._programs[expression.text] = _environment(types, self.zone).compile(text)
        return self._programs[expression.text]

    def _evaluated_type(self, name: str) -> Any:
        return _T.TIMESTAMP if self.fields[name] in _INSTANTS else _T.DYN

    def _given(self, names: frozenset[str], data: Mapping[str, Any]) -> dict[str, Any]:
        """The values of fields. An empty one has none, so that what hangs on it is unknown."""
        given: dict[str, Any] = {}
        for name in names:
            value = data.get(name)
            given[name + _IS_EMPTY] = value is None
            if value is not None:
                given[name] = instant(value, self.zone) if self.fields[name] in _INSTANTS else value
        return given

    def _surroundings(self, view: View) -> dict[str, Any]:
        midnight = datetime.combine(day_of(view.now, self.zone), time(), tzinfo=self.zone)
        return {
            "state": view.state,
            "now": view.now.astimezone(UTC),
            "today": midnight.astimezone(UTC),
            "documents__": list(view.documents),
            "places__": dict(view.free),
        }


def instant(value: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a stored date (its midnight in `zone`) or time."""
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


class _Arguments(dict[str, int]):
    """The string arguments of the calls of one function, each with where it stands."""

    def items_with_offset(self) -> Iterable[tuple[int, str]]:
        return ((offset, name) for name, offset in self.items())


def _arguments(text: str, call: str) -> _Arguments:
    found = _Arguments()
    for match in re.finditer(rf"""(?<![\w.]){call}\s*\(\s*("[^"\\]*"|'[^'\\]*')\s*\)""", text):
        found.setdefault(match[1][1:-1], match.start(1))
    return found


def _same_length(text: str) -> str:
    def swap(token: re.Match[str]) -> str:
        return "hAs" + (token["call"] or "") if token["word"] == "has" and token["call"] else token[0]

    return STRING_OR_WORD.sub(swap, text)


def _with_surroundings(text: str) -> str:
    def swap(token: re.Match[str]) -> str:
        if token["call"] and token["word"] in _CALLS:
            return f"{token['word']}__({_CALLS[token['word']]}, "
        return token[0]

    return STRING_OR_WORD.sub(swap, text)


def _with_emptiness(text: str, names: frozenset[str]) -> str:
    """Comparing a field with null becomes a question of its own, which an empty field can answer."""

    def swap(found: re.Match[str]) -> str:
        name, sign = found["name"] or found["other"], found["sign"] or found["gins"]
        if name not in names:
            return found[0]
        return f"({name}{_IS_EMPTY})" if sign == "==" else f"(!{name}{_IS_EMPTY})"

    return _NULL_COMPARED.sub(swap, text)


def _declared(name: str, result: Any, parameters: list[Any], impl: Any = None) -> Any:
    overload = cel.Overload(f"{name}_overload", return_type=result, parameters=parameters, impl=impl)
    return cel.FunctionDecl(name, [overload])


def _environment(types: Mapping[str, Any], zone: ZoneInfo) -> Any:
    variables = {"state": _T.STRING, "now": _T.TIMESTAMP, "today": _T.TIMESTAMP, "places__": _T.Map(_T.STRING, _T.INT)}
    calls = [
        _declared("has__", _T.BOOL, [_T.List(_T.STRING), _T.STRING], _has),
        _declared("free__", _T.INT, [_T.Map(_T.STRING, _T.INT), _T.STRING], _free),
        _declared("days_since__", _T.INT, [_T.TIMESTAMP, _T.TIMESTAMP], functools.partial(_days_since, zone)),
        _declared("within__", _T.BOOL, [_T.STRING, _T.STRING], _within),
    ]
    return cel.NewEnv(variables={**variables, "documents__": _T.List(_T.STRING), **types}, functions=calls)


def _has(documents: list[str], name: str) -> bool:
    return name in documents


def _free(places: dict[str, int], name: str) -> int:
    return max(places.get(name, 0), 0)


def _days_since(zone: ZoneInfo, now: datetime, then: datetime) -> int:
    return (_day(now, zone) - _day(then, zone)).days


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return day_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC), zone)


def _within(state: str, name: str) -> bool:
    return state == name or state.startswith(name + ".")


def _offset(text: str, line: int, column: int) -> int:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return max(0, min(starts[min(line, len(starts)) - 1] + column - 1, max(len(text) - 1, 0)))


_WORDS = {"BOOL": "true or false", "STRING": "text", "INT": "a whole number", "DOUBLE": "a number"}
_WORDS |= {"TIMESTAMP": "a date or time", "LIST": "a list", "NULL": "nothing", "DYN": "anything"}
_WORDS |= {"string": "text", "int": "a whole number", "double": "a number", "bool": "true or false"}
_WORDS |= {"timestamp": "a date or time", "google.protobuf.Timestamp": "a date or time", "null": "nothing"}


def _word(kind: str) -> str:
    inner = re.fullmatch(r"wrapper\((.*)\)", kind)
    return _WORDS.get(inner[1] if inner else kind, kind)


def _distinct(faults: list[Fault]) -> list[Fault]:
    return list({(fault.offset, fault.code): fault for fault in faults}.values())
