"""Keys: what the schemas say of a place in a document: the keys that may stand there, their help, and choices. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.source.reader import Path
from engine.source.shape import schema

_CHOOSING = ("anyOf", "oneOf", "allOf")


def parts_at(kind: str, path: Path) -> list[dict[str, Any]]:
    """The parts of the schema of a kind of file by which the value at a path may be read."""
    if not kind:
        return []
    root = schema(kind)
    parts = list(_resolved(root, root))
    for step in path:
        parts = [inner for part in parts for below in _below(part, step) for inner in _resolved(root, below)]
    return parts


def _below(part: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(step, int):
        yield from (part[key] for key in ("items",) if isinstance(part.get(key), dict))
    elif step in part.get("properties", {}):
        yield part["properties"][step]
    elif isinstance(part.get("additionalProperties"), dict):
        yield part["additionalProperties"]


def _resolved(root: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A part, with what it refers to and every shape that it lets choose among; its own words come first."""
    yield part
    if "$ref" in part:
        target = root
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _resolved(root, target)
    for key in _CHOOSING:
        for inner in part.get(key, ()):
            yield from _resolved(root, inner)


def known_keys(kind: str, path: Path) -> dict[str, tuple[str, str]]:
    """The keys that a map at a path may have, each with its title and its help."""
    found: dict[str, tuple[str, str]] = {}
    for part in parts_at(kind, path):
        for key, inner in part.get("properties", {}).items():
            found.setdefault(key, (inner.get("title", ""), inner.get("description", "")))
    return found


def choices(kind: str, path: Path) -> list[str]:
    """The words of which the value at a path is one, where the schema says so."""
    found = [
        one for part in parts_at(kind, path) for one in part.get("enum", [part["const"]] if "const" in part else [])
    ]
    if any(part.get("type") == "boolean" for part in parts_at(kind, path)):
        found += [True, False]
    return list(dict.fromkeys(str(one).lower() if isinstance(one, bool) else str(one) for one in found))


def help_of(kind: str, path: Path) -> tuple[str, str]:
    """The title and the help of the key, or of the entry, at a path; empty where nothing is said of it."""
    told = [part for part in parts_at(kind, path) if part.get("description")]
    return (told[0].get("title", ""), told[0]["description"]) if told else ("", "")
