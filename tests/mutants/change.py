"""Change: one small change of one file, and the tests that are to notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Change:
    """Write `new` where `old` stands in `file`, once; `what` says what it would do to people."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, tree: Path) -> str:
        """The text of the file with the change.

        Raises:
            LookupError: the text has moved on, and the change with it must be written anew.
        """
        text = (tree / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"{self.file}: {self.old!r} stands there {text.count(self.old)} times, not once.")
        return text.replace(self.old, self.new)
