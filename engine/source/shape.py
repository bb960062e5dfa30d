"""The shape of a document against its JSON Schema, told as problems. Reads only the schemas shipped.

Schemas are part of the program; they are found beside the checkout or inside the installed wheel.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jsonschema

from engine import shipped
from engine.source import length, sign
from engine.source.edit import Edit, without
from engine.source.problem import Problem, certain, closest, nearest
from engine.source.reader import CONTROL, MAX_DEPTH, Path, Place, Source, position, value_at

# A day or a moment in figures, of which one that stands alone lacks its 0.
_CLOCK = re.compile(r"\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2})?")
_LONE_DIGIT = re.compile(r"(?<!\d)\d(?!\d)")
_KINDS = {
    "object": "a map (key: value)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@functools.cache
def schema(name: str) -> dict[str, Any]:
    """The schema called `name` (process, calendar or scenario)."""
    loaded: dict[str, Any] = json.loads(shipped.read(f"schemas/{name}.schema.json"))
    return loaded


@functools.cache
def _validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(schema(name))


def shape_problems(source: Source, name: str) -> list[Problem]:
    """Every place where the document has another shape than the schema `name` asks for."""
    found: list[Problem] = []
    for error in _validator(name).iter_errors(source.data):
        found.extend(_problems(source, error))
    return sorted(set(found))


def hidden_signs(source: Source) -> list[Problem]:
    """Every text and key of a document in which a sign stands that nobody can see, as it is or escaped."""
    return [problem for place, text in source.root.texts() for problem in _hidden(source, place, text)]


def _hidden(source: Source, place: Place, text: str) -> Iterator[Problem]:
    control, unseen = CONTROL.search(text), sign.hidden_in(text)
    if control:
        message = f"A control character (U+{ord(control[0]):04X}) stands in this text."
        edits = without(source.text, place.start, place.end, lambda one: bool(CONTROL.match(one)))
        yield Problem(source.file, place.line, place.column, "control-character", message, "Remove it.", edits=edits)
    elif unseen:
        at = source.text.find(text[unseen[0]], place.start, place.end)
        line, column = position(source.text, at) if at >= 0 else (place.line, place.column)
        edits = without(source.text, place.start, place.end, lambda one: bool(sign.hidden_in(one)))
        yield Problem(source.file, line, column, "odd-sign", f"This is {unseen[1]}.", "Leave it out.", edits=edits)


@dataclass(frozen=True)
class Fitting:
    """What of a document has its shape; `lost` are the places of what has not."""

    source: Source
    lost: tuple[Path, ...]


def fitting(source: Source, name: str, stand_ins: Mapping[str, Any]) -> Fitting | None:
    """What of a document has its shape, so that the rest can be looked at too; None where too little is left.

    A misspelt key is taken for the one that was likely meant; what else has another shape is left out. `stand_ins`
    stand for what must be there and is not, by its key, or by the code of what is wrong with it.
    """
    data, blamed = source.root.plain(), list[Path]()  # its own: that of `source` stays as it is
    if not isinstance(data, dict):
        return None
    # What is left out may be what something around it needs, which goes then: once a level, up to the top.
    for _ in range(MAX_DEPTH):
        wrong = list(_validator(name).iter_errors(data))
        if not wrong:
            return Fitting(replace(source, data=data), tuple(path for path in blamed if value_at(data, path) is None))
        for error in wrong:
            if not _left_out(data, error, stand_ins):
                return None
            # A name that cannot be one is lost with what it names; an error about it stands at the map around it.
            unnamed = (error.instance,) if "propertyNames" in error.absolute_schema_path else ()
            blamed.append((*error.absolute_path, *unnamed))
    return None


def _left_out(data: dict[str, Any], error: Any, stand_ins: Mapping[str, Any]) -> bool:
    """Leave out what an error is about. In a list the whole list goes: places in it would not be true any more."""
    path, inside = list(error.absolute_path), error.instance
    if error.validator == "additionalProperties":
        _rename(inside, error.schema.get("properties", {}))
    elif "propertyNames" in error.absolute_schema_path:
        value_at(data, path).pop(inside, None)
    elif error.validator == "required" and (lacking := [key for key in error.validator_value if key not in inside]):
        inside.update({key: stand_ins[key] for key in lacking if key in stand_ins})
        if all(key in stand_ins for key in lacking):
            return True
        return bool(path) and _cut(data, path)
    elif not path:
        return False
    elif error.schema.get("x-code") in stand_ins and isinstance(value_at(data, path[:-1]), dict | list):
        value_at(data, path[:-1])[path[-1]] = stand_ins[error.schema["x-code"]]
    else:
        _cut(data, path)
    return True


def _rename(inside: dict[str, Any], known: Mapping[str, Any]) -> None:
    for key in [one for one in inside if one not in known]:
        value, meant = inside.pop(key), closest(key, known)
        if meant and meant not in inside:
            inside[meant] = value


def _cut(data: dict[str, Any], path: list[str | int]) -> bool:
    """Leave out the value at a path, or the list around it, if it is there still."""
    while isinstance(path[-1], int):
        path = path[:-1]
    around = value_at(data, path[:-1])
    if isinstance(around, dict):
        around.pop(path[-1], None)
    return True


def _problems(source: Source, error: Any) -> list[Problem]:
    path: Path = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword == "additionalProperties":
        return _unknown_keys(source, path, error)
    # A bad name is told once by its key: its pattern alone would be told without saying whose it is.
    if keyword == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        return _bad_names(source, path, error)
    if keyword in {"anyOf", "oneOf"}:
        return _of_the_likeliest(source, path, error)
    return [_problem(source, path, keyword, error)]


def _unknown_keys(source: Source, path: Path, error: Any) -> list[Problem]:
    known = error.schema.get("properties", {})
    return [
        source.key_problem(
            (*path, key), "unknown-key", f"{key} is not known here.", nearest(key, known), instead=certain(key, known)
        )
        for key in error.instance
        if key not in known
    ]


def _bad_names(source: Source, path: Path, error: Any) -> list[Problem]:
    message = f"{_shown(error.instance)} cannot be a name."
    mend = "Use small letters, digits and _, beginning with a letter: send_letter."
    return [source.key_problem((*path, error.instance), "wrong-value", message, mend)]


def _of_the_likeliest(source: Source, path: Path, error: Any) -> list[Problem]:
    """A choice of shapes: tell what is wrong with the one that was most likely meant."""
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    typed = {
        index: inners
        for index, inners in branches.items()
        if not any(i.validator == "type" and len(i.absolute_path) == len(path) for i in inners)
    }
    if len(typed) == 1:
        return [p for inner in next(iter(typed.values())) for p in _problems(source, inner)]
    keyword = error.schema.get("x-error", "")
    if keyword:
        return [source.problem(path, "missing-key", keyword)]
    if not typed:
        kinds = [_kind(i) for inners in branches.values() for i in inners if i.validator == "type"]
        message = f"{_shown(error.instance)} is not {' or '.join(dict.fromkeys(kinds))}."
        return [source.problem(path, "wrong-type", message)]
    # Whoever wrote it meant the shape that it misses least.
    inners = min(typed.values(), key=len)
    return [p for inner in inners for p in _problems(source, inner)]


def _kind(error: Any) -> str:
    kinds = error.validator_value
    names = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_KINDS[name] for name in names)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 60 else text[:57] + "…"


def _problem(source: Source, path: Path, keyword: str, error: Any) -> Problem:
    name = str(path[-1]) if path else "the document"
    if keyword == "required":
        missing = str(error.message).split("'")[1]
        return source.problem(path, "missing-key", f"{missing} is missing in {name}.", f"Add {missing}: …")
    if keyword == "type" and error.schema.get("x-code"):
        return _pattern_problem(source, path, error)
    if keyword == "type":
        return _wrong_type(source, path, error)
    if keyword == "enum":
        choices = [str(choice) for choice in error.validator_value]
        message = f"{_shown(error.instance)} is not one of the choices of {name}."
        said = str(error.instance)
        return source.problem(path, "wrong-value", message, nearest(said, choices), instead=certain(said, choices))
    if keyword == "pattern":
        return _pattern_problem(source, path, error)
    if keyword == "maxLength":  # whatever signs stand in it: it is too long
        place = source.place(path)
        return Problem(source.file, place.line, place.column, "wrong-value", _sentence(name, keyword, error))
    return source.problem(path, "wrong-value", _sentence(name, keyword, error), _hint(error))


def _wrong_type(source: Source, path: Path, error: Any) -> Problem:
    message = f"{_shown(error.instance)} is not {_kind(error)}."
    if error.validator_value == "array":
        return source.problem(path, "wrong-type", message, "Write it as a list: [one, two], or each entry behind a -.")
    if error.validator_value != "string" or not _is_bare(error):
        return source.problem(path, "wrong-type", message)
    found, place = source.problem(path, "wrong-type", message, "Put it in quotes."), source.place(path)
    raw = source.text[place.start : place.end]
    # What says nothing at all would be the text of nothing between quotes.
    is_mended = found.code == "wrong-type" and error.instance is not None and re.fullmatch(r"[\w.+-]+", raw)
    return replace(found, edits=(Edit(place.start, place.end, f'"{raw}"'),)) if is_mended else found


def _is_bare(error: Any) -> bool:
    return isinstance(error.instance, (int, float, bool)) or error.instance is None


def _pattern_problem(source: Source, path: Path, error: Any) -> Problem:
    code = error.schema.get("x-code", "wrong-value")
    message = f"{_shown(error.instance)} is not {error.schema.get('x-what', 'written as it must be')}."
    padded = _LONE_DIGIT.sub(r"0\g<0>", str(error.instance)) if _CLOCK.fullmatch(str(error.instance)) else ""
    likely = padded or (length.meant(str(error.instance)) if code == "bad-duration" else "")
    instead = likely if likely and re.search(error.schema["pattern"], likely) else ""
    return source.problem(path, code, message, _hint(error), instead=instead)


def _hint(error: Any) -> str:
    examples = error.schema.get("examples", [])
    return f"For example: {', '.join(str(example) for example in examples)}." if examples else ""


def _sentence(name: str, keyword: str, error: Any) -> str:
    limit = error.validator_value
    sentences: dict[str, str] = {
        "minLength": f"{name} is too short.",
        "maxLength": f"{name} is longer than {limit} characters.",
        "minItems": f"{name} needs at least {limit} entry.",
        "minProperties": f"{name} is empty.",
        "minimum": f"{name} is less than {limit}.",
        "maximum": f"{name} is more than {limit}.",
        "uniqueItems": f"{name} names something twice.",
        "const": f"{name} can only be {_shown(limit)}.",
        "not": error.schema.get("x-error", f"{name} holds keys that exclude each other."),
        "maxProperties": error.schema.get("x-error", f"{name} holds more than {limit} keys."),
        "dependentRequired": f"{name} lacks a key that another of its keys needs.",
    }
    return sentences.get(keyword, f"{name} is not as the schema asks ({keyword}).")
