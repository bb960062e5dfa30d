"""Links: which cases a case of a process may be linked with, what each side calls the other, and which events open one.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.process.language.expressions import Expression


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


@dataclass(frozen=True)
class Opens:
    """An event opens a case of `process`, linked by `link`, which has a `title`, at `state` (empty: the default there).

    `values`: the answers that it is begun with, by the names of the fields there.
    """

    link: str
    title: str
    process: str
    state: str = ""
    values: tuple[tuple[str, Expression], ...] = ()
