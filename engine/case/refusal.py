"""Refusal: why nothing happened, as a value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Code(StrEnum):
    """The kinds of refusal. They are part of the language: scenarios name them."""

    NOT_ALLOWED = "not_allowed"
    NO_SUCH_EVENT = "no_such_event"
    REQUIREMENT = "requirement"
    FORM = "form"
    NO_PLACE = "no_place"
    RULE = "rule"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True)
class Refusal:
    """A code for programs, a sentence for a person, and what is missing.

    `missing` names documents, fields or events; `fields` says per field what is wrong with it; `possible` names what
    could be asked for instead: states, events or tasks, of which the message says the titles.
    """

    code: Code
    message: str
    missing: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    possible: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Asking whether a refusal is true is a mistake: `a or b` would lose it. Ask `isinstance`, or `is not None`.

        Raises:
            TypeError: always.
        """
        raise TypeError("A refusal is neither true nor false: compare with None, or ask for its type.")

    def as_data(self) -> dict[str, object]:
        """The same as plain values."""
        found: dict[str, object] = {"code": str(self.code), "message": self.message}
        if self.missing:
            found["missing"] = list(self.missing)
        if self.fields:
            found["fields"] = dict(self.fields)
        if self.possible:
            found["possible"] = list(self.possible)
        return found
