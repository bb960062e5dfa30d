"""Conditions come to what the expressions come to, whatever stands in a case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.language.expressions import Expression, Language, View
from engine.process.logic.conditions import STATE, document_key, read_condition

FIELDS = {"kind": "choice", "note": "text", "count": "integer", "price": "number", "agreed": "yes_no", "due": "date"}
LANGUAGE = Language(
    fields=FIELDS,
    choices={"kind": frozenset({"small", "large"})},
    documents=frozenset({"paper", "photo"}),
    places=frozenset(),
    states=frozenset({"desk", "room", "room.near"}),
    zone=ZoneInfo("UTC"),
)
ATOMS = [
    *('kind == "small"', '"large" != kind', 'kind in ["small", "large"]', "kind in []", "kind == null", "null != kind"),
    *('note == "x"', "note != 'y'", 'note in ["x"]', "note != null", 'note == r"x"', 'note == "\\"x"'),
    *("count > 3", "3 >= count", "count == -1", "count != 0", "count in [1, 2, 7]", "count < 2", "count == null"),
    *("price <= 5.0", "5.5 < price", "price == 0.0", "price + 1.0 > 2.0", "price != null"),
    *("agreed", "agreed == true", "false == agreed", "agreed != null", "true", "false", "due == null"),
    *('has("paper")', "has('photo')", 'state == "desk"', 'within("room")', 'state in ["room.near"]', '"desk" != state'),
    *("count == 3 // && agreed\n", "size(note) > 1", 'note.startsWith("x")', "(agreed)", "(count) == 3"),
]
VALUES = {
    "kind": [None, "small", "large"],
    "note": [None, "x", "y", "other", '"x'],
    "count": [None, -1, 0, 1, 2, 3, 4, 7],
    "price": [None, 0.0, 1.0, 5.0, 5.25, 6.0],
    "agreed": [None, True, False],
    "due": [None, "2024-01-01"],
}


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda one: f"{one[0]} {one[1]} {one[2]}")
    chosen = st.tuples(inner, inner, inner).map(lambda one: f"({one[0]}) ? ({one[1]}) : ({one[2]})")
    return st.one_of(pairs, chosen, inner.map(lambda one: f"!({one})"), inner.map(lambda one: f"({one})"))


TEXTS = st.recursive(st.sampled_from(ATOMS), grown, max_leaves=6)
CASES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


def view(data: dict[str, Any], state: str, documents: set[str]) -> View:
    return View(data, state, documents, {}, datetime(2024, 1, 8, tzinfo=UTC))


@given(
    TEXTS,
    CASES,
    st.sampled_from(["desk", "room", "room.near"]),
    st.sets(st.sampled_from(["paper", "photo"])),
)
def test_a_condition_comes_to_what_its_expression_does(
    text: str, data: dict[str, Any], state: str, documents: set[str]
) -> None:
    expression = LANGUAGE.check(text, "BOOL")
    assert isinstance(expression, Expression), (text, expression)
    seen = view(data, state, documents)
    condition = read_condition(text, FIELDS)
    values = data | {STATE: state} | {document_key(name): name in documents for name in ("paper", "photo")}
    for other in condition.others:
        # What cannot be told is asked of the expression itself, under the name that it has here.
        part = LANGUAGE.check(other[1:], "BOOL")
        assert isinstance(part, Expression), other
        values[other] = LANGUAGE.truth(part, seen)
    assert condition.ask(values) is LANGUAGE.truth(expression, seen)
    assert condition.cuts.keys() <= expression.names


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ('kind == "small" && count > 3', set()),
        ("price + 1.0 > 2.0 || agreed", {"?price + 1.0 > 2.0"}),
        ("agreed  ==\n true", set()),
        ('note == "\\"x"', {'?note == "\\"x"'}),
        ("count > 3 == agreed", {"?count > 3 == agreed"}),
        ('!(kind in ["small"])', set()),
    ],
)
def test_what_cannot_be_told_is_known_by_its_text(text: str, others: set[str]) -> None:
    assert read_condition(text, FIELDS).others == others


def test_a_condition_knows_what_it_asks_for() -> None:
    found = read_condition('kind in ["small"] && (count > 3 || count < 1) && has("paper") && within("room")', FIELDS)
    assert (found.cuts, found.documents, found.asks_state) == (
        {"kind": {"small"}, "count": {3, 1}},
        {'has("paper")'},
        True,
    )
    assert not read_condition("true || false", FIELDS).hangs_on_case
