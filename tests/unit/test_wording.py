"""A value is told as people read it, by its field: never as it is stored."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.answers.wording import order_of, text_of
from engine.process.codes import Code
from engine.process.definition import Field

CHOICES = {"r": "Red", "g": "Green, light", "caf\u00e9": "At the caf\u00e9"}


def field(kind: str) -> Field:
    return Field("x", "X", kind, choices=CHOICES if kind in {"choice", "choices"} else {}, currency="GBP")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "As it was typed", "As it was typed"),
        ("long_text", "Two\nlines", "Two\nlines"),
        ("integer", 12345, "12345"),
        ("number", 3.0, "3"),
        ("number", 0.1, "0.1"),
        ("number", 1e-05, "0.00001"),
        ("money", "1234.50", "£1,234.50"),
        ("money", "-0.05", "-£0.05"),
        ("yes_no", True, "Yes"),
        ("yes_no", False, "No"),
        ("choice", "r", "Red"),
        ("choices", ["r", "g"], "Red, Green, light"),
        ("date", "2024-01-09", "9 January 2024"),
        ("time", "2024-01-09T14:00", "9 January 2024 at 14:00"),
    ],
)
def test_what_is_stored_is_told_in_words(kind: str, value: Any, text: str) -> None:
    assert text_of(field(kind), value) == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("yes_no", "no", "No"),
        ("yes_no", "TRUE", "Yes"),
        ("yes_no", "perhaps", "perhaps"),
        ("integer", "+007", "7"),
        ("integer", "seven", "seven"),
        ("number", "2.50", "2.5"),
        ("number", "1e3", "1e3"),
        ("money", "£1234.5", "£1,234.50"),
        ("money", 12.5, "£12.50"),
        ("money", "dear", "dear"),
        ("choice", "cafe\u0301", "At the caf\u00e9"),
        ("choice", "gone", "gone"),
        ("choices", ["gone", "g"], "gone, Green, light"),
        ("date", "2024-31-31", "2024-31-31"),
        ("time", "2024-01-09 14:00", "9 January 2024 at 14:00"),
        ("time", "2024-01-09 ", "9 January 2024"),
    ],
)
def test_so_is_what_was_typed_and_is_not_checked_yet(kind: str, value: Any, text: str) -> None:
    assert text_of(field(kind), value) == text


@pytest.mark.parametrize("kind", ["text", "integer", "yes_no", "choice", "choices", "date", "time"])
@pytest.mark.parametrize("value", [None, "", []])
def test_nothing_is_told_of_nothing(kind: str, value: Any) -> None:
    assert text_of(field(kind), value) == ""


@pytest.mark.parametrize("text", ["yes", "true", "2024-01-09", "r", "None"])
def test_what_people_wrote_is_not_taken_for_anything_else(text: str) -> None:
    assert text_of(field("text"), text) == text


def test_what_nobody_knows_any_more_is_told_by_its_looks() -> None:
    assert [text_of(None, one) for one in (True, 2.50, ["a", "b"], "2024-01-09", None)] == [
        "Yes",
        "2.5",
        "a, b",
        "2024-01-09",
        "",
    ]


def test_a_code_of_another_form_is_told_as_such() -> None:
    known = Field("x", "X", "code", code=Code("[0-9]+A?", None, ".*A", "for now"))
    assert [text_of(known, one) for one in ("12", "12A")] == ["12", "12A (for now)"]


def test_amounts_stand_in_lists_by_what_they_are() -> None:
    amounts = ["-20.00", "-3.50", "0.00", "3.00", "20.00", "1000.00"]
    places = [order_of(field("money"), one) or "" for one in amounts]
    assert sorted(places) == places
