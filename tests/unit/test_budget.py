"""Loops of expressions: how far they go, what is unknown beyond, and how that is known before a case is there."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.process.language import budget
from engine.process.language.expressions import Expression, Language, View

MOST = 120
LANGUAGE = Language(
    fields={"many": "choices", "few": "choices", "count": "integer"},
    choices={"many": frozenset(f"c{one:03}" for one in range(MOST)), "few": frozenset("abc")},
    documents=frozenset(),
    places=frozenset(),
    states=frozenset({"first"}),
    zone=ZoneInfo("Europe/London"),
)
NOW = datetime(2024, 1, 8, 9, tzinfo=UTC)


def read(text: str) -> Expression:
    found = LANGUAGE.check(text, "BOOL")
    assert isinstance(found, Expression), found
    return found


def seen(**data: object) -> View:
    return View(data, "first", (), {}, NOW)


def in_full(text: str) -> str:
    found = budget.in_full(read(text))
    return found.text if found else ""


def goes_beyond(text: str) -> bool:
    """Whether it does in the fullest case."""
    whole = budget.in_full(read(text))
    if whole is None:
        return False
    try:
        LANGUAGE.worked_out(whole, View(budget.fullest(LANGUAGE.fields.items(), LANGUAGE.choices), "", (), {}, NOW))
    except budget.Exceeded:
        return True
    return False


def test_what_goes_beyond_is_unknown_and_stops_nobody() -> None:
    every = sorted(LANGUAGE.choices["many"])
    asked = read("many.all(a, many.all(b, a.size() == b.size()))")
    assert LANGUAGE.truth(asked, seen(many=every[:90])) is True
    assert LANGUAGE.truth(asked, seen(many=every)) is None
    with pytest.raises(budget.Exceeded):
        LANGUAGE.worked_out(asked, seen(many=every))


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("many.all(a, many.all(b, a == b))", True),  # in most cases it stops at the first
        ("count > 3 && many.exists(a, many.exists(b, a == b))", True),
        ("count > 3 || many.filter(a, many.exists(b, a == b)).map(x, x).size() > 2", True),
        ("many.map(a, many.exists_one(b, a == b), a).size() > 2", True),
        ("[1, 2].all(i, many.all(a, few.exists(b, a == b)))", False),
        ("many.all(a, few.all(b, a == b)) && many.all(a, a != 'x')", False),
        ("few.all(a, few.all(b, few.all(c, few.all(d, few.all(e, few.all(f, few.all(g, a == g)))))))", False),
        ("many.all(z, few.all(a, few.all(b, few.all(c, few.all(d, few.all(e, few.all(f, a == f)))))))", True),
        ("many.size() > 3", False),
    ],
)  # fmt: skip
def test_loops_are_measured_to_their_end(text: str, *, beyond: bool) -> None:
    assert goes_beyond(text) is beyond


def test_loops_stand_side_by_side_and_none_stops_early() -> None:
    assert in_full("many.all(a, a == 'x') || few.exists(b, b == 'y')") == (
        "[(many.map(a, [a == 'x']).size() >= 0), (few.map(b, [b == 'y']).size() >= 0)]"
    )
    assert in_full("count > 3 ? 'all(' == 'b' : true") == ""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["many", "few", "[1, 2, 3, 4]"]), min_size=1, max_size=4))
def test_nested_loops_go_as_many_rounds_as_their_lists_multiplied(lists: list[str]) -> None:
    text, rounds, sizes = "true", 0, {"many": MOST, "few": 3, "[1, 2, 3, 4]": 4}
    for depth, name in enumerate(reversed(lists)):
        text = f"{name}.all(x{depth}, {text})"
        rounds = sizes[name] * (1 + rounds)
    assert goes_beyond(text) is (rounds > budget.ROUNDS)
