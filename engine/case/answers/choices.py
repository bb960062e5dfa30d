"""Choices: those that an answer means, by how they are written or by their titles. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from engine.process.definition import Field
from engine.source import sign


def one_of(field: Field, raw: Any) -> str | None:
    """The choice that an answer means; None where it means none."""
    # Nearly always it is written as it stands there.
    return raw if isinstance(raw, str) and raw in field.choices else _chosen(_titled(field), raw)


def _known(field: Field) -> dict[str, str]:
    """The choices by what they look like."""
    return {_seen(one): one for one in field.choices} | {one: one for one in field.choices}


def _titled(field: Field) -> dict[str, str]:
    """The same, and by their titles too, which is what people are told; not where two have the same one."""
    alone = Counter(map(_seen, field.choices.values()))
    return {_seen(title): one for one, title in field.choices.items() if alone[_seen(title)] == 1} | _known(field)


def _chosen(known: Mapping[str, str], raw: Any) -> str | None:
    """The choice that is meant; None where there is no such one."""
    return known.get(raw) or known.get(_seen(raw)) if isinstance(raw, str) else None


def _seen(text: str) -> str:
    return sign.plain_spaces(sign.composed(text)).strip()


def some_of(field: Field, raw: Any) -> list[str] | None:
    """The choices that an answer means, in the order of the process; None where one of them is none."""
    # Titles last: what stands between commas may be several choices, or a title that holds commas.
    for known in (_known(field), _titled(field)):
        picked = _picked(known, raw.split(",")) if isinstance(raw, str) else raw
        found = {_chosen(known, one) for one in picked} if isinstance(picked, (list, tuple)) else {None}
        if None not in found:
            return [choice for choice in field.choices if choice in found]
    return None


def _picked(known: Mapping[str, str], parts: list[str]) -> list[str]:
    """What stands between commas, as choices: one of them may hold commas itself."""
    most, picked, at = max(one.count(",") for one in known) + 1, list[str](), 0
    while at < len(parts):
        sizes = range(min(most, len(parts) - at), 0, -1)
        fitting = (one for one in sizes if _chosen(known, ",".join(parts[at : at + one])) is not None)
        size = next(fitting, 1)
        picked.append(",".join(parts[at : at + size]))
        at += size
    return picked
