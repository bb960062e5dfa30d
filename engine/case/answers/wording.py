"""Wording: a value of a field as people read it, on whatever page, sheet or letter. Pure.

Not as it is stored: an option is said by its title, a person by their name, a day and a time in words, yes and no as
such. Times are on the wall clock of the process, as they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.process.definition import Field
from engine.process.register import PERSON
from engine.source import money
from engine.source.number import NotANumber, decimal, placed, written
from engine.source.words import said_when

# Also how forms are filled in: the answers of a draft are kept as they were typed.
_YES_NO = {"yes": "Yes", "true": "Yes", "no": "No", "false": "No"}


def text_of(field: Field | None, value: Any, names: Mapping[str, str] | None = None) -> str:
    """A value as people read it, empty where there is none; what was typed and is no value of its type as it stands.

    `field` is None where nobody knows any more what was asked. `names` are those of people, by login.
    """
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(text_of(field, one) for one in value)
    if isinstance(value, bool):
        return _YES_NO["yes" if value else "no"]
    if isinstance(value, (int, float)) and not (field and field.type == "money"):
        return written(value)
    if field is not None and field.type == PERSON:
        return (names or {}).get(str(value)) or str(value)
    return str(value) if field is None else _said(field, str(value))


def order_of(field: Field, value: Any) -> str | None:
    """What a value stands by among others in the order of their texts, where what people read would not do: a day, a
    moment of the wall clock, a figure. None where it does.
    """
    if field.type in {"date", "time"}:
        return str(value)
    if field.type == "money":
        return placed(money.units(value))
    return placed(value) if field.type in {"integer", "number"} else None


def _said(field: Field, text: str) -> str:
    match field.type:
        case "yes_no":
            return _YES_NO.get(text.strip().lower(), text)
        case "choice" | "choices":
            return _title(field.choices, field.choice_meant(text))
        case "date" | "time":
            return said_when(text)
        case "integer" | "number":
            return _figure(text)
        case "code":
            return field.code.told(text) if field.code else text
        case "money":
            return _amount(text, field.currency)
    return text


def _figure(text: str) -> str:
    """A number that was typed, as it will stand there once it is kept."""
    try:
        return written(decimal(text))
    except NotANumber:
        return text


def _amount(text: str, currency: str) -> str:
    try:
        return money.said(money.units(text, currency), currency)
    except money.NotMoney:
        return text


def _title(choices: Mapping[str, str], chosen: str) -> str:
    return choices.get(chosen, chosen)
