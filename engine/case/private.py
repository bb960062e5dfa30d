"""Private: the values of an entry that can be erased, beside its hashed body, which holds a digest of each. Pure.

What people filled in, the names of files and reasons tell about somebody; a chain of hashes over them could never be
rid of them. So the body has a digest where such a value was, and the value stands beside it with a salt of its own:
without the salt nobody finds the value by trying all dates or names. Once both are erased the body tells nothing more,
and still proves that the entry was written, when and in which order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Mapping
from typing import Any

from engine.case.canonical import canonical

DIGEST = "sha256"
# Which values of which effects; None stands for all of them. Whatever is filled in can tell who somebody is.
_PRIVATE: dict[str, frozenset[str] | None] = {
    "data": None,
    "document": frozenset({"name"}),
    "note": frozenset({"reason"}),
    # Whom a case has to do with tells who it is about.
    "links": None,
}

Values = dict[str, dict[str, list[Any]]]


def path(effects: Mapping[str, Any], effect: str, name: str) -> str:
    """How a private value of an entry is called: `data/surname`, `note/reason`, `document/report` by its kind, and
    `links/3` by the entry that made the link.
    """
    return f"{effect}/{effects[effect]['document'] if effect == 'document' else name}"


def digest(salt: str, value: Any) -> str:
    """What stands in the body instead of a value: SHA-256 over its salt and its canonical JSON."""
    return hashlib.sha256(f"{salt}\n{canonical(value)}".encode()).hexdigest()


def hide(effects: dict[str, Any], salts: Iterator[str]) -> Values:
    """Put digests in the place of the private values of `effects`; the values themselves, each with its salt."""
    values: Values = {}
    for effect, names in _PRIVATE.items():
        if given := effects.get(effect):
            hidden = {name: [next(salts), given[name]] for name in _hideable(given, names)}
            if hidden:
                values[effect] = hidden
                effects[effect] = given | {name: {DIGEST: digest(*one)} for name, one in hidden.items()}
    return values


def paths(effects: Mapping[str, Any]) -> list[str]:
    """The paths of the private values among effects that are plain."""
    return [
        path(effects, effect, name)
        for effect, names in _PRIVATE.items()
        for name in _hideable(effects.get(effect, {}), names)
    ]


def _hideable(given: Mapping[str, Any], names: frozenset[str] | None) -> list[str]:
    # That a field was emptied (None) is no value, and tells nothing of the one that stood there.
    return [name for name, value in given.items() if value is not None and (names is None or name in names)]


def show(effects: dict[str, Any], values: Values) -> tuple[str, ...]:
    """Put private values back in the place of their digests; the paths of those that are not there any more."""
    missing = []
    for effect, name, _ in _digests(effects):
        known = values.get(effect, {}).get(name)
        if known is None:
            missing.append(path(effects, effect, name))
        # A field without its value is as one that was emptied; what else can be erased is text.
        gone = None if effect == "data" else ""
        effects[effect][name] = gone if known is None else known[1]
    return tuple(missing)


def faults(effects: Mapping[str, Any], values: Values) -> list[str]:
    """The paths of values that are not what the digests were made of, or for which there is none. A value that is not
    there is no fault here: whether it may be gone, the erasure says that comes later.
    """
    known = {(effect, name): said for effect, name, said in _digests(effects)}
    given = {(effect, name): one for effect, named in values.items() for name, one in named.items()}
    return [f"{effect}/{name}" for (effect, name), one in given.items() if known.get((effect, name)) != digest(*one)]


def left(effects: Mapping[str, Any], values: Values, erased: Container[str]) -> Values:
    """The values that stay beside an entry when the paths in `erased` are erased."""
    found = {
        effect: {name: one for name, one in named.items() if path(effects, effect, name) not in erased}
        for effect, named in values.items()
    }
    return {effect: named for effect, named in found.items() if named}


def _digests(effects: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (effect, name, value[DIGEST])
        for effect in _PRIVATE
        for name, value in effects.get(effect, {}).items()
        if isinstance(value, dict)
    ]
