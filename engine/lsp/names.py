"""Names: what the author of a process called things, which may stand where, and where they are declared. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.authoring.names import NOUNS
from engine.process.file.context import resolve
from engine.source.reader import Path, Source, value_at

# Which key is followed by the names of what. Where one is followed by several, the key around it decides.
_VALUES = {
    **dict.fromkeys(("to", "otherwise", "initial", "in", "taken_in", "pauses"), "state"),
    **dict.fromkeys(("by", "owner", "role", "members", "undo"), "role"),
    **dict.fromkeys(("raise", "overdue_of", "task"), "task"),
    **dict.fromkeys(("send", "offer", "done_by", "booked_by", "outcomes"), "event"),
    **dict.fromkeys(("document", "any_of"), "document"),
    **dict.fromkeys(("label", "organisation", "area", "group_places_by", "places_end", "date", "per"), "field"),
    **dict.fromkeys(("link", "present", "subject", "leaves", "at"), "field"),
    "place": "place",
}
_AROUND = {("escalate", "to"): "role", ("sections", "fields"): "field", ("unique", "fields"): "field"}
_KEYS = {"form": "field", "set": "field"}
_KEYS_BESIDE = {"data": "field", "with": "field", "places": "place", "capacity": "place"}
_EXPRESSIONS = frozenset({"when", "check", "never", "always", "until", "hold", "value"})
_DECLARED = {
    "links": "link",
    "roles": "role",
    "fields": "field",
    "documents": "document",
    "tasks": "task",
    "places": "place",
}


@dataclass(frozen=True)
class Name:
    """Something that the author named: of which kind, its title and description, and the path to its declaration."""

    noun: str
    name: str
    title: str
    description: str
    path: Path


def noun_at(kind: str, path: Path, *, is_key: bool) -> str:
    """What the name at a path is the name of: a noun, `expression`, or nothing."""
    words = [step for step in path if isinstance(step, str)]
    if is_key:
        around = words[-2] if len(words) > 1 else ""
        return _KEYS.get(around, "") if kind == "process" else _KEYS_BESIDE.get(around, "")
    last, around = (words[-1] if words else ""), (words[-2] if len(words) > 1 else "")
    if kind != "process":
        return NOUNS.get(last, "")
    # Which processes there are beside this one no text says.
    if words[:1] == ["links"] and last == "to":
        return ""
    if words[-2:-1] == ["opens"]:
        return {"link": "link"}.get(last, "")
    if last in _EXPRESSIONS or around in {"set", "with"}:
        return "expression"
    # An entry may be called like a key: what stands behind it names nothing.
    return _AROUND.get((around, last), "") or ("" if around in {*_DECLARED, "states"} else _VALUES.get(last, ""))


def declared(source: Source) -> list[Name]:
    """Everything that a process names, in the order in which it is written; as far as it can be read."""
    data = source.data if isinstance(source.data, dict) else {}
    found = [
        _name(noun, name, body, (key, name)) for key, noun in _DECLARED.items() for name, body in _entries(data, key)
    ]
    found += _events(data, ())
    return found + list(_states(data, (), ""))


def _states(data: Any, path: Path, around: str) -> Iterator[Name]:
    for name, body in _entries(data, "states"):
        full, here = (f"{around}.{name}" if around else name), (*path, "states", name)
        yield _name("state", full, body, here)
        yield from _events(body, here)
        yield from _states(body, here, full)


def _events(data: Any, path: Path) -> list[Name]:
    return [_name("event", name, body, (*path, "events", name)) for name, body in _entries(data, "events")]


def _name(noun: str, name: str, body: Any, path: Path) -> Name:
    said = body if isinstance(body, dict) else {}
    return Name(noun, name, str(said.get("title") or ""), str(said.get("description") or ""), path)


def _entries(data: Any, key: str) -> list[tuple[str, Any]]:
    inside = data.get(key) if isinstance(data, dict) else None
    return list(inside.items()) if isinstance(inside, dict) else []


def scope_of(path: Path) -> str:
    """The full name of the state in which a path lies; empty outside of all."""
    names, at = [], 0
    while at + 1 < len(path) and path[at] == "states":
        names.append(str(path[at + 1]))
        at += 2
    return ".".join(names)


def named(names: list[Name], noun: str, word: str, path: Path) -> list[Name]:
    """What a word at a path is the name of; several, where events of several states are called the same."""
    if noun == "state":
        known = frozenset(one.name for one in names if one.noun == "state")
        word = resolve(word, scope_of(path), known) or word
    wanted = "field" if noun == "expression" else noun
    return [one for one in names if one.noun == wanted and one.name == word]


def declared_at(names: list[Name], path: Path) -> list[Name]:
    """What is declared at a path itself."""
    return [one for one in names if one.path == path]


def process_file(source: Source, kind: str) -> str:
    """The file of the process that a document is about, as seen from it; empty where it is one itself."""
    name = value_at(source.data, ("process",)) if kind in {"scenario", "demonstration"} else ""
    return name if isinstance(name, str) else ""
