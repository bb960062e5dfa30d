"""What a process file says of dated fields, what expressions ask of them, and what is wrong with either."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.process.file.loader import load_process
from engine.process.language.expressions import Expression, View
from engine.source.problem import Refused
from tests.hours import HOURS, START, TEXT


def problems(old: str, new: str) -> list[tuple[str, str, str]]:
    """The problems of the text with some of it changed: code, message and the text where it stands."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    try:
        found: Any = load_process(text, "hours.yaml", lambda _: None).warnings
    except Refused as refused:
        found = refused.problems
    return [(one.code, one.message, text.split("\n")[one.line - 1][one.column - 1 :][:8]) for one in found]


def test_the_values_of_a_dated_field_are_a_series_of_their_own() -> None:
    assert problems("title: Hours", "title: Hours") == []
    series = HOURS.series["helper_from"]
    assert (series.title, series.dates, list(series.fields)) == ("Helper by days", "helper", ["day", "helper"])
    day = HOURS.fields["helper_from.day"]
    # Whoever may not be shown the value may not be shown when it changed.
    assert (day.title, day.personal, day.still_seen_by) == ("Helper from", True, frozenset({"chief"}))
    assert day.when is HOURS.fields["helper"].when
    assert HOURS.fields["days_from.days"].max == 5


ODD = "on is not asked like this: it is given a dated field, and a day that is no question itself."
TAKEN = "hours_from is a name already, and the days of hours, which is dated, are kept under it."
ASK = "on(hours, asked_on)'"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((ASK, "on(hurs, asked_on)'"), ("unknown-field", "There is no dated field hurs.", "hurs, as")),
        ((ASK, "on(name, asked_on)'"), ("unknown-field", "There is no dated field name.", "name, as")),
        ((ASK, "on(hours)'"), ("expression-syntax", ODD, "on(hours")),
        ((ASK, "on(hours, on(hours, today))'"), ("expression-syntax", ODD, "on(hours")),
        ((ASK, "on(hours, askd_on)'"), ("unknown-field", "askd_on is neither a field nor a function.", "askd_on)")),
        (
            (ASK, "on(hours, name)'"),
            ("expression-type", "The expression gives text, but a time is needed here.", " name)'}"),
        ),
        (
            (ASK, 'on(hours, today) == "prt" ? "a" : "b"' + "'"),
            ("wrong-value", "prt is not one of the choices of hours.", '"prt" ? '),
        ),
        (
            (
                "  asked: {title: Asked, type: text}",
                "  asked: {title: Asked, type: text}\n  hours_from: {title: X, type: date}",
            ),
            ("wrong-value", TAKEN, "dated: t"),
        ),
        (
            ("form: {hours: required}}", "form: {hours_from: required}}"),
            ("unknown-field", "There is no field hours_from.", "hours_fr"),
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(change: tuple[str, str], expected: tuple[str, str, str]) -> None:
    assert expected[:2] in [one[:2] for one in problems(*change)]
    assert expected in problems(*change)


def asked(text: str, **data: Any) -> Any:
    found = HOURS.language.check(text, "ANY")
    assert isinstance(found, Expression), found
    return HOURS.language.value(found, View(data, "going", [], {}, datetime(2024, 3, 5, 23, 30, tzinfo=UTC), START))


ROWS = [
    {"entry": one, "slot": 1, "by": "jo", "values": {"day": day, **({"hours": value} if value else {})}}
    for one, (day, value) in enumerate(
        [("2024-01-01", "full"), ("2024-03-01", "part"), ("2024-02-01", "part"), ("2024-02-01", None)]
    )
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on(hours, asked_on)", None),
        ('on(hours, date("2023-12-31"))', None),
        ('on(hours, date("2023-12-31")) == null', True),
        ('on(hours, date("2024-01-01"))', "full"),
        ('on(hours, date("2024-01-31")) == "full"', True),
        # Of one day the one written last holds, also where it empties the field.
        ('on(hours, date("2024-02-10")) == null', True),
        ("on(hours, today)", "part"),
        ("on( hours, today - 1 week ) == null", True),
        ("on(hours, opened)", "full"),
        ('on(hours, today) == hours && on(hours, opened) != "part"', True),
        # The rows are a series like others.
        ("count(hours_from)", 4),
        ("last(hours_from).day == date('2024-03-01')", True),
    ],
)
def test_an_expression_asks_for_the_value_of_a_day(text: str, value: Any) -> None:
    assert asked(text, hours="part", hours_from=ROWS) == value


def test_what_is_asked_of_a_day_that_passes_changes_by_itself() -> None:
    found = HOURS.language.check('on(hours, today) == "full"', "BOOL")
    assert isinstance(found, Expression)
    assert found.changes_by_itself
    assert found.names == {"hours_from"}
    still = HOURS.language.check('on(hours, asked_on) == "full"', "BOOL")
    assert isinstance(still, Expression)
    assert (still.changes_by_itself, still.names) == (False, {"hours_from", "asked_on"})
