"""Number: the one way in which numbers are read that people or programs write, on every face. Pure.

Digits 0 to 9, a sign before them, a point before decimals: nothing that Python, pydantic or click would also take, such
as `1_000`, `1e3`, digits of other scripts or spaces between them.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.source.fault import Invalid

# A float holds every whole number of 15 digits exactly: no value changes on its way through JSON or a spreadsheet.
MOST_DIGITS = 15
# What PostgreSQL's integer columns hold; beyond it a query fails instead of finding nothing.
MOST_COUNTED = 2**31 - 1
HOW = f"Write it with at most {MOST_DIGITS} of the digits 0 to 9"
# [0-9], not \d: \d takes digits of every script, which people do not tell apart from letters.
_WHOLE = re.compile(rf"[-+]?[0-9]{{1,{MOST_DIGITS}}}")
_DIGITS = f"[0-9]{{1,{MOST_DIGITS}}}"
_DECIMAL = re.compile(rf"[-+]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})")


class NotANumber(Invalid):
    """What was written is no number; the message says how to write one."""


def whole(value: object) -> int:
    """A whole number that was written, or that is one already.

    Raises:
        NotANumber: it is none, or has too many digits.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MOST_DIGITS:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip(" ")):
        return int(value)
    raise NotANumber(f"{HOW}.")


def count(value: object) -> int:
    """A whole number that counts or names something: not below nothing, and as far as a database can count.

    Raises:
        NotANumber: it is none, or lies outside.
    """
    found = whole(value)
    if not 0 <= found <= MOST_COUNTED:
        raise NotANumber(f"Write a number from 0 to {MOST_COUNTED:,}.")
    return found


def decimal(value: object) -> float:
    """A number that was written, with decimals or without, or that is one already.

    Raises:
        NotANumber: it is none, is not finite, or has too many digits, before the point and behind it together.
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip(" ")):
        if len(re.sub("[^0-9]", "", value).lstrip("0")) <= MOST_DIGITS:
            return float(value) + 0.0  # never -0.0, which is written as nobody writes nothing
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value == kept(value):
        return float(value) + 0.0
    raise NotANumber(f"{HOW}, and a point.")


def kept(value: float) -> float | None:
    """A number that was worked out, with as many digits as can be kept and typed; None where it has no such value."""
    # Also what is not finite: neither a form nor JSON knows it.
    if not abs(value) < 10**MOST_DIGITS:
        return None
    # Behind the point, too, no more are read than these.
    return value if isinstance(value, int) else round(float(f"{value:.{MOST_DIGITS}g}"), MOST_DIGITS) + 0.0


def written(value: float) -> str:
    """A number as it is shown and can be typed again: a point only where it has decimals, never an exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def placed(value: float) -> str:
    """A number that can be kept, as a text that stands among others of its kind where the number does: of digits alone,
    which stand in one order wherever text is sorted, and of one length.
    """
    # Lifted above nothing by as much as there is room for: what is below it has no sign that way.
    lifted = 10 ** (2 * MOST_DIGITS) + int(Decimal(repr(value)).scaleb(MOST_DIGITS))
    return f"{lifted:0{2 * MOST_DIGITS + 1}}"


def number_in(text: str) -> int | None:
    """The whole number that a text is, if it counts something and a database can count so far; else None."""
    try:
        return count(text)
    except NotANumber:
        return None
