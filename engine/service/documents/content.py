"""Content: what kind of file something is, by what is in it; and what helps where it is of a kind that is not taken."""

from __future__ import annotations

import codecs
import re
import zipfile
from typing import BinaryIO

import puremagic
from puremagic import PureError

from engine.process.uploads import MOST_BYTES
from engine.source.fault import Invalid

LOOKED_AT = 1_000_000
# Lists of parts are short; one that unpacks to more than this is none.
MOST_LISTED = 1_000_000
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
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What the directory of an older Microsoft file names, and what it is then; the first that is found counts.
_OLD = (
    ("EncryptedPackage", "locked"),
    ("__properties_version1.0", "msg"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("PowerPoint Document", "pptx"),
)
_LONGEST_OLD = max(len(name.encode("utf-16-le")) for name, _ in _OLD)
# What helps people who send what they have.
_HELP = {
    "locked": "It is protected by a password, so that nobody else could read it. Save it without one.",
    "macros": "It holds macros or other programs, or fetches some from elsewhere. Save it without them, or as PDF.",
    "msg": "It is a saved e-mail (.msg). Print it as PDF, and send its attachments apart.",
    "eml": "It is a saved e-mail. Print it as PDF, and send its attachments apart.",
    "doc": "It is a Word document of the old kind (.doc). Save it as .docx or PDF.",
    "xls": "It is a spreadsheet of the old kind (.xls). Save it as .xlsx or PDF.",
    "pptx": "It is a presentation. Save it as PDF.",
    "rtf": "It is a rich text (.rtf). Save it as .docx or PDF.",
    "html": "It is a web page. Print it as PDF.",
    "zip": "It is a ZIP archive. Send the files that are in it one by one.",
    "heic": "It is a picture as some phones keep it (HEIC). Share it from the phone as JPEG (“Most compatible”).",
    "encoding": "It is a text that is not in UTF-8: some letters would be lost. Save it as UTF-8, or as PDF.",
    "": f"Send it as {KINDS}.",
}
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Brands in the head of the files in which phones keep pictures.
_BRANDS = re.compile(rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1|avif)", re.S)
# What an office runs, or fetches from elsewhere, whatever the parts are called: their list says what they are.
_PROGRAMS = re.compile(r"macroEnabled|vbaProject|vbaData|activeX|/script|application/binary", re.I)
_FETCHED = re.compile(
    r"<[^>]*(?:attachedTemplate|oleObject|frame|subDocument)[^>]*TargetMode\s*=\s*[\"']External"
    r"|<[^>]*TargetMode\s*=\s*[\"']External[^>]*(?:attachedTemplate|oleObject|frame|subDocument)",
    re.I,
)
_OPEN_PROGRAMS = re.compile(r"full-path=\"(?:Basic|Scripts)/|application/vnd\.sun\.star\.macro", re.I)


class Unwanted(Invalid):
    """A file that is not taken; the message says why."""

    field = "content"


def ending_of(media_type: str) -> str:
    """What the name of a file of this kind ends in; empty of a kind that is not taken."""
    return next((one for one, kind in ALLOWED.items() if kind == media_type), "")


def media_type_of(content: BinaryIO) -> str:
    """What a file is, by its content and whatever its name says.

    Raises:
        Unwanted: it is empty, too big, or of a kind that is not taken; the message says what to send instead.
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
    return found


def _plain(head: bytes, content: BinaryIO) -> str:
    if head.startswith(b"%PDF-"):
        return ALLOWED[".pdf"]
    if head.startswith(_OLE):
        raise _other(_old(content))
    if _BRANDS.match(head):
        raise _other("heic")
    try:
        kind = puremagic.from_string(head)
    except (PureError, ValueError):
        kind = ""
    if kind in {".png", ".jpg", ".jpeg", ".jfif"}:
        return ALLOWED[".png" if kind == ".png" else ".jpg"]
    _check_text(content)
    return ALLOWED[".txt"]


def _other(what: str = "") -> Unwanted:
    return Unwanted(f"This kind of file is not taken. {_HELP[what]}")


def _old(content: BinaryIO) -> str:
    """What an older Microsoft file is, by the names in its directory, which are written in UTF-16."""
    content.seek(0)
    left, found, end = [(name.encode("utf-16-le"), what) for name, what in _OLD], set[str](), b""
    # A piece with the end of the one before: a name may begin in one and end in the next.
    while left and (piece := content.read(LOOKED_AT)):
        held = end + piece
        found |= {what for name, what in left if name in held}
        left = [(name, what) for name, what in left if name not in held]
        end = held[-_LONGEST_OLD:]
    return next((what for _, what in _OLD if what in found), "")


def _check_text(content: BinaryIO) -> None:
    """Go on only with UTF-8 without anything that a browser or an office might run.

    Raises:
        Unwanted: it is something else.
    """
    content.seek(0)
    head = content.read(LOOKED_AT)
    try:
        # Where the looking ends in the middle of a text, it may end in the middle of a sign.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < LOOKED_AT)
    except UnicodeDecodeError:
        raise _other("encoding" if _is_other_text(head) else "") from None
    begins = text.lstrip("\ufeff \r\n\t").lower()
    if begins.startswith("{\\rtf"):
        raise _other("rtf")
    if begins.startswith("<"):
        raise _other("html")
    if _CONTROL.search(text) or begins.startswith("#!"):
        raise _other("encoding" if _is_other_text(head) else "")
    if re.match(r"(?:[\w-]+: [^\n]*\n(?:[ \t][^\n]*\n)*)*(?:mime-version|message-id|received): ", begins):
        raise _other("eml")


def _is_other_text(head: bytes) -> bool:
    """Whether something that is not UTF-8 reads as a text in another encoding: UTF-16, or one byte a letter."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    text = head.decode("latin-1")
    return not _CONTROL.search(text) and sum(char.isalpha() or char.isspace() for char in text) > len(text) * 3 // 4


def _zipped(content: BinaryIO) -> str:
    """Which office document a ZIP file is."""
    try:
        with zipfile.ZipFile(content) as archive:
            if any(one.flag_bits & 1 for one in archive.infolist()):
                raise _other("locked")
            return _office(archive)
    except Unwanted:
        raise
    # What is packed in an odd way raises NotImplementedError.
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError):
        raise _other() from None


def _office(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        return _open_document(archive, names)
    parts = _listed(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else ""
    links = [one for one in names if one.endswith(".rels")]
    runs = any(name.lower().endswith(("vbaproject.bin", ".vbs", ".js", ".exe", ".hta")) for name in names)
    if runs or _PROGRAMS.search(parts) or any(_FETCHED.search(_listed(archive, one)) for one in links):
        raise _other("macros")
    if "word/document.xml" in names:
        return ALLOWED[".docx"]
    if "xl/workbook.xml" in names:
        return ALLOWED[".xlsx"]
    raise _other("pptx" if "ppt/presentation.xml" in names else "zip")


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    told = _listed(archive, "mimetype", 100).strip()
    parts = _listed(archive, "META-INF/manifest.xml") if "META-INF/manifest.xml" in names else ""
    if "encryption-data" in parts:
        raise _other("locked")
    if _OPEN_PROGRAMS.search(parts) or any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise _other("macros")
    if told not in ALLOWED.values():
        raise _other()
    return told


def _listed(archive: zipfile.ZipFile, name: str, most: int = MOST_LISTED) -> str:
    """A small part as text. A longer one is none, and may unpack to more than fits into the memory."""
    if archive.getinfo(name).file_size > most:
        raise ValueError("too long for a list")
    with archive.open(name) as part:
        return part.read(most).decode("utf-8", "replace")
