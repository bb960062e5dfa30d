"""The command `casework`: its commands put together, and what it says when something cannot be done."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from engine import __version__
from engine.cli.screen import (
    DONE,
    INTERRUPTED,
    REFUSED,
    UNAVAILABLE,
    USAGE,
    Lost,
    Stop,
    flush,
    let_go,
    print_problems,
    say,
    steady,
)
from engine.source.fault import CaseworkError, Invalid, Unavailable, Unknown
from engine.source.problem import Refused

EPILOG = (
    "Exit codes: 0 done · 1 refused, or problems found · 2 wrong use, or no such case or name · "
    "3 the database cannot be used · 130 interrupted. Settings: CASEWORK_DATABASE_URL, CASEWORK_DOCUMENTS, "
    "CASEWORK_BY, CASEWORK_LOG_FORMAT, CASEWORK_LOG_LEVEL, or the same names in casework.toml."
)
HOMES = {
    # Where each command lives, so that only its module is loaded: Typer would load all of them for one.
    "caseload": ("open", "fire", "show", "cases", "accesses", "add-document"),
    "links": ("link", "unlink"),
    "tasks": ("tasks", "task"),
    "meetings": ("meeting",),
    "registers": ("register",),
    "charges": ("charges",),
    "running": ("due", "worker", "serve", "mail-test"),
    "authoring": ("check", "upgrade", "lsp", "test"),
    "diagram": ("diagram",),
    "people": ("organisation", "person", "token"),
    "warnings": ("warning",),
    "deputies": ("deputy",),
    "keeping": ("init", "publish", "head", "verify", "backup", "restore", "demo"),
    "keys": ("rotate-key",),
    "retention": ("retention",),
    "subject": ("correct", "subject"),
    "undo": ("undo",),
    "journal": ("journal",),
    "outbox": ("outbox",),
    "doctor": ("doctor",),
}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"casework {__version__}")
        raise typer.Exit


def _casework(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Case processes written in YAML: check them, run them, and see what is to be done next."""


def app_with(homes: Iterable[str]) -> typer.Typer:
    """The command with the commands that live in these modules."""
    app = typer.Typer(
        name="casework",
        help="Case processes written in YAML: check them, run them, and see what is to be done next.",
        epilog=EPILOG,
        no_args_is_help=True,
        # They would show what variables hold, which may be personal.
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_casework)
    for home in homes:
        importlib.import_module(f"engine.cli.{home}").add_to(app)
    return app


def _homes_for(arguments: list[str]) -> Iterable[str]:
    """Where the command lives that is asked for; everywhere if that is not plain. Only what is needed is loaded."""
    asked = arguments[0] if arguments else ""
    return [home for home, commands in HOMES.items() if asked in commands] or HOMES


def run(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code. Says what went wrong in a sentence, never with a traceback."""
    asked = sys.argv[1:] if arguments is None else arguments
    try:
        app_with(_homes_for(asked))(args=asked, prog_name="casework")
    except SystemExit as stop:
        # Click leaves by this exit also where all went well, and then may say no number.
        return stop.code if isinstance(stop.code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _told(error)
    return DONE


def main() -> None:
    """Run one command, and end with its exit code."""
    steady()
    code = run()
    # While it can still be told: Python writes out the rest after all of this, and a full disk would be a traceback.
    try:
        flush()
    except Lost as lost:
        code = _lost(lost) or code
    try:
        sys.stderr.flush()
    except OSError:  # else Python tries it once more, and changes the exit code
        let_go(2)
    sys.exit(code)


def _lost(lost: Lost) -> int:
    let_go(1)
    if lost.quiet:
        return DONE
    say(f"The result could not be written: {lost}. What was asked for may have been done.")
    return REFUSED


# Families, not their members: what is new belongs to one of them, and has its exit code.
_FAMILIES = {Unknown: USAGE, Invalid: USAGE, Unavailable: UNAVAILABLE}
# No room, a quota, a broken disk, a closed output: the result is lost, and the program is not at fault.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF})


def _code_of(error: CaseworkError) -> int:
    return next((code for family, code in _FAMILIES.items() if isinstance(error, family)), REFUSED)


def _told(error: Exception) -> int:
    try:
        return _tell(error)
    except Lost as lost:
        return _lost(lost)


def _tell(error: Exception) -> int:
    """Say what is known about an error. What a fault of the program holds may be personal: only its kind is told."""
    if isinstance(error, Lost):
        return _lost(error)
    # Before its family: every problem has a line of its own, with its place.
    if isinstance(error, Refused):
        print_problems(error.problems)
        return REFUSED
    if isinstance(error, OSError) and error.errno in _FULL:
        return _lost(Lost(error))
    # Every command that takes a path asks for it, and the system refuses even to look.
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        say("The name of a file or folder is too long. Check the path. Nothing was written.")
        return USAGE
    # Arguments that are no UTF-8 come as halves of signs (PEP 383), which no database keeps.
    if isinstance(error, UnicodeEncodeError) and error.encoding == "utf-8":
        say("What was typed holds signs that are no text in UTF-8. Nothing was written.")
        return USAGE
    if isinstance(error, CaseworkError):
        say(str(error))
        return error.code if isinstance(error, Stop) else _code_of(error)
    if os.environ.get("CASEWORK_DEBUG"):
        raise error
    from engine.running.logs import place_of

    place = place_of(error)
    say(f"casework failed by a fault of its own: {type(error).__name__} at {place}. Nothing was half-written.")
    say("Please report this line. With CASEWORK_DEBUG=1 the details are shown; they may hold personal data.")
    return REFUSED
