"""Sign: characters that cannot be seen, or that look like others, and what they are called. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Joiners stand inside words of some scripts and inside pictures (emoji), as do tags: alone they are nothing.
_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_KINDS = {
    "\u00ad": "a soft hyphen",
    "\u200b": "a zero-width space",
    "\u2060": "a word joiner",
    "\ufeff": "a byte order mark",
    **dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "a mark of direction"),
}
_SPACES = {"\u00a0": "a no-break space", "\u202f": "a narrow no-break space"}
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"'}
_QUOTES |= {"\u201f": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"', "\u2039": "'", "\u203a": "'", "\u02bc": "'"}
# Some programs end a line at these and others do not: what is seen and what is read would differ.
_LINES = "\u0085\u2028\u2029"
_ENDS = re.compile(f"\r\n|[\r{_LINES}]")


def plain_spaces(text: str) -> str:
    """A text with plain spaces in place of no-break and other ones, which nobody tells apart; its lines stay."""
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(one) == "Zs" else one for one in text)


def composed(text: str) -> str:
    """A text in which an accent is part of its letter: file names of some systems, and text of some documents, have it
    as a sign of its own, and nobody tells the two apart.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def other_spellings(text: str) -> tuple[str, ...]:
    """How a text that looks like this one may have been kept, when texts were still kept as they came; without it."""
    if text.isascii():
        return ()
    both = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys(one for one in both if one != text))


def plain_lines(text: str) -> str:
    """A text whose lines end as they do everywhere: pages send two signs, other programs one, some another one."""
    return _ENDS.sub("\n", text)


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(
        unicodedata.category(one) in {"Cf", "Zs", "Zl", "Zp", "Mn"} or one.isspace() or one in _BLANK_LETTERS
        for one in text
    )


def hidden_in(text: str) -> tuple[int, str] | None:
    """Where the first sign stands that cannot be seen and has no business in a text, and its kind; None without one."""
    if text.isascii():  # nearly every text; none of these signs is
        return None
    for place, one in enumerate(text):
        if one in _KINDS:
            return place, _KINDS[one]
        if unicodedata.category(one) == "Cf" and one not in _JOINERS and not "\U000e0020" <= one <= "\U000e007f":
            return place, "a sign that cannot be seen"
    return None


BLANK = "holds only signs that cannot be seen. Type it again, or leave it empty."


def unseen(text: str) -> str:
    """What is wrong with signs of a text that people typed, to be said after what it is; empty where nothing is."""
    if text and not text.isspace() and is_blank(text):
        return BLANK
    hidden = hidden_in(text)
    return f"holds {hidden[1]} at character {hidden[0] + 1}. Type it again without it." if hidden else ""


def mistaken_in(text: str) -> tuple[int, str, str] | None:
    """Where the first sign stands that only looks like a space or a quote, its kind, and what to write instead."""
    for place, one in enumerate(text):
        found = _mistaken(one)
        if found:
            return place, found[0], f"Write {found[1]} instead." if found[2] else "Leave it out."
    return None


def meant_in(text: str) -> Iterator[tuple[int, str]]:
    """Where each sign stands that only looks like a space or a quote, or cannot be seen, and what is meant by it."""
    for place, one in enumerate(text):
        found = _mistaken(one)
        if found:
            yield place, found[2]


def _mistaken(one: str) -> tuple[str, str, str] | None:
    """The kind of a sign that is taken for another one, what that is called, and that one itself; None of others."""
    if one in _QUOTES:
        return f"a curly quote ({one})", _QUOTES[one], _QUOTES[one]
    if one in _SPACES or (not one.isascii() and (unicodedata.category(one) == "Zs" or one in _LINES)):
        return _SPACES.get(one, f"a space of another kind (U+{ord(one):04X})"), "a plain space", " "
    hidden = hidden_in(one)
    return (hidden[1], "", "") if hidden else None
