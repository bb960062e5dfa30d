"""Shared: the options that many commands have, and the engine they work on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.screen import Stop
from engine.cli.settings import BadSettings, Settings, listed, load_settings
from engine.source import sign
from engine.source.moment import NotAMoment, day_written, moment_written
from engine.source.number import MOST_COUNTED, NotANumber, whole

if TYPE_CHECKING:
    from engine.case.command import Actor
    from engine.service import Engine
    from engine.source.reader import Source
    from engine.store.keys import Keys


def day_in(text: str) -> date | None:
    """A day that was written; None where nothing was.

    Raises:
        Stop: it is none; the message says how one is written.
    """
    try:
        return day_written(text) if text else None
    except NotAMoment as fault:
        raise Stop(f"{text!r} is not a day. {fault}") from None


def whole_number(least: int, most: int = MOST_COUNTED) -> Callable[[str | int], int]:
    """Reads a whole number between two, ends included, as it is read on every face."""

    # Not as Click reads them: by itself it takes 1_000, and digits of every script.
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


def keys_of(found: Settings) -> Keys | None:
    """The keys that secrets are encrypted with, if they are set."""
    from engine.store.keys import Keys

    if not (found.key or found.key_file):
        return None
    return Keys(found.key, Path(found.key_file) if found.key_file else None)


@contextlib.contextmanager
def opened() -> Iterator[Engine]:
    """The engine on the database that is set."""
    from engine.service import Engine
    from engine.service.documents.admission import Scanner
    from engine.store.site_documents import OtherFolder

    found = settings()
    # Documents come in by commands as well, and are looked at on every face alike.
    scanner = Scanner(found.clamd) if found.clamd else None
    documents, key = documents_folder(found), head_key(found)
    engine = Engine(
        found.database_url,
        documents=documents,
        scanner=scanner,
        head_key=key,
        keys=keys_of(found),
        second_factor_roles=listed(found.second_factor_roles),
        password_words=listed(found.password_words),
    )
    try:
        # One that is gone is told where it is needed; one that is wrong is a setting to be mended first.
        if isinstance(fault := engine.documents.trouble(), OtherFolder):
            raise fault
        yield engine
    finally:
        engine.close()


def head_key(found: Settings) -> bytes:
    """The key that seals the heads of checkpoints; empty where none is set.

    Raises:
        BadSettings: its file cannot be read, or holds too little to be a key.
    """
    from engine.case.head import SHORTEST_KEY

    if not found.head_key_file:
        return b""
    try:
        key = Path(found.head_key_file).read_bytes().strip()
    except OSError as error:
        raise BadSettings(f"The key {found.head_key_file} (head_key_file) cannot be read: {error.strerror}.") from None
    if len(key) < SHORTEST_KEY:
        mend = f"Make one: head -c 32 /dev/urandom | base64 > {found.head_key_file}"
        raise BadSettings(
            f"The key in {found.head_key_file} (head_key_file) is shorter than {SHORTEST_KEY} signs. {mend}"
        )
    return key


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
    # Whoever can run a command on the database could read it all: who they say they are is for the access log.
    return replace(Actor.of(_plainly(who)), origin=COMMAND_LINE.origin) if who else COMMAND_LINE


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
    try:
        return moment_written(text, or_day=True)
    except NotAMoment as fault:
        raise Stop(f"{text!r} is not a moment. {fault}") from None


def form(values: list[str] | None, file: str) -> dict[str, Any]:
    """What was filled in, from a file and from FIELD=VALUE; the latter wins.

    Raises:
        Stop: a value has no name, or the file holds no map.
    """
    found = _form_file(file) if file else {}
    for value in values or ():
        # At the first sign: what is said of a field may hold others.
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
    found = _of_json(content)
    if found:
        return found
    source = read(content, "standard input" if file == "-" else file)
    if source.data is not None and not isinstance(source.data, dict):
        raise Stop(f"{file} must hold a map: one FIELD: VALUE a line.")
    return {name: _as_written(source, name, value) for name, value in (source.data or {}).items()}


def _of_json(content: bytes | str) -> dict[str, Any]:
    """What a program wrote as JSON, which has ways of its own to write numbers (1e-05) and pictures; else nothing.

    What is odd in it is read as YAML, of which it is a part, and told with its place.
    """
    import json

    from engine.case.answers.text import can_be_kept

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name stands there twice")
        return dict(pairs)

    try:
        found = json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and can_be_kept(found) else {}


def _as_written(source: Source, name: str, value: Any) -> Any:
    """A value of the file. YAML makes 7 of 007, which may be the number of a telephone: the field itself decides."""
    place = source.place((name,))
    text = source.text[place.start : place.end]
    # Of an alias, only its name stands there.
    return text if type(value) is int and text.lstrip("+-").isdecimal() else value
