"""Letters: how wide a text is, and where it is broken into lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator

# Thousandths of the size, as Arial has them or a little more. What is not named here is as wide as a small letter,
# outside of Latin a whole sign.
_WIDTHS = dict.fromkeys("ijl'|", 260) | dict.fromkeys(" !,./:;I[]\\ft", 300) | dict.fromkeys('()-r"`{}*', 400)
_WIDTHS |= dict.fromkeys("cksvxyzJ", 520) | dict.fromkeys("ABEFKLPSTVXYZ&", 690) | dict.fromkeys("CDGHNOQRU", 790)
_WIDTHS |= dict.fromkeys("mM%", 890) | dict.fromkeys("W@", 1020) | {"w": 740, "…": 1000}
_SMALL, _WHOLE = 580, 1000
_LATIN_ENDS = 0x24F


def width(text: str, size: float) -> float:
    """How wide a text is in letters of this size; a little more, so that other fonts are not pressed together."""
    return 1.04 * size / 1000 * sum(map(_letter, text))


def _letter(sign: str) -> int:
    return _WIDTHS.get(sign, _SMALL if ord(sign) <= _LATIN_ENDS or sign in "–’‘“”≤≥" else _WHOLE)


def lines(text: str, size: float, most: float) -> list[str]:
    """A text in lines that are not wider than `most`. What is one word and wider is broken in itself."""
    found = [""]
    for word in _words(text, size, most):
        longer = f"{found[-1]} {word}".strip()
        if width(longer, size) <= most:
            found[-1] = longer
        else:
            found.append(word)
    return found


def _words(text: str, size: float, most: float) -> Iterator[str]:
    for word in text.split():
        while width(word, size) > most:
            fits = next(count for count in range(len(word), 0, -1) if count == 1 or width(word[:count], size) <= most)
            yield word[:fits]
            word = word[fits:]
        if word:
            yield word
