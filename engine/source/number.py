"""Number: the one way in which numbers are read that people or programs write, on every face. Pure.

Digits 0 to 9, a sign before them, a point before decimals: nothing that Python, pydantic or click would also take, such
as `1_000`, `1e3`, digits of other scripts or spaces between them.
"""

from __future__ import annotations

import re

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
        NotANumber: it is none, is not finite, or has too many digits.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**MOST_DIGITS:
        return float(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip(" ")):
        return float(value)
    raise NotANumber(f"{HOW}, and a point.")
