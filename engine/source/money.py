"""Money: the one way in which amounts are read that people or programs write, how they are kept, and how they are said.
Pure.

An amount is counted in the smaller units of its currency (pence, cents), and kept as a text with all its digits,
`1234.50`: no number of a computer that rounds, so that JSON, digests and sums are exact.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.source.fault import Invalid
from engine.source.number import MOST_DIGITS

# Each has a hundred smaller units. Only the first few have a sign that nobody takes for another's.
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"} | dict.fromkeys(
    ("AUD", "CAD", "CHF", "CZK", "DKK", "NOK", "NZD", "PLN", "RON", "SEK"), ""
)
_UNITS = 100
MOST: int = 10**MOST_DIGITS - 1
HOW = f"Write it as 1,234.50, at most {MOST_DIGITS} digits"
_WRITTEN = re.compile(
    r"(?P<less>-)?(?P<sign>[^0-9.,\-]*)(?P<too>-)?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.(?P<part>[0-9]{1,2})?)?"
)


class NotMoney(Invalid):
    """What was written is no amount; the message says how to write one."""


def units(value: object, currency: str = "") -> int:
    """An amount in smaller units, that was written or is a number already. Of a `currency` its sign or code may stand
    before the figures.

    Raises:
        NotMoney: it is none, has more than two digits behind the point or too many in all, or is of another currency.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _units_of(value)
    found = _WRITTEN.fullmatch(value.strip(" ")) if isinstance(value, str) else None
    if found is None or not (found["whole"] or found["part"]) or (found["less"] and found["too"]):
        raise NotMoney(f"{HOW}.")
    if found["sign"].strip(" ") not in {"", currency, SIGNS.get(currency, "")}:
        raise NotMoney(f"{HOW}{f', in {currency}' if currency else ''}.")
    figures = (found["whole"] or "0").replace(",", "") + (found["part"] or "").ljust(2, "0")
    return _bounded(-int(figures) if found["less"] or found["too"] else int(figures))


def _units_of(value: float) -> int:
    # By the digits that stand for it: what was written as 0.1 is ten units, whatever a computer makes of it.
    exact = Decimal(repr(value)) * _UNITS
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise NotMoney(f"{HOW}.")
    return _bounded(int(exact))


def _bounded(amount: int) -> int:
    if not fits(amount):
        raise NotMoney(f"{HOW}.")
    return amount


def fits(amount: int) -> bool:
    """Whether so many smaller units can be kept."""
    return -MOST <= amount <= MOST


def kept(amount: int) -> str:
    """So many smaller units as they are kept: `1234.50`."""
    return _figures(amount, "")


def in_box(value: object) -> str:
    """An amount as people write it in a box, `1,234.50`; what is none as it was typed, and nothing of nothing."""
    try:
        return _figures(units(value), ",")
    except NotMoney:
        return "" if value is None else str(value)


def sign_of(currency: str) -> str:
    """What stands before an amount: the sign of its currency, or its code where it has none."""
    return SIGNS.get(currency) or currency


def said(amount: int, currency: str) -> str:
    """So many smaller units as people read them: `£1,234.50`, or `CHF 1,234.50` where a currency has no sign."""
    sign = sign_of(currency)
    return f"{'-' if amount < 0 else ''}{sign}{' ' * sign.isalpha()}{_figures(abs(amount), ',')}"


def sheet_format(currency: str) -> str:
    """How spreadsheets write an amount of a currency: a number with its sign."""
    sign = sign_of(currency)
    return f'"{sign}{" " * sign.isalpha()}"#,##0.00'


def _figures(amount: int, between: str) -> str:
    whole, part = divmod(abs(amount), _UNITS)
    return f"{'-' if amount < 0 else ''}{format(whole, between)}.{part:02}"
