"""Folder: files that are given out together. It appears under its name only when it is whole, and replaces nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from engine.source.fault import Invalid

File = tuple[str, bytes | BinaryIO]


class BadFolder(Invalid):
    """The folder is there already, or cannot be written."""


def write_folder(folder: Path, files: Iterable[File]) -> None:
    """Write files, by their names in a new folder that only who made it may read.

    Raises:
        BadFolder: it is there already, or cannot be written.
    """
    if os.path.lexists(folder):
        raise BadFolder(f"{folder} is there already; an export never overwrites anything. Name another folder.")
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as outer:
            part = Path(outer) / "part"
            part.mkdir(0o700)
            for name, content in files:
                _write(part / name, content)
            part.rename(folder)
    except OSError as error:
        raise BadFolder(f"{folder} cannot be written: {error.strerror or error}.") from None


def _write(file: Path, content: bytes | BinaryIO) -> None:
    file.parent.mkdir(0o700, exist_ok=True)
    with file.open("wb") as into:
        if isinstance(content, bytes):
            into.write(content)
            return
        with content:
            shutil.copyfileobj(content, into)
