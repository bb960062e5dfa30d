"""Links: which cases a case of a process may be linked with, and what each side calls the other. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkKind:
    """A relation of a case to another one, of one of the processes `to`.

    `title` is what this side calls the other, `back` what the other side calls this one. `both`: it is the same for
    both sides, as between siblings. `by`: the roles that make and remove it; None: whoever may change the case; empty:
    nobody does by hand. `one`: a case has at most one of it.
    """

    name: str
    title: str
    back: str
    to: tuple[str, ...]
    both: bool = False
    by: frozenset[str] | None = None
    one: bool = False
