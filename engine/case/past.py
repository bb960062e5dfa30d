"""Past: what was done last in a case, what followed by itself since, and the case as it was before. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.entry import Entry
from engine.case.snapshot import Snapshot


@dataclass(frozen=True)
class Past:
    """The last step of a person that stands, as far as it is asked for.

    `since` is what followed it by itself, in order, and `before` the case before it. `is_again`: what was done after it
    was taken back already.
    """

    last: Entry
    since: tuple[Entry, ...]
    before: Snapshot | None
    is_again: bool = False
