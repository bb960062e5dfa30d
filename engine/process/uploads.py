"""Uploads: which kinds of file a document may be and how big, and how people are told. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a process calls a kind of file: how people are told, and the media types with what their names end in.
KINDS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "pdf": ("PDF", {"application/pdf": (".pdf",)}),
    "docx": ("Word (.docx)", {_WORD: (".docx",)}),
    "xlsx": ("Excel (.xlsx)", {_EXCEL: (".xlsx",)}),
    "odt": ("OpenDocument text (.odt)", {"application/vnd.oasis.opendocument.text": (".odt",)}),
    "image": ("PNG, JPEG", {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}),
    "text": ("plain text", {"text/plain": (".txt",)}),
}
# What is taken, whatever a process says: room for a long scan. The store would take four times as much.
MOST_BYTES = 25_000_000
_SIZES = {"KB": 1000, "MB": 1_000_000}


@dataclass(frozen=True)
class Document:
    """A kind of document that a case may hold. `kinds` of file it may be (empty: all that are taken), and the `most`
    bytes that one may have.
    """

    name: str
    title: str
    description: str = ""
    kinds: tuple[str, ...] = ()
    most: int = MOST_BYTES

    @property
    def is_limited(self) -> bool:
        """Whether it takes less than the house."""
        return bool(self.kinds) or self.most < MOST_BYTES

    @property
    def taken(self) -> str:
        """What may be sent, for people: `PDF or Word (.docx), at most 10 MB`."""
        return f"{self._named}, at most {_size(self.most)}"

    @property
    def _named(self) -> str:
        *others, last = ", ".join(KINDS[one][0] for one in self.kinds or KINDS).split(", ")
        return f"{', '.join(others)} or {last}" if others else last

    @property
    def endings(self) -> tuple[str, ...]:
        """What the name of a file that may be sent ends in."""
        return tuple(one for kind in self.kinds or KINDS for endings in KINDS[kind][1].values() for one in endings)

    def fault(self, media_type: str, size: int) -> str:
        """Why a file of this media type and size (bytes) is not taken as this document; empty where it is."""
        if self.kinds and not any(media_type in KINDS[kind][1] for kind in self.kinds):
            return f"{self.title} is taken as {self._named} only."
        if size > self.most:
            return f"{self.title} can have at most {_size(self.most)}."
        return ""


def bytes_of(text: str) -> int | None:
    """A size that is written, such as `10 MB` or `500 KB`, in bytes; None where it is none, or more than is taken."""
    found = re.fullmatch(r"([1-9][0-9]{0,5}) (KB|MB)", text)
    size = int(found[1]) * _SIZES[found[2]] if found else 0
    return size if 0 < size <= MOST_BYTES else None


def _size(count: int) -> str:
    return f"{count // 1_000_000} MB" if count % 1_000_000 == 0 else f"{count // 1000} KB"
