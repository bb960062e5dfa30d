"""Codes: how a code shows that it was written right, by a check sign that is worked out of the others. Pure.

A published scheme is said in a process by its weights, its modulus and the signs that stand for what remains.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.process.language.patterns import matches


@dataclass(frozen=True)
class CheckSign:
    """Where the check sign stands (`at`: first or last), by what each of the others counts, and which sign stands for
    each remainder.

    `signs` also say what a letter counts among the others: its place there. A digit counts itself. `rest`: the sign
    stands for what is lacking to a multiple of `modulus`, not for what is over.
    """

    weights: tuple[int, ...]
    modulus: int
    signs: str
    at: str = "first"
    rest: bool = False

    def is_right(self, code: str) -> bool:
        """Whether the check sign of a code is the one that follows from the others."""
        shown, others = (code[:1], code[1:]) if self.at == "first" else (code[-1:], code[:-1])
        return shown != "" and self.sign_of(others) == shown

    def completed(self, others: str) -> str:
        """The code of which all signs but the check sign are known; empty where there is no such code."""
        sign = self.sign_of(others)
        return sign and (sign + others if self.at == "first" else others + sign)

    def sign_of(self, others: str) -> str:
        """The check sign of a code by its other signs; empty where it has none."""
        counted = [int(sign) if sign in "0123456789" else self.signs.find(sign) for sign in others]
        if len(counted) != len(self.weights) or min(counted) < 0:
            return ""
        total = sum(weight * worth for weight, worth in zip(self.weights, counted, strict=True))
        place = (-total if self.rest else total) % self.modulus
        # Some schemes have no sign for a remainder: no such code is given out.
        return self.signs[place : place + 1]


@dataclass(frozen=True)
class Code:
    """How a code is written: a regular expression (RE2) for the whole of it, and its `check` sign.

    A form of it that matches `flagged` is told by `said` behind it; empty where there is none.
    """

    pattern: str
    check: CheckSign | None = None
    flagged: str = ""
    said: str = ""

    def fault(self, text: str) -> str:
        """What is wrong with a code, as the end of a sentence that begins with its title; empty where nothing is."""
        if not matches(self.pattern, text):
            return "is not written as it must be."
        if self.check is not None and not self.check.is_right(text):
            where = "first" if self.check.at == "first" else "last"
            return f"is mistyped: its {where} sign does not fit the others."
        return ""

    def told(self, text: str) -> str:
        """A code as people read it, which may stand there as it was typed; what is none as it stands."""
        code = plain(text)
        if self.fault(code):
            return text
        return f"{code} ({self.said})" if self.flagged and matches(self.flagged, code) else code


def plain(text: str) -> str:
    """A code as it is kept: in capitals, without the spaces between its parts."""
    return "".join(text.split()).upper()
