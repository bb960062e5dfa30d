"""Values that can be erased: a digest stands in their place, and they come back only as they were."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.case import private

_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_effects = st.fixed_dictionaries(
    {"seq": st.integers(0)},
    optional={
        "data": st.dictionaries(st.text(max_size=5), _scalars | st.lists(st.text(max_size=5), max_size=3), max_size=4),
        "note": st.dictionaries(st.sampled_from(["reason", "certificate"]), st.text(max_size=9)),
        "document": st.fixed_dictionaries({"document": st.text(max_size=5), "name": st.text(max_size=9)}),
        "timers": st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5)), max_size=2),
    },
)


@given(_effects)
def test_what_is_hidden_comes_back_as_it_was(effects: dict[str, Any]) -> None:
    before = json.dumps(effects, sort_keys=True)
    values = private.hide(effects, map(str, count()))
    assert private.faults(effects, values) == []
    places = [(effect, name) for effect, named in values.items() for name in named]
    assert all(set(effects[effect][name]) == {private.DIGEST} for effect, name in places)
    assert private.show(effects, values) == ()
    assert json.dumps(effects, sort_keys=True) == before


def test_a_digest_is_of_the_salt_and_of_the_one_form_of_a_value() -> None:
    assert private.digest("salt", [1, "é"]) == "e6fbe9a69ffe81aa8e200a6ad3fa53e631f6ad54eea5b3e9131a5fd61c34a9f9"
    assert len({private.digest(*one) for one in (("a", 1), ("a", "1"), ("b", 1), ("a", True), ("a", [1]))}) == 5


def test_what_nobody_typed_stays_in_the_body() -> None:
    effects: dict[str, Any] = {"note": {"certificate": "7"}, "tasks": {"look": {"person": "jo"}}, "by": "jo"}
    assert private.hide(effects, iter(())) == {}
    assert effects == {"note": {"certificate": "7"}, "tasks": {"look": {"person": "jo"}}, "by": "jo"}


def test_a_file_is_called_by_the_kind_of_its_document() -> None:
    effects: dict[str, Any] = {"document": {"document": "plan", "name": "Ann.pdf"}, "data": {"who": "Ann"}}
    values = private.hide(effects, map(str, count()))
    assert private.left(effects, values, {"document/name", "data/plan"}) == values
    assert private.left(effects, values, {"document/plan"}) == {"data": {"who": ["0", "Ann"]}}
    assert private.left(effects, values, {"document/plan", "data/who"}) == {}
    assert private.show(effects, {}) == ("data/who", "document/plan")
    assert effects == {"document": {"document": "plan", "name": ""}, "data": {"who": None}}
