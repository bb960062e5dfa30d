"""Tokens: the words of an expression, told apart from its texts and comments. Pure.

Whatever is looked for in an expression is looked for in its bare text, which has the same length: texts are
quotes from end to end, comments are blanks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_QUOTED = r'"""(?:[^\\]|\\.)*?"""|' r"'''(?:[^\\]|\\.)*?'''|" r'"(?:[^"\\\n]|\\.)*"|' r"'(?:[^'\\\n]|\\.)*'"
_RAW = r'"""[\s\S]*?"""|' r"'''[\s\S]*?'''|" r'"[^"\n]*"|' r"'[^'\n]*'"
# Raw texts first: in them a backslash does not hide the quote behind it.
_HIDDEN = re.compile(
    rf"(?P<comment>//[^\n]*)|(?P<text>(?<![\w.])[bB]?[rR](?:{_RAW})|(?<![\w.])[bB](?:{_QUOTED})|{_QUOTED})", re.S
)
_WORD = re.compile(r"(?<!\w)[A-Za-z_]\w*")
_CALL = re.compile(r"\s*\(")
TEXT = '("+)'
# Kept by CEL for itself, or the name of one of its types: where one stands, no field can be meant.
KEPT = frozenset(
    {
        *("as", "bool", "break", "bytes", "const", "continue", "double", "dyn", "else", "for", "function"),
        *("if", "import", "int", "let", "list", "loop", "map", "namespace", "null_type"),
        *("package", "return", "string", "type", "uint", "var", "void", "while"),
    }
)


@dataclass(frozen=True)
class Word:
    """A name in an expression. `member`: it stands behind a dot. `call`: it is called."""

    name: str
    start: int
    end: int
    member: bool
    call: bool


def bare(text: str) -> str:
    """The expression with texts as quotes and comments as blanks, each as long as before."""
    return _HIDDEN.sub(lambda found: (" " if found["comment"] else '"') * len(found[0]), text)


def words(text: str) -> Iterator[Word]:
    """The names in an expression, in order."""
    plain = bare(text)
    for found in _WORD.finditer(plain):
        before, call = plain[: found.start()].rstrip(), bool(_CALL.match(plain, found.end()))
        yield Word(found[0], found.start(), found.end(), before.endswith("."), call)


def replaced(text: str, pattern: re.Pattern[str], swap: Callable[[re.Match[str]], str | None]) -> str:
    """The expression with what `pattern` finds in its bare text swapped; None leaves it as it is."""
    parts, at = [], 0
    for found in pattern.finditer(bare(text)):
        new = swap(found)
        if new is not None:
            parts += [text[at : found.start()], new]
            at = found.end()
    return "".join(parts) + text[at:]


def asked_documents(text: str) -> list[str]:
    """The documents that an expression asks for, also one that cannot be read."""
    return [name for name, _ in texts_given(text, "has")]


def arguments(text: str, start: int) -> list[str] | None:
    """What a call is given whose bracket opens just before `start`, piece by piece; None where it is not closed."""
    pieces, depth, at, plain = list[str](), 0, start, bare(text)
    for place in range(start, len(plain)):
        sign = plain[place]
        if depth == 0 and sign in ",)":
            pieces.append(text[at:place])
            at = place + 1
            if sign == ")":
                return pieces
        depth += (sign in "([{") - (sign in ")]}")
    return None


def texts_given(text: str, call: str) -> list[tuple[str, int]]:
    """The texts that a function is given, each with where it stands."""
    found = re.finditer(rf"(?<![\w.]){call}\s*(\([\s(]*){TEXT}([\s)]*\))", bare(text))
    # A bracket that ends behind something else makes the text a part of what is given.
    whole = [one for one in found if one[1].count("(") <= one[3].count(")")]
    said = ((literal(text[one.start(2) : one.end(2)]), one.start(2)) for one in whole)
    return [(name, offset) for name, offset in said if name is not None]


def is_text(expression: str) -> bool:
    """Whether an expression is nothing but one text."""
    found = _HIDDEN.fullmatch(expression)
    return found is not None and found["text"] is not None


def literal(written: str) -> str | None:
    """What a text of an expression says; None where that takes more than reading it (`\\` before a sign)."""
    quotes = 3 if written.endswith(('"""', "'''")) and len(written) > 5 else 1
    said = written[written.index(written[-1]) + quotes : -quotes]
    return None if "\\" in said else said
