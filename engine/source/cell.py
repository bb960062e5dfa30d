"""Cell: a text in a table for spreadsheets, which would take some for formulas. Pure."""

from __future__ import annotations

# The wide ones begin formulas where people write Japanese.
_FORMULAS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def as_text(text: str) -> str:
    """A text as it stands in a cell: an apostrophe before it keeps one from being a formula."""
    return f"'{text}" if text[:1] in _FORMULAS else text


def as_meant(cell: str) -> str:
    """The text that stands in a cell, without the apostrophe that `as_text` puts before it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULAS else cell
