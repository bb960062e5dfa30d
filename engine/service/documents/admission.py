"""Admission: what may be kept as a document, by its content, its name, its size and a virus scanner.

Pages, API, command line and Python ask the same room. It reads contents, and speaks to the scanner; nothing else.
"""

from __future__ import annotations

import codecs
import re
import socket
import struct
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import puremagic
from puremagic import PureError

from engine.source.fault import Invalid

# Room for a long scan. The store would take four times as much: this is what people may send.
MOST_BYTES = 25_000_000
LONGEST_NAME = 200
LOOKED_AT = 1_000_000
CHUNK = 1 << 16
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
# What people take for the kind of a file: "plan.pdf", not "Meeting of 12.3.2024" or "Letter to Dr. Jones".
_ENDING = re.compile("[A-Za-z][A-Za-z0-9]{0,4}|7z")
# A scanner that is asked for the first time may load its signatures, which takes a while.
SECONDS = 60.0
ALLOWED = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".txt": "text/plain",
}
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})
KINDS = "PDF, Word (.docx), Excel (.xlsx), OpenDocument text (.odt), PNG, JPEG or plain text"


class Unwanted(Invalid):
    """A file that is not taken; the message says why."""

    field = "content"


def media_type_of(content: BinaryIO) -> str:
    """What a file is, by its content and whatever its name says.

    Raises:
        Unwanted: it is empty, too big, or of a kind that is not taken.
    """
    size = content.seek(0, 2)
    content.seek(0)
    if size == 0:
        raise Unwanted("The file is empty.")
    if size > MOST_BYTES:
        raise Unwanted(f"The file is bigger than {MOST_BYTES // 1_000_000} MB.")
    head = content.read(4096)
    content.seek(0)
    found = _zipped(content) if head.startswith(b"PK\x03\x04") else _plain(head, content)
    content.seek(0)
    if found is None:
        raise Unwanted(f"This kind of file is not taken. Send it as {KINDS}.")
    return found


def _plain(head: bytes, content: BinaryIO) -> str | None:
    if head.startswith(b"%PDF-"):
        return ALLOWED[".pdf"]
    try:
        kind = puremagic.from_string(head)
    except (PureError, ValueError):
        kind = ""
    if kind in {".png", ".jpg", ".jpeg", ".jfif"}:
        return ALLOWED[".png" if kind == ".png" else ".jpg"]
    return ALLOWED[".txt"] if _is_text(content) else None


def _is_text(content: BinaryIO) -> bool:
    """Whether it is UTF-8 without anything that a browser or an office might run."""
    content.seek(0)
    try:
        head = content.read(LOOKED_AT)
        # Where the looking ends in the middle of a text, it may end in the middle of a sign.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < LOOKED_AT)
    except UnicodeDecodeError:
        return False
    begins = text.lstrip("\ufeff \r\n\t").lower()
    return not _CONTROL.search(text) and not begins.startswith(("<", "#!", "{\\rtf"))


def _zipped(content: BinaryIO) -> str | None:
    """Which office document a ZIP file is. One with macros is not taken."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            # A longer one is none, and may unpack to more than fits into the memory.
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                told = archive.read("mimetype").decode("ascii", "replace").strip()
                return told if told in ALLOWED.values() else None
    # What is encrypted raises RuntimeError, what is packed in an odd way NotImplementedError.
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, RuntimeError):
        return None
    if "word/document.xml" in names:
        return ALLOWED[".docx"]
    return ALLOWED[".xlsx"] if "xl/workbook.xml" in names else None


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
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = (" " if unicodedata.category(char) == "Zs" else char for char in last)
    return "".join(char for char in plain if char.isprintable()).strip().lstrip(".") or "document"
