"""Explanation: what a code of a problem means, with a wrong and a right example, from the reference that is shipped."""

from __future__ import annotations

import functools
import re

from engine import shipped
from engine.source.fault import Unknown
from engine.source.problem import nearest

_SECTION = re.compile(r"^### (.+?)\n(.*?)(?=^##|\Z)", re.S | re.M)
_EXAMPLE = re.compile(r"```\w+ (wrong|right)[^\n]*\n(.*?)```\n?", re.S)


class UnknownCode(Unknown):
    """No problem is told under this code; the message says which is near."""


def explanation(code: str) -> str:
    """The section of the reference about a code, as plain text.

    Raises:
        UnknownCode: there is no such code.
    """
    found = _sections()
    if code not in found:
        raise UnknownCode(f"No problem has the code {code}. {nearest(code, found)}")
    return f"{code}\n\n{found[code]}"


@functools.cache
def _sections() -> dict[str, str]:
    """What is said of each code. Several codes may stand above one text."""
    found, codes = dict[str, str](), list[str]()
    for section in _SECTION.finditer(shipped.read("docs/reference/problems.md")):
        codes.append(section[1])
        if section[2].strip():
            found |= dict.fromkeys(codes, _plain(section[2]))
            codes = []
    return found


def _plain(section: str) -> str:
    """A section without the marks of its format; examples are indented."""
    said = _EXAMPLE.sub(lambda found: f"{found[1].capitalize()}:\n\n{_indented(found[2])}\n", section)
    return re.sub(r"\*(\w+\.)\*", r"\1", said).strip()


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
