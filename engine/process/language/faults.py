"""Faults: what is wrong with an expression, in words, from what CEL says of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.process.language import lengths, times
from engine.source.problem import nearest

_ANSWERS = frozenset({"yes", "no", "on", "off", "True", "False"})
_INSTANT = "google.protobuf.Timestamp"
_SAID = re.compile(r"ERROR: <input>:(\d+):(-?\d+): (.*?)(?=\n \||\nERROR|\Z)", re.S)
_NO_OVERLOAD = re.compile(r"found no matching overload for '[_@]?([^']*?)_?' applied to '(.*?)\.?\((.*)\)'")
_WORDS = {"BOOL": "true or false", "STRING": "text", "INT": "a whole number", "DOUBLE": "a number"}
_WORDS |= {"TIMESTAMP": "a time", "day": "a day", "LIST": "a list", "NULL": "nothing", "DYN": "anything"}
_WORDS |= {"string": "text", "int": "a whole number", "double": "a number", "bool": "true or false"}
_WORDS |= {"timestamp": "a time", _INSTANT: "a time", "null": "nothing", "days": "a duration", "hours": "a duration"}
_WORDS |= {
    "duration": "a length of time",
    "google.protobuf.Duration": "a length of time",
    "DURATION": "a length of time",
}
_ORDER = frozenset({"<", "<=", ">", ">=", "==", "!="})


@dataclass(frozen=True)
class Fault:
    """What is wrong with an expression, `offset` characters into it."""

    offset: int
    code: str
    message: str
    mend: str = ""


def word(kind: str) -> str:
    """A type of CEL, for people."""
    inner = re.fullmatch(r"wrapper\((.*)\)", kind)
    return _WORDS.get(inner[1] if inner else kind, kind)


def compile_faults(text: str, error: str, known: Iterable[str]) -> list[Fault]:
    """What CEL said of an expression; `known` are the names that could be meant."""
    faults = []
    for found in _SAID.finditer(error):
        offset = _offset(text, int(found[1]), int(found[2]))
        faults.append(_fault(offset, found[3].replace("hAs", "has").strip(), known))
    return faults or [Fault(0, "expression-syntax", "The expression cannot be read.")]


def _fault(offset: int, said: str, known: Iterable[str]) -> Fault:
    unknown = re.match(r"undeclared reference to '([^']*)'", said)
    if unknown:
        if unknown[1] in _ANSWERS:
            mend = "Write true or false; a field of the type yes_no can stand alone."
            return Fault(offset, "unknown-field", f"{unknown[1]} is not a word of expressions.", mend)
        message = f"{unknown[1]} is neither a field nor a function."
        return Fault(offset, "unknown-field", message, nearest(unknown[1], known))
    mismatch = _NO_OVERLOAD.match(said)
    if mismatch:
        return _mismatch(offset, mismatch[1], _kinds(mismatch))
    if said.startswith("Syntax error: "):
        what = " ".join(said.removeprefix("Syntax error: ").split())
        mend = "Compare with == and join with && or ||." if "'= '" in what or "'&'" in what else ""
        return Fault(offset, "expression-syntax", f"The expression cannot be read here: {what}.", mend)
    return Fault(offset, "expression-type", f"{' '.join(said.split())}.")


def _kinds(mismatch: re.Match[str]) -> list[str]:
    return [one for one in (mismatch[2], *mismatch[3].split(", ")) if one]


def _mismatch(offset: int, operation: str, kinds: list[str]) -> Fault:
    said = " and ".join(word(kind) for kind in kinds)
    message = f"{operation} cannot be used with {said}."
    return Fault(offset, "expression-type", message, _mend(operation, kinds))


def _mend(operation: str, kinds: list[str]) -> str:
    if {"days", "hours"} & set(kinds):
        return _mend_of_duration(operation, kinds)
    if "day" not in kinds:
        return ""
    if any(_INSTANT in kind for kind in kinds):
        return "date(…) gives the day of a time, which can be compared with a day."
    return "A day has no time of day." if operation in times.PARTS else ""


def _mend_of_duration(operation: str, kinds: list[str]) -> str:
    if operation in _ORDER:
        return "Compare two days: due < today + 1 week."
    if kinds == ["day", "hours"]:
        return "A day has no time of day: count whole days, or use a field of the type time."
    return "A duration is added to a day or a time, or taken from one: due + 2 weeks - 1 day."


def raw_faults(text: str, probed: str, error: str, *, whole: bool) -> Iterable[Fault]:
    """Where a length in CEL's own words gives another day or hour than it says: by what CEL said of a probe."""
    for found in _SAID.finditer(error):
        mismatch = _NO_OVERLOAD.match(found[3].strip())
        kinds = _kinds(mismatch) if mismatch else []
        if "probe" not in kinds or not mismatch or mismatch[1] not in {"+", "-"}:
            continue
        met = kinds[1 - kinds.index("probe")]
        if (met == "day") is not whole and (met == "day" or _INSTANT in met or met == "timestamp"):
            offset = _offset(text, int(found[1]), int(found[2]))
            yield _raw_fault(text, probed, offset, whole=whole)


def _raw_fault(text: str, probed: str, offset: int, *, whole: bool) -> Fault:
    at, said = lengths.raw_near(text, probed, offset)
    words = lengths.in_words(said)
    if whole:
        message = (
            f"{said} is so many hours: where the clocks are set in between, it ends on another hour, or another day."
        )
        return Fault(
            at, "raw-length", message, f"Write {words}; or {lengths.in_hours(said)}, if exactly these are meant."
        )
    return Fault(at, "raw-length", f"A day has no hours, of which {said} has some.", f"Count whole days: {words}.")


def _offset(text: str, line: int, column: int) -> int:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return max(0, min(starts[min(line, len(starts)) - 1] + column - 1, max(len(text) - 1, 0)))


def distinct(faults: list[Fault]) -> list[Fault]:
    """One of each kind at each place."""
    return list({(fault.offset, fault.code): fault for fault in faults}.values())
