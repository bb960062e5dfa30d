"""Actors: what expressions ask of who acts, their role, who they are, and what they did in a case already. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from engine.process.language import tokens
from engine.process.language.faults import Fault
from engine.source.problem import nearest

_WRITE = "Write actor.role or actor.person."
OPEN = "open"
"""Stands for the beginning of a case among the events that somebody did."""
_ROLE = re.compile(r"(?<![\w.])actor\s*\.\s*role(?!\w)(?!\s*\()")
_ASKED = re.compile(r"(?<![\w.])actor\s*\.\s*(?P<part>role|person)(?!\w)(?!\s*\()")
_COMPARED = re.compile(rf"{_ROLE.pattern}\s*[!=]=\s*{tokens.TEXT}")
_REVERSED = re.compile(rf"{tokens.TEXT}\s*[!=]=\s*{_ROLE.pattern}")


def asks(text: str) -> bool:
    """Whether an expression asks for the role of who acts, or for who they are."""
    return bool(_ASKED.search(tokens.bare(text)))


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The expression with what is asked of who acts, `role` and `person`, by other names."""
    return tokens.replaced(text, _ASKED, lambda found: names[found["part"]])


def faults(text: str, roles: Collection[str]) -> Iterator[Fault]:
    """What is asked of who acts, and nobody can answer; and roles that there are not."""
    plain = tokens.bare(text)
    right = {found.start() for found in _ASKED.finditer(plain)}
    for word in tokens.words(text):
        if word.name == "actor" and not (word.member or word.call or word.start in right):
            yield Fault(word.start, "unknown-field", "Of who acts only the role and the person are known.", _WRITE)
    for found in (*_COMPARED.finditer(plain), *_REVERSED.finditer(plain)):
        name = tokens.literal(text[found.start(1) : found.end(1)])
        if name is not None and name not in roles:
            yield Fault(found.start(1), "unknown-role", f"There is no role {name}.", nearest(name, roles))
