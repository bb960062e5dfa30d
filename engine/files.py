"""Files: process and calendar files on disk. Reads them; what they mean is decided elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import shipped
from engine.calendars.calendar import Calendar
from engine.calendars.loader import glance_at_calendar
from engine.process.file.context import Other
from engine.process.file.loader import Loaded, calendar_name, process_of
from engine.source.fault import CaseworkError
from engine.source.problem import Problem, Refused
from engine.source.reader import Source, read


@dataclass(frozen=True)
class Found:
    """A process file and its calendar's, loaded, with their texts."""

    loaded: Loaded
    calendar: Calendar | None = None
    calendar_text: str = ""


def read_text(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        Refused: it cannot be read; the problem says why.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        why = {FileNotFoundError: "There is no such file.", IsADirectoryError: "This is a folder."}
        message = why.get(type(error), f"The file cannot be read: {error.strerror}.")
        raise Refused([Problem(str(path), 1, 1, "cannot-read", message, "Check the path.")]) from None


class NotWritten(CaseworkError):
    """A file stays as it is; the message says why."""


def write_text(path: Path, content: bytes, before: bytes) -> None:
    """Put a text in place of the one that was read from a file, all at once: nobody ever finds a part of it.

    Raises:
        NotWritten: it cannot be written, or holds something else by now.
    """
    target = path.resolve()  # a link stays one
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.read_bytes() != before:
            raise NotWritten(f"{path} was changed by somebody else meanwhile, and stays as it is.")
        part.write_bytes(content)
        shutil.copymode(target, part)
        os.replace(part, target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise NotWritten(f"{path} cannot be written: {error.strerror}. It stays as it is.") from None


def load_file(path: Path) -> Found:
    """Load a process file with the calendar that it names.

    Raises:
        Refused: with every problem of the calendar, or else of the process.
    """
    return load_source(read(read_text(path), str(path)), path.parent)


def load_source(source: Source, folder: Path, others: Mapping[str, Other] | None = None) -> Found:
    """The same for a file that was read already and stands in `folder`, held against the `others` that are at hand."""
    calendar, text = calendar_beside(source, folder)
    return Found(process_of(source, lambda _: calendar, others=others or {}), calendar, text)


def calendar_beside(source: Source, folder: Path) -> tuple[Calendar | None, str]:
    """The calendar that a process in `folder` names, and its text; neither where it names none that has a file.

    Raises:
        Refused: with every problem of the calendar.
    """
    name = calendar_name(source)
    beside = _calendar_path(folder, name) if name else None
    if beside is None:
        return None, ""
    text = read_text(beside)
    return glance_at_calendar(text, str(beside)), text.decode("utf-8-sig")


def _calendar_path(folder: Path, name: str) -> Path | None:
    """A calendar stands in `calendars/` beside its processes, or is one that the program brings along."""
    places = (folder / "calendars", folder, shipped.path("processes/calendars"))
    return next((place / f"{name}.yaml" for place in places if (place / f"{name}.yaml").is_file()), None)
