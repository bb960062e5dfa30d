"""Screen: printing for people (Rich) and for programs (JSON), and what a command gives back to the shell.

Results go to standard output, everything about them to standard error.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from engine.source.fault import CaseworkError

if TYPE_CHECKING:
    from rich.console import Console

    from engine.case.refusal import Refusal
    from engine.service import Page
    from engine.source.problem import Problem

T = TypeVar("T")
# Part of what scripts rely on (docs/reference/commands.md). 130 is what shells give for Ctrl-C: 128 and its signal.
DONE, REFUSED, USAGE, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130


class Lost(CaseworkError):
    """What was to be shown could not be written; `quiet` where whoever read it has seen enough."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or type(error).__name__)
        self.quiet = isinstance(error, BrokenPipeError)


@contextlib.contextmanager
def written() -> Iterator[None]:
    """Write a part of the result.

    Raises:
        Lost: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise Lost(error) from None


class Result(io.TextIOWrapper):
    """Standard output. Libraries that print take a broken pipe for their own affair: they are not shown one."""

    def write(self, text: str, /) -> int:
        """Write a part of the result.

        Raises:
            Lost: it cannot be written.
        """
        with written():
            return super().write(text)

    def flush(self) -> None:
        """Write out what is kept back so far.

        Raises:
            Lost: it cannot be written.
        """
        with written():
            super().flush()


class Closed(io.TextIOBase):
    """Standard output that was closed before the program began: nothing can be written to it."""

    def write(self, _: str, /) -> int:
        """Say so.

        Raises:
            Lost: always.
        """
        raise Lost(OSError(errno.EBADF, "it is closed"))


class Aside(io.TextIOWrapper):
    """Standard error. Where nobody can be told, that changes no result."""

    def write(self, text: str, /) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write out what can be written."""
        with contextlib.suppress(OSError):
            super().flush()


def steady() -> None:
    """Let no sign that a terminal or a file cannot hold, and nothing that is closed, break a command."""
    for name, kind in (("stdout", Result), ("stderr", Aside)):
        stream = getattr(sys, name)
        if stream is None:
            os.open(os.devnull, os.O_RDWR)  # so that no other file takes the number of the one that is closed
            setattr(sys, name, Closed() if name == "stdout" else open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            # Detached, for two wrappers of one stream would each write out what they keep back. With escapes for signs
            # that the encoding lacks: a name in Polish must not end a command on a terminal of cp1252.
            encoding, by_line = stream.encoding, stream.line_buffering
            made = kind(stream.detach(), encoding, "backslashreplace", line_buffering=by_line)
            setattr(sys, name, made)


def flush() -> None:
    """Write out what is kept back so far.

    Raises:
        Lost: it cannot be written.
    """
    sys.stdout.flush()


def let_go(number: int) -> None:
    """Write nothing more to standard output (1) or error (2), also not what is kept back for it."""
    with contextlib.suppress(OSError):
        # By its number, below Python: at exit it writes out once more what is kept back, and here that cannot fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


class Stop(CaseworkError):
    """End the command: what to say on standard error, and the exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.message, self.code = message, code


def console() -> Console:
    """Standard output, as wide as the terminal; as wide as needed where it is none."""
    from rich.console import Console

    # Not coloured by what it looks like: dates and numbers in texts of people are no markup. A pipe has no width, and
    # Rich would take 80: lines that programs read must not be broken there.
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 160)


def say(text: str) -> None:
    """A line for people, beside the result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say_more(cursor: str) -> None:
    """Tell that there are more rows, and how to see them."""
    if cursor:
        say(f"There are more: --after '{cursor}'")


def out(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(text + "\n")


def out_json(value: Any) -> None:
    """The result as JSON: as it is where the output can hold every sign, else with escapes, which mean the same."""
    # A terminal's escapes would not be JSON: those of JSON mean the same to whoever reads it.
    holds_all = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
    out(json.dumps(value, ensure_ascii=not holds_all, indent=2))


def listed(
    page: Page[T],
    columns: Sequence[str],
    row: Callable[[T], Sequence[str]],
    nothing: str,
    *,
    as_json: bool,
) -> None:
    """A page: as JSON, as a table, or a sentence where there is nothing; and that there is more."""
    from engine.service import as_data

    if as_json:
        out_json(as_data(list(page.items)))
    elif page.items:
        table(columns, [row(one) for one in page.items])
    else:
        say(nothing)
    say_more(page.next)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, marked: Iterable[bool] = ()) -> None:
    """Rows under headings; marked rows stand out."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        # Folded, for what does not fit would be cut without a word.
        shown.add_column(name, overflow="fold")
    marks = list(marked)
    for index, row in enumerate(rows):
        style = "bold red" if index < len(marks) and marks[index] else ""
        # As Text: in plain strings Rich takes square brackets for markup, and people type them.
        shown.add_row(*(Text(cell, style=style) for cell in row))
    console().print(shown)


def heading(text: str) -> None:
    """The title of a part of the result."""
    from rich.text import Text

    console().print(Text(text, style="bold"))


def moment(at: datetime | None) -> str:
    """A local time as people read it, to the minute."""
    return at.strftime("%Y-%m-%d %H:%M") if at else ""


def print_problems(problems: Iterable[Problem], *, show: bool = False) -> None:
    """One line each, as compilers print them; with `show` the place in the file below."""
    for problem in problems:
        out(str(problem))
        if show and (shown := _place_of(problem)):
            out(shown)


def _place_of(problem: Problem) -> str:
    """The place of a problem in its file, as far as that can be read as text."""
    from engine.authoring.excerpt import excerpt

    try:
        return excerpt(problem, Path(problem.file).read_text(encoding="utf-8-sig", errors="replace"))
    except OSError:
        return ""


def stop_for(refusal: Refusal) -> Stop:
    """A refusal, as it is told on the command line."""
    lines = [f"Refused ({refusal.code}): {refusal.message}"]
    if refusal.missing:
        lines.append(f"Missing: {', '.join(refusal.missing)}")
    if refusal.possible:
        lines.append(f"Written as: {', '.join(refusal.possible)}")
    lines += [f"  {name}: {what}" for name, what in refusal.fields.items()]
    return Stop("\n".join(lines), REFUSED)
