"""Fixes: a text in which everything is mended that can be mended in one way only. Reads what stands beside its file.

What mends a problem is told with it, where it is found. Here only those edits are kept after which the text is a
better one; whatever makes it worse is left alone.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.authoring.check import check_text
from engine.files import read_text
from engine.source.edit import Edit, apart, edited
from engine.source.problem import Problem, Refused, errors
from engine.source.reader import plain, position, read

# What texts of before say that were taken then, and how the same is said today.
OF_BEFORE = frozenset({"raw-length", "odd-sign", "control-character", "unknown-timezone"})
# Where a part cannot be read, nothing is said of what hangs on it: more may be told once it can.
_HIDING = frozenset({"unknown-key", "missing-key", "wrong-type", "wrong-value", "bad-date", "bad-duration"})
_HIDING |= {"odd-sign", "control-character", "expression-syntax"}
# Of an expression nothing else is told while such a sign stands in it: more may be told afterwards.
_SIGNS = frozenset({"odd-sign", "control-character"})
# A mended sign at the edge of what can be read lets the next one be found; nobody writes more of them than that.
_ROUNDS = 50


@dataclass(frozen=True)
class Fixed:
    """A text, what came of it, and the problems that are left in that."""

    file: Path
    before: str
    after: str
    mended: int
    problems: tuple[Problem, ...]

    @property
    def diff(self) -> str:
        """What changes, as a unified diff; empty where nothing does."""
        before, after = (plain(text).removesuffix("\n").split("\n") for text in (self.before, self.after))
        lines = difflib.unified_diff(before, after, f"{self.file} (as it is)", f"{self.file} (mended)", lineterm="")
        return "\n".join(lines)


@dataclass(frozen=True)
class _Trial:
    """A text with its problems, and how much of it could be read: 2 nothing, 1 a part, 0 all."""

    text: str
    problems: tuple[Problem, ...]
    unread: int

    @property
    def worth(self) -> tuple[int, int]:
        """The fewer errors, and then warnings, the better."""
        wrong = len(errors(self.problems))
        return wrong, len(self.problems) - wrong


def fixed(text: str, file: Path, today: date | None = None, codes: Collection[str] = ()) -> Fixed:
    """The text of a file with what can be mended in one way; of some codes only, if any are named.

    A text without problems stays as it is, and so does one that was mended already.
    """
    now, mended = _tried(text, file, today), 0
    for _ in range(_ROUNDS):
        found = [one for one in now.problems if one.edits and one.file == str(file)]
        found = [one for one in found if not codes or one.code in codes]
        better, count = _bettered(now, found, lambda changed: _tried(changed, file, today))
        if better is None:
            break
        now, mended = better, mended + count
    return Fixed(file, text, now.text, mended, tuple(sorted(now.problems)))


def fixed_file(file: Path, today: date | None = None, codes: Collection[str] = ()) -> Fixed:
    """The same of a file as it is on the disk. One that is no text at all stays as it is."""
    try:
        content = read_text(file)
        return fixed(content.decode("utf-8"), file, today, codes)
    except UnicodeError:
        return Fixed(file, "", "", 0, check_text(content, file, today))
    except Refused as refused:
        return Fixed(file, "", "", 0, refused.problems)


def _tried(text: str, file: Path, today: date | None) -> _Trial:
    problems, unread = check_text(text, file, today), 2
    with contextlib.suppress(Refused):
        read(text, str(file))
        unread = int(any(one.code in _HIDING for one in problems))
    return _Trial(text, problems, unread)


def _bettered(now: _Trial, found: list[Problem], attempt: Callable[[str], _Trial]) -> tuple[_Trial | None, int]:
    """The text with all of the problems mended, or else with the first that can be, and how many those are."""
    for some in ([found] if len(found) > 1 else []) + [[one] for one in found]:
        edits = apart(edit for one in some for edit in one.edits)
        then = attempt(edited(now.text, edits))
        if _is_better(now, then, edits, is_of_signs=all(one.code in _SIGNS for one in some)):
            return then, sum(set(one.edits) <= set(edits) for one in some)
    return None, 0


def _is_better(now: _Trial, then: _Trial, edits: list[Edit], *, is_of_signs: bool) -> bool:
    if _goes_on(now, then):
        return True
    if then.unread > now.unread or (_meet(edits, then) and not is_of_signs):
        return False
    return then.unread < now.unread or then.worth < now.worth or is_of_signs


def _goes_on(now: _Trial, then: _Trial) -> bool:
    """Whether what was mended hid something that can be mended in its turn: no more is wrong than before."""
    new = set(then.problems) - set(now.problems)
    return then.unread < 2 and then.worth == now.worth and bool(new) and all(one.edits for one in new)


def _meet(edits: list[Edit], then: _Trial) -> bool:
    """Whether an error that cannot be mended stands where something was put in."""
    wrong = {(one.line, one.column) for one in errors(then.problems) if not one.edits}
    text, moved = plain(then.text), 0
    for one in edits:
        places = range(one.start + moved, one.start + moved + max(len(one.text), 1))
        if wrong.intersection(position(text, at) for at in places):
            return True
        moved += len(one.text) - (one.end - one.start)
    return False
