"""Values: one stands for all that the conditions cannot tell apart."""

from __future__ import annotations

from typing import Any

import pytest

from engine.process.file.loader import load_process
from engine.process.logic.conditions import STATE, Condition
from engine.process.logic.values import ANOTHER, MOST, SOME, Bounds, Space
from tests.workshop import CALENDAR, TEXT

SPACE = Space(load_process(TEXT, "workshop.yaml", lambda _: CALENDAR).process)


AT_DESK = Bounds(("desk",))


def side(name: str, cuts: set[Any], bounds: Bounds = AT_DESK) -> list[Any]:
    return [case[name] for case in SPACE.cases(Condition(cuts={name: cuts}), bounds) or []]


@pytest.mark.parametrize(
    ("name", "cuts", "found"),
    [
        ("price", {5.0, 6.0}, [4.0, 5.0, 5.5, 6.0, 7.0, None]),
        ("price", set(), [0.0, None]),
        ("urgent", set(), [True, False, None]),
        ("shop", {"North"}, ["North", SOME, None]),
        ("ready", set(), [SOME, None]),
    ],
)
def test_a_field_has_a_value_of_each_kind_and_may_be_empty(name: str, cuts: set[Any], found: list[Any]) -> None:
    assert side(name, cuts) == found
    assert side(name, cuts, Bounds(("desk",), frozenset({name}))) == found[:-1]
    assert side(name, cuts, Bounds(("desk",), fillable=frozenset())) == [None]


def test_a_choice_that_is_worked_out_may_be_another() -> None:
    assert side("kind", set()) == ["bench", "lathe", None]
    free = load_process(TEXT.replace("""{kind: '"lathe"'}""", "{kind: shop}"), "w.yaml", lambda _: CALENDAR).process
    found = Space(free).cases(Condition(cuts={"kind": set()}), Bounds(("desk",)))
    assert [case["kind"] for case in found or []] == ["bench", "lathe", ANOTHER, None]


def test_states_documents_and_what_cannot_be_told_are_sides_as_well() -> None:
    asked = Condition(documents={'has("order")'}, others={"?x"}, asks_state=True)
    cases = SPACE.cases(asked, Bounds(("desk", "line"))) or []
    assert len(cases) == 2 * 3 * 2
    assert {case[STATE] for case in cases} == {"desk", "line"}
    assert {case["?x"] for case in cases} == {True, False, None}


def test_more_than_so_many_are_not_looked_at() -> None:
    others = {f"?{index}" for index in range(8)}
    assert 3**7 < MOST < 3**8
    assert SPACE.cases(Condition(others=others), Bounds(("desk",))) is None
    assert len(SPACE.cases(Condition(others={*list(others)[:7]}), Bounds(("desk",))) or []) == 3**7


def test_fields_are_filled_in_on_the_way() -> None:
    assert SPACE.fillable["desk"] >= {"shop", "kind", "urgent", "price", "ready"}
    narrow = TEXT.replace("form: {ready: optional, price: optional, kind", "form: {price: optional, kind")
    narrow = narrow.replace(
        "start: {title: Start, form: {kind: optional}", "start: {title: Start, form: {ready: optional}"
    )
    found = Space(load_process(narrow, "w.yaml", lambda _: CALENDAR).process).fillable
    assert "ready" not in found["desk"]
    assert "ready" in found["work.place"]
