"""Admission: what may be kept as a document, by its content, its name, its size and a virus scanner.

Pages, API, command line and Python ask the same room. It reads contents, and speaks to the scanner; nothing else.
"""

from __future__ import annotations

import re
import socket
import struct
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

from engine.process.uploads import MOST_BYTES
from engine.service.documents.content import ALLOWED, KINDS, SHOWN, Unwanted, media_type_of
from engine.source.sign import composed

LONGEST_NAME = 200
CHUNK = 1 << 16
# What people take for the kind of a file: "plan.pdf", not "Meeting of 12.3.2024" or "Letter to Dr. Jones".
# As long as Windows has them, with hyphens: "plan.settingcontent-ms" is run where somebody opens it.
_ENDING = re.compile("[A-Za-z][A-Za-z0-9_-]{0,30}|7z")
# A scanner that is asked for the first time may load its signatures, which takes a while.
SECONDS = 60.0


@dataclass(frozen=True)
class Scanner:
    """A virus scanner (ClamAV's clamd) behind a socket: `host:port`, or the path of a socket file."""

    address: str

    def check(self, content: BinaryIO) -> None:
        """Let the scanner read the file.

        Raises:
            Unwanted: it found something, or cannot be reached: nothing is taken unseen.
        """
        content.seek(0)
        try:
            with self._connected() as line:
                # As clamd wants it: pieces, each with its length before it, and an empty one at the end.
                line.sendall(b"zINSTREAM\0")
                while chunk := content.read(CHUNK):
                    line.sendall(struct.pack("!L", len(chunk)) + chunk)
                line.sendall(struct.pack("!L", 0))
                said = line.recv(4096).decode("utf-8", "replace").strip("\0 \n")
        except OSError:
            raise Unwanted("Files cannot be checked for viruses now, so none are taken. Try again later.") from None
        finally:
            content.seek(0)
        if not said.endswith("OK"):
            raise Unwanted("The virus scanner found something in this file. Do not open it; tell your IT support.")

    def _connected(self) -> socket.socket:
        host, colon, port = self.address.rpartition(":")
        if colon and port.isdigit():
            return socket.create_connection((host, int(port)), SECONDS)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        line.connect(self.address)
        return line


@dataclass(frozen=True)
class Admission:
    """Who decides. `scanner`: through what every content goes before it is kept; None: through nothing."""

    scanner: Scanner | None = None

    def admit(self, content: BinaryIO, name: str) -> str:
        """The media type of a content, found in itself and not in what is said of it.

        Raises:
            Unwanted: it is empty, too big, of a kind that is not taken, of another kind than its name says, its name
                is too long, or the scanner found something in it or cannot be reached.
        """
        if len(name) > LONGEST_NAME:
            raise Unwanted(f"The name of a file can have at most {LONGEST_NAME} characters; this one has {len(name)}.")
        found = media_type_of(content)
        _check_name(name, found)
        if self.scanner is not None:
            self.scanner.check(content)
        content.seek(0)
        return found


def _check_name(name: str, found: str) -> None:
    """People open a file by what its name ends in: that must be what it is. Without an ending nothing is said."""
    _, dot, ending = name.rpartition(".")
    if not dot or not _ENDING.fullmatch(ending) or ALLOWED.get(f".{ending.lower()}") == found:
        return
    fitting = " or ".join(one for one, kind in ALLOWED.items() if kind == found)
    said = f"The name ends in .{ending}, but the content is another kind of file: it must end in {fitting}."
    raise Unwanted(said)


def file_name(name: str) -> str:
    """The last part of a path, whole, without what no file name has: signs that cannot be seen, dots before it."""
    last = composed(name).replace("\\", "/").rpartition("/")[2]
    plain = (" " if unicodedata.category(char) == "Zs" else char for char in last)
    shown = "".join(char for char in plain if char.isprintable())
    # Windows leaves dots and spaces at the end out: "plan.hta." would be opened there as what it must not be.
    return shown.strip().rstrip(". ").lstrip(".") or "document"


__all__ = [
    "ALLOWED",
    "KINDS",
    "LONGEST_NAME",
    "MOST_BYTES",
    "SHOWN",
    "Admission",
    "Scanner",
    "Unwanted",
    "file_name",
    "media_type_of",
]
