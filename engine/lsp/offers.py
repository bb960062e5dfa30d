"""Offers: what may stand at a place of a document: keys of the language, the author's own names, and choices.

Values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.calendars.day import zone_names
from engine.lsp.keys import choices, known_keys
from engine.lsp.names import Name, noun_at
from engine.lsp.spot import Spot
from engine.process.language.expressions import RESERVED
from engine.process.language.reckoning import NAMES
from engine.source.reader import value_at
from engine.source.words import noun

# What may stand in an expression besides the author's names.
_WORDS = sorted({*RESERVED, *NAMES, "date", "birthday"} - {"documents__", "places__"})


@dataclass(frozen=True)
class Offer:
    """One word that may stand at a place: of which kind, what it is called, and its help."""

    word: str
    kind: str
    title: str = ""
    help: str = ""


def offers(spot: Spot, names: Iterable[Name], calendars: Iterable[str]) -> list[Offer]:
    """What may stand at a place, in the order in which it is offered; each word once."""
    found = [*_keys(spot), *_choices(spot, calendars), *_names(spot, names)]
    return list({one.word: one for one in reversed(found)}.values())[::-1]


def _keys(spot: Spot) -> Iterator[Offer]:
    """The keys that a map may have and has not: also where its first one is typed, which is no key so far."""
    around = spot.path[:-1] if spot.is_key else spot.path
    there = value_at(spot.source.data, around)
    for key, (title, said) in known_keys(spot.kind or "process", around).items():
        if not (isinstance(there, dict) and key in there):
            yield Offer(key, "key", title, said)


def _choices(spot: Spot, calendars: Iterable[str]) -> Iterator[Offer]:
    if spot.is_key:
        return
    yield from (Offer(word, "choice") for word in choices(spot.kind, spot.path))
    if spot.kind == "process" and spot.path[-1:] == ("to",) and _pauses(spot):
        yield Offer("back", "choice", "Back", "To where the case was in the state that rests.")
    if spot.kind == "process" and spot.path == ("timezone",):
        yield from (Offer(name, "choice") for name in sorted(zone_names()))
    if spot.kind == "process" and spot.path == ("calendar",):
        yield from (Offer(name, "calendar") for name in calendars)


def _pauses(spot: Spot) -> bool:
    """Whether a state around a place pauses another one."""
    around = (value_at(spot.source.data, spot.path[:end]) for end in range(len(spot.path)))
    return any(isinstance(one, dict) and isinstance(one.get("pauses"), str) for one in around)


def _names(spot: Spot, names: Iterable[Name]) -> Iterator[Offer]:
    wanted = noun_at(spot.kind, spot.path, is_key=spot.is_key)
    there = value_at(spot.source.data, spot.path[:-1]) if spot.is_key else None
    for one in names:
        if one.noun == (wanted if wanted != "expression" else "field") and not (there and one.name in there):
            yield Offer(one.name, one.noun, one.title or noun(1, one.noun), one.description)
    if wanted == "expression":
        yield from (Offer(word, "word") for word in _WORDS)
