"""Problem: one thing wrong with one place of one file. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from engine.source.edit import Edit
from engine.source.fault import CaseworkError

_NOUNS = (
    "calendar",
    "document",
    "event",
    "field",
    "key",
    "kind",
    "link",
    "meeting",
    "outcome",
    "place",
    "requirement",
    "role",
    "state",
)
CODES = frozenset(
    [
        "alias",
        "always-true",
        "automatic-loop",
        "bad-calendar",
        "bad-date",
        "bad-duration",
        "bad-pattern",
        "broken-rule",
        "calendar-ends",
        "cannot-be-done",
        "cannot-be-filled",
        "cannot-read",
        "control-character",
        "duplicate-key",
        "duplicate-timer",
        "event-on-end",
        "expression-syntax",
        "expression-type",
        "gap",
        "limits-crossed",
        "missing-key",
        "needs-calendar",
        "never-broken",
        "never-filled",
        "no-due-date",
        "no-place-to-move",
        "not-known-yet",
        "never-back",
        "never-sent",
        "never-true",
        "never-undone",
        "no-way-out",
        "nothing-paused",
        "paused-from-outside",
        "nobody-acts",
        "not-looked-at",
        "not-utf8",
        "not-yaml",
        "odd-sign",
        "own-escalation",
        "sees-nothing",
        "still-in-use",
        "tag",
        "overdue-of-itself",
        "raw-length",
        "timer-circle",
        "timer-on-end",
        "too-big",
        "too-deep",
        "too-early",
        "too-many-rounds",
        "unknown-process",
        "unknown-timezone",
        "unreachable-alternative",
        "unreachable-state",
        "unused-name",
        "version-reused",
        "waits-for-ever",
        "wrong-type",
        "wrong-value",
    ]
) | {f"unknown-{noun}" for noun in (*_NOUNS, "series", "task", "timer")}


class Severity(StrEnum):
    """An error stops a document from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Also:
    """A second place that a problem has to do with, in the same file, and what stands there, in a few words."""

    line: int
    column: int
    said: str

    def as_data(self) -> dict[str, object]:
        """The same as plain values."""
        return {"line": self.line, "column": self.column, "said": self.said}


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, where, and what would be right.

    `line` and `column` count from 1, in characters, as editors show them. `code` is one of CODES, stable, and
    explained in docs/reference/problems.md. `edits` mend it, where there is one way to mend it, and `also` is its other
    half, where it has one; two problems are the same whatever these are.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    mend: str = ""
    severity: Severity = Severity.ERROR
    edits: tuple[Edit, ...] = field(default=(), compare=False)
    also: Also | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity} {self.code}: {self.message} {self.mend}".rstrip()

    def as_data(self) -> dict[str, object]:
        """The same as plain values, for `--format json`."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": str(self.severity),
            "code": self.code,
            "message": self.message,
            "mend": self.mend,
            "edits": [one.as_data() for one in self.edits],
            "also": self.also.as_data() if self.also else None,
        }


class Refused(CaseworkError):
    """A document that cannot be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(name: str, known: Iterable[str]) -> str:
    """The mend for a misspelt name: the nearest known one, or the list when none is near."""
    names = sorted(known)
    close = closest(name, names)
    if close:
        return f"Did you mean {close}?"
    if not names:
        return "None is declared in this file."
    # A dozen names are read; a list of hundreds hides the sentence before it.
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known: {shown}."


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that was likely meant by a misspelt one; empty where none is near."""
    # 0.6 finds a letter left out or swapped; below it names are offered that nobody meant.
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)), "")


def certain(name: str, known: Iterable[str]) -> str:
    """The known name that alone can have been meant by a misspelt one; empty where another one is nearly as near."""
    near = difflib.get_close_matches(name, sorted(known), n=2, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, one, name).ratio() for one in near]
    # One letter of a short name is a quarter of it; where the second is that much less like it, nobody would choose it.
    if not near or likeness[0] < 0.7 or (len(near) > 1 and likeness[0] - likeness[1] < 0.15):
        return ""
    return near[0]


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those problems that stop a document from being used."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]
