"""Faults: what is wrong with an expression, in words, from what CEL says of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.calendars.day import UnknownZone, listed_zone, offset_or_zone
from engine.process.language import lengths, times, tokens
from engine.source.edit import Edit
from engine.source.problem import certain, nearest

PART = re.compile(rf"\.\s*(?P<name>{'|'.join(sorted(times.PARTS))})\s*\(")

_ANSWERS = {"yes": "true", "on": "true", "True": "true", "no": "false", "off": "false", "False": "false"}
_OPERATIONS = {"=": "==", "&": "&&", "|": "||"}
_INSTANT = "google.protobuf.Timestamp"
_SAID = re.compile(r"ERROR: <input>:(\d+):(-?\d+): (.*?)(?=\n \||\nERROR|\Z)", re.S)
_NO_OVERLOAD = re.compile(r"found no matching overload for '[_@]?([^']*?)_?' applied to '(.*?)\.?\((.*)\)'")
_WORDS = {"BOOL": "true or false", "STRING": "text", "INT": "a whole number", "DOUBLE": "a number"}
_WORDS |= {"TIMESTAMP": "a time", "day": "a day", "LIST": "a list", "NULL": "nothing", "DYN": "anything"}
_WORDS |= {
    "money": "an amount of money",
    "string": "text",
    "int": "a whole number",
    "double": "a number",
    "bool": "true or false",
}
_WORDS |= {"timestamp": "a time", _INSTANT: "a time", "null": "nothing", "days": "a duration", "hours": "a duration"}
_WORDS |= {
    "duration": "a length of time",
    "google.protobuf.Duration": "a length of time",
    "DURATION": "a length of time",
}
_ORDER = frozenset({"<", "<=", ">", ">=", "==", "!="})


@dataclass(frozen=True)
class Fault:
    """What is wrong with an expression, `offset` characters into it; `edits` of the expression mend it."""

    offset: int
    code: str
    message: str
    mend: str = ""
    edits: tuple[Edit, ...] = ()


_TOO_DEEP = re.compile("recursion (depth|limit)")
TOO_DEEP = Fault(
    0,
    "expression-syntax",
    "So many signs and brackets stand in each other here that this cannot be worked out.",
    "Keep a part of it in a field of its own (set:), or say it in several conditions.",
)


def word(kind: str) -> str:
    """A type of CEL, for people."""
    inner = re.fullmatch(r"wrapper\((.*)\)", kind)
    return _WORDS.get(inner[1] if inner else kind, kind)


def compile_faults(text: str, error: str, known: Iterable[str]) -> list[Fault]:
    """What CEL said of an expression; `known` are the names that could be meant."""
    faults = []
    for found in _SAID.finditer(error):
        offset = _offset(text, int(found[1]), int(found[2]))
        faults.append(_fault(text, offset, found[3].replace("hAs", "has").strip(), known))
    if not faults and _TOO_DEEP.search(error):
        return [TOO_DEEP]
    return faults or [Fault(0, "expression-syntax", "The expression cannot be read.")]


def _swapped(text: str, offset: int, name: str, meant: str) -> tuple[Edit, ...]:
    """The edit that puts `meant` in place of a name about where a fault was found; none where it is not there."""
    # Of a text its quote is told, and of a call its bracket.
    for at in (offset, offset + 1, offset - len(name)):
        if meant and at >= 0 and text.startswith(name, at):
            return (Edit(at, at + len(name), meant),)
    return ()


def unknown(text: str, offset: int, name: str, known: Iterable[str], *, noun: str = "", field: str = "") -> Fault:
    """A text that names a thing of the process that there is not, or that is not one of the choices of a field."""
    code, message = f"unknown-{noun}", f"There is no {noun} {name}."
    if field:
        code, message = "wrong-value", f"{name} is not one of the choices of {field}."
    return Fault(offset, code, message, nearest(name, known), _swapped(text, offset, name, certain(name, known)))


def _fault(text: str, offset: int, said: str, known: Iterable[str]) -> Fault:
    unknown = re.match(r"undeclared reference to '([^']*)'", said)
    if unknown:
        if unknown[1] in _ANSWERS:
            mend = "Write true or false; a field of the type yes_no can stand alone."
            edits = _swapped(text, offset, unknown[1], _ANSWERS[unknown[1]])
            return Fault(offset, "unknown-field", f"{unknown[1]} is not a word of expressions.", mend, edits)
        message = f"{unknown[1]} is neither a field nor a function."
        edits = _swapped(text, offset, unknown[1], certain(unknown[1], known))
        return Fault(offset, "unknown-field", message, nearest(unknown[1], known), edits)
    mismatch = _NO_OVERLOAD.match(said)
    if mismatch:
        return _mismatch(offset, mismatch[1], _kinds(mismatch))
    if said.startswith("Syntax error: "):
        what = " ".join(said.removeprefix("Syntax error: ").split())
        mend = "Compare with == and join with && or ||." if "'= '" in what or "'&'" in what else ""
        edits = _operation(text, offset) if mend else ()
        return Fault(offset, "expression-syntax", f"The expression cannot be read here: {what}.", mend, edits)
    return Fault(offset, "expression-type", f"{' '.join(said.split())}.")


def _operation(text: str, offset: int) -> tuple[Edit, ...]:
    """The sign of a comparison that stands alone and is written twice."""
    sign = tokens.bare(text)[offset : offset + 1]
    return (Edit(offset, offset + 1, _OPERATIONS[sign]),) if sign in _OPERATIONS else ()


def _kinds(mismatch: re.Match[str]) -> list[str]:
    return [one for one in (mismatch[2], *mismatch[3].split(", ")) if one]


def _mismatch(offset: int, operation: str, kinds: list[str]) -> Fault:
    said = " and ".join(word(kind) for kind in kinds)
    message = f"{operation} cannot be used with {said}."
    return Fault(offset, "expression-type", message, _mend(operation, kinds))


def _mend(operation: str, kinds: list[str]) -> str:
    if {"days", "hours"} & set(kinds):
        return _mend_of_duration(operation, kinds)
    if "money" in kinds:
        return 'Write an amount as money("12.50"); it is multiplied by whole numbers only.'
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
    end = lengths.end_of_raw(text, at)
    edits = (Edit(at, end, words),) if end and not said.startswith("-") else ()
    if whole:
        message = (
            f"{said} is so many hours: where the clocks are set in between, it ends on another hour, or another day."
        )
        return Fault(
            at, "raw-length", message, f"Write {words}; or {lengths.in_hours(said)}, if exactly these are meant.", edits
        )
    return Fault(
        at, "raw-length", f"A day has no hours, of which {said} has some.", f"Count whole days: {words}.", edits
    )


def _offset(text: str, line: int, column: int) -> int:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return max(0, min(starts[min(line, len(starts)) - 1] + column - 1, max(len(text) - 1, 0)))


def distinct(faults: list[Fault]) -> list[Fault]:
    """One of each kind at each place."""
    return list({(fault.offset, fault.code): fault for fault in faults}.values())


def time_faults(text: str) -> Iterable[Fault]:
    """Zones, days, instants and lengths that are written into an expression and do not exist."""
    for found in re.finditer(PART.pattern + rf"[\s(]*{tokens.TEXT}", tokens.bare(text)):
        name = tokens.literal(text[found.start(2) : found.end(2)])
        try:
            offset_or_zone(name or "UTC", listed_zone)
        except UnknownZone as unknown:
            yield Fault(found.start(2), "unknown-timezone", str(unknown), unknown.mend)
    for call in times.WRITTEN:
        for said, offset in tokens.texts_given(text, call):
            wrong = times.wrong_in(call, said)
            if wrong:
                yield Fault(offset, "bad-date", *wrong)
