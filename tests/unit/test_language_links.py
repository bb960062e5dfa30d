"""What expressions ask of the cases that a case is linked with."""

from __future__ import annotations

import pytest

from engine.process.language import links as language
from engine.process.language.expressions import Expression, View
from tests.sets import LOANS, REPAIRS, START, loaded

PROCESS, REPAIR = loaded(), loaded(REPAIRS)


def asked(text: str, ends: dict[str, list[str]]) -> object:
    found = PROCESS.language.check(text, "ANY")
    assert isinstance(found, Expression)
    return PROCESS.language.value(found, View({}, "shelf", (), {}, START, START, links=ends))


@pytest.mark.parametrize(
    ("text", "ends", "value"),
    [
        ('linked("same")', [], 0),
        ('linked("same")', ["", "Lost"], 2),
        ('ended("same")', [], False),
        ('ended("same")', ["Lost", ""], False),
        ('ended("same")', ["Lost", "Kept"], True),
        ('outcome("same")', [], None),
        ('outcome("same")', ["Lost", ""], None),
        ('outcome("same")', ["Lost", "Kept"], "Kept"),
        ('outcome("same") == "Kept" || linked("same") == 1', [""], True),
    ],
)
def test_expressions_ask_how_many_there_are_and_how_they_ended(text: str, ends: list[str], value: object) -> None:
    assert asked(text, {"same": ends} if ends else {}) == value


def test_only_ends_are_awaited() -> None:
    assert language.awaited('ended("a") && outcome( "b" ) == "x" && linked("c") > 1') == {"a", "b"}


def test_a_field_may_be_called_like_what_is_asked_of_links() -> None:
    text = LOANS.replace(
        "house: {title: House, type: text}", "house: {title: House, type: text}\n  outcome: {title: O, type: text}"
    )
    process = loaded(text.replace("'linked(\"same\") > 2'", '\'linked("same") > 2 && outcome == "x"\''))
    assert process.rules[0].check.names == {"outcome"}
