"""What a file is, by what is in it; what helps where it is not taken; and what may not hide in one."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.service.documents.admission import file_name
from engine.service.documents.content import ALLOWED, Unwanted, media_type_of

TYPES = "[Content_Types].xml"
PLAIN = '<Types><Override PartName="/word/document.xml" ContentType="application/vnd…document.main+xml"/></Types>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def zipped(parts: dict[str, str]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return into.getvalue()


def old(name: str) -> bytes:
    return OLE + b"\0" * 1500 + name.encode("utf-16-le") + b"\0" * 100


WORD = {TYPES: PLAIN, "word/document.xml": "<w/>", "_rels/.rels": "<Relationships/>"}
OPEN = {"mimetype": ALLOWED[".odt"], "content.xml": "<o/>", "META-INF/manifest.xml": "<m/>"}
LINK = '<Relationship Type="http://…/{}" Target="https://x.example/{}" TargetMode="External"/>'


def locked(parts: dict[str, str]) -> bytes:
    """As if it were packed with a password: the flag of each part says so, where it stands and in the list."""
    content = bytearray(zipped(parts))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(sign)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(sign, place + 4)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped(WORD), ".docx"),
        (zipped({TYPES: PLAIN, "xl/workbook.xml": "<x/>"}), ".xlsx"),
        (zipped(WORD | {"word/_rels/document.xml.rels": LINK.format("hyperlink", "page")}), ".docx"),
        (zipped(OPEN), ".odt"),
        ("Grüße, 名前\n".encode(), ".txt"),
        ("\ufeffA text of a Windows machine\r\n".encode(), ".txt"),
        (b"Dear all: a note, not an e-mail.\nRegards", ".txt"),
        (b"%PDF-1.7 x", ".pdf"),
    ],
)
def test_what_people_send_is_what_it_is(content: bytes, kind: str) -> None:
    assert media_type_of(io.BytesIO(content)) == ALLOWED[kind]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (old("EncryptedPackage"), "protected by a password"),
        (old("WordDocument"), r"old kind \(.doc\)"),
        (old("Workbook"), r"old kind \(.xls\)"),
        (old("__properties_version1.0"), r"saved e-mail \(.msg\)"),
        (old("PowerPoint Document"), "presentation"),
        (old("Other"), "Send it as PDF, Word"),
        (locked(WORD), "protected by a password"),
        (zipped(OPEN | {"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "protected by a password"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50, r"phones keep it \(HEIC\)"),
        ("Ein Brief an die Schüler\n".encode("utf-16"), "not in UTF-8"),
        ("Ein Brief über die Schüler, in aller Kürze\n".encode("cp1252"), "not in UTF-8"),
        (b"{\\rtf1\\ansi x}", "rich text"),
        (b"<!doctype html><p>x", "web page"),
        (zipped({"a.txt": "x"}), "ZIP archive"),
        (zipped({TYPES: PLAIN, "ppt/presentation.xml": "<p/>"}), "presentation"),
        (b"Received: from x\r\nMIME-Version: 1.0\r\n\r\nx", "saved e-mail"),
        (b"From: jo@example.org\nSubject: Plan\nMessage-ID: <1@x>\n\nHello", "saved e-mail"),
        (b"\x00\x01\x02\xff" * 50, "Send it as PDF, Word"),
    ],
)
def test_what_is_not_taken_is_told_with_what_to_send_instead(content: bytes, said: str) -> None:
    with pytest.raises(Unwanted, match=f"^This kind of file is not taken. .*{said}"):
        media_type_of(io.BytesIO(content))


@pytest.mark.parametrize(
    "parts",
    [
        WORD | {"word/vbaProject.bin": "x"},
        WORD | {"word/other.bin": "x", TYPES: PLAIN.replace("main+xml", "vbaProject")},
        WORD | {TYPES: PLAIN.replace("document.main", "document.macroEnabled.main")},
        WORD | {TYPES: PLAIN.replace("main+xml", "activeX+xml")},
        WORD | {"word/_rels/settings.xml.rels": LINK.format("attachedTemplate", "evil.dotm")},
        WORD | {"word/_rels/document.xml.rels": LINK.format("oleObject", "evil")},
        WORD | {"word/_rels/document.xml.rels": LINK.format("frame", "evil")},
        WORD | {"word/embeddings/run.exe": "MZ"},
        OPEN | {"Basic/Standard/Module1.xml": "x"},
        OPEN | {"META-INF/manifest.xml": '<m full-path="Scripts/python/x.py"/>'},
        OPEN | {"META-INF/manifest.xml": '<m full-path="Basic/script-lc.xml"/>'},
    ],
)
def test_programs_are_found_by_what_the_parts_are_not_by_what_they_are_called(parts: dict[str, str]) -> None:
    with pytest.raises(Unwanted, match="macros or other programs"):
        media_type_of(io.BytesIO(zipped(parts)))


def test_a_list_of_parts_that_unpacks_to_too_much_is_none() -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(TYPES, " " * 20_000_000)
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(Unwanted, match="not taken"):
        media_type_of(into)


@given(st.binary(max_size=300), st.sampled_from([b"", OLE, b"PK\x03\x04", zipped(WORD)[:200], zipped(OPEN)[:120]]))
def test_whatever_is_sent_is_taken_as_something_or_refused(content: bytes, head: bytes) -> None:
    try:
        found = media_type_of(io.BytesIO(head + content))
    except Unwanted as unwanted:
        assert str(unwanted).endswith(".")
    else:
        assert found in ALLOWED.values()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("plan.hta.", "plan.hta"),
        ("plan.hta . .", "plan.hta"),
        ("C:\\docs\\plan.pdf", "plan.pdf"),
        ("../../.profile", "profile"),
        ("...", "document"),
        ("Letter to Dr. Jones", "Letter to Dr. Jones"),
        ("plan\u202efdp.exe", "planfdp.exe"),
    ],
)
def test_a_name_is_kept_as_every_system_would_read_it(name: str, kept: str) -> None:
    assert file_name(name) == kept
