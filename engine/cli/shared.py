"""Shared: the options that many commands have, and the engine they work on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.screen import Stop
from engine.cli.settings import Settings, load_settings
from engine.source import sign
from engine.source.number import MOST_COUNTED, NotANumber, whole

if TYPE_CHECKING:
    from engine.case.command import Actor
    from engine.service import Engine


def whole_number(least: int, most: int = MOST_COUNTED) -> Callable[[str | int], int]:
    """Reads a whole number between two, ends included, as it is read on every face."""

    def number(text: str | int) -> int:
        try:
            found = whole(text)
        except NotANumber as bad:
            raise typer.BadParameter(f"{text!r} is not a whole number. {bad}") from None
        if not least <= found <= most:
            raise typer.BadParameter(f"{found} is not between {least} and {most}.")
        return found

    return number


By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="WHO",
        help="Who acts: ROLE, or NAME:ROLE, NAME:ROLE+ROLE, NAME:ROLE@ORGANISATION. Else the setting CASEWORK_BY.",
    ),
]
At = Annotated[str, typer.Option("--at", metavar="WHEN", help="When it happened, if earlier: 2024-03-01 09:30.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Limit = Annotated[int, typer.Option("--limit", parser=whole_number(1, 1000), help="How many rows at most.")]
After = Annotated[str, typer.Option("--after", metavar="CURSOR", help="Go on where an earlier page ended.")]
Expected = Annotated[
    int | None,
    typer.Option("--expected-version", parser=whole_number(1), help="Refuse if the case is not at this version."),
]
Key = Annotated[str, typer.Option("--key", help="An idempotency key: the same request again does nothing more.")]
Values = Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE", help="What the form says.")]
DataFile = Annotated[
    str, typer.Option("--data", metavar="FILE", help="The form as a YAML or JSON file; - for standard input.")
]


def settings() -> Settings:
    """The settings that hold here."""
    return load_settings(os.environ, Path.cwd())


def documents_folder(found: Settings) -> Path | None:
    """Where contents of documents are kept, if that is set."""
    return Path(found.documents) if found.documents else None


@contextlib.contextmanager
def opened() -> Iterator[Engine]:
    """The engine on the database that is set."""
    from engine.service import Engine
    from engine.service.documents.admission import Scanner

    found = settings()
    scanner = Scanner(found.clamd) if found.clamd else None
    engine = Engine(found.database_url, documents=documents_folder(found), scanner=scanner)
    try:
        yield engine
    finally:
        engine.close()


def actor(by: str) -> str:
    """Who acts.

    Raises:
        Stop: nobody is named.
    """
    who = by or settings().by
    if not who:
        raise Stop("Say who acts: --by coordinator, or --by jo:coordinator, or set CASEWORK_BY.")
    return _plainly(who)


def reader(by: str) -> Actor:
    """Who is shown something; nobody need be named for that, and then it is whoever sits at the command line."""
    from engine.case.command import COMMAND_LINE, Actor

    who = by or settings().by
    return Actor.of(_plainly(who)) if who else COMMAND_LINE


def _plainly(who: str) -> str:
    """Who acts, as it is written into the history: a name that can be seen."""
    unseen = sign.unseen(who)
    if unseen:
        raise Stop(f"Who acts (--by) {unseen}")
    return who


def instant(text: str) -> datetime | None:
    """A moment that was typed; local to the process where it names no time zone.

    Raises:
        Stop: it is none.
    """
    if not text:
        return None
    from engine.case.time.instants import NOT_TOLD, is_told

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(f"{text!r} is not a moment. Write it as 2024-03-01 09:30.") from None
    if not is_told(found):
        raise Stop(NOT_TOLD)
    return found


def form(values: list[str] | None, file: str) -> dict[str, Any]:
    """What was filled in, from a file and from FIELD=VALUE; the latter wins.

    Raises:
        Stop: a value has no name, or the file holds no map.
    """
    found = _form_file(file) if file else {}
    for value in values or ():
        name, equals, text = value.partition("=")
        if not equals:
            raise Stop(f"{value!r} names no field. Write it as FIELD=VALUE.")
        found[name.strip()] = text
    return found


def _form_file(file: str) -> dict[str, Any]:
    import sys

    from engine.files import read_text
    from engine.source.reader import read

    # As bytes: what is not UTF-8 is told with its place, as in a file.
    content = sys.stdin.buffer.read() if file == "-" else read_text(Path(file))
    data = read(content, "standard input" if file == "-" else file).data
    if data is not None and not isinstance(data, dict):
        raise Stop(f"{file} must hold a map: one FIELD: VALUE a line.")
    return data or {}
