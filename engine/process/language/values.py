"""Values: what the types of fields are in expressions, for whoever checks one and for whoever works it out. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.process.language import amounts, times
from engine.source import money, sign

_T = cel.Type
# Wrappers, for a field may be empty: the plain types of CEL know no null.
CHECKED = {
    "text": _T("google.protobuf.StringValue"),
    "long_text": _T("google.protobuf.StringValue"),
    "choice": _T("google.protobuf.StringValue"),
    "code": _T("google.protobuf.StringValue"),
    "organisation": _T("google.protobuf.StringValue"),
    "person": _T("google.protobuf.StringValue"),
    "integer": _T("google.protobuf.Int64Value"),
    "number": _T("google.protobuf.DoubleValue"),
    "money": amounts.MONEY,
    "yes_no": _T("google.protobuf.BoolValue"),
    "date": times.DAY,
    "time": _T.TIMESTAMP,
    "choices": _T.List(_T.STRING),
}
# What an expression must give whose value a field is set to.
RESULTS = {"text": "STRING", "long_text": "STRING", "choice": "STRING", "integer": "INT", "number": "DOUBLE"}
RESULTS |= {
    "yes_no": "BOOL",
    "date": "TIMESTAMP",
    "time": "TIMESTAMP",
    "choices": "LIST",
    "money": "money",
    "code": "STRING",
    "organisation": "STRING",
    "person": "STRING",
}
FITTING = {"TIMESTAMP": frozenset({"TIMESTAMP", "day"}), "LIST": frozenset({"LIST<STRING>"})}
FITTING |= {"NUMBER": frozenset({"INT", "DOUBLE"})}
# What can be handed over to a field, as it can be typed into a form; text may be a value of any type.
HANDED = {
    "text": {"STRING", "INT", "day"},
    "choice": {"STRING", "INT"},
    "code": {"STRING", "INT"},
    "integer": {"INT", "DOUBLE"},
    "number": {"INT", "DOUBLE"},
    "date": {"day", "TIMESTAMP"},
    "time": {"day", "TIMESTAMP"},
    "choices": {"LIST<STRING>"},
    "yes_no": {"BOOL"},
    "money": {"money"},
    "organisation": {"STRING"},
    "person": {"STRING"},
}
HANDED["long_text"] = HANDED["text"]


def given(kind: str, value: Any, zone: ZoneInfo) -> Any:
    """A value of a field as it stands in an expression that is worked out; a time is read in `zone`."""
    return _GIVEN[kind](value, zone) if kind in _GIVEN else _composed(value)


def _composed(value: Any) -> Any:
    """A value as texts of expressions are read: what was kept before, or stands in a file, may be spelt otherwise."""
    if isinstance(value, str):
        return sign.composed(value)
    return [sign.composed(one) for one in value] if isinstance(value, list) else value


def instant(value: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a stored date (its midnight in `zone`) or time."""
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


_GIVEN: dict[str, Callable[[Any, ZoneInfo], Any]] = {"time": instant, "money": lambda value, _: money.units(value)}
