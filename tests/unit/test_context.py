"""Names of a process file, resolved from where they are written."""

from __future__ import annotations

from typing import Any

import pytest

from engine.process.file.context import event_names, resolve, state_names
from engine.source.problem import Refused
from tests.workshop import workshop

STATES = frozenset({"a", "a.x", "a.x.m", "a.y", "b", "x", "y", "b.y"})


@pytest.mark.parametrize(
    ("name", "scope", "found"),
    [
        ("m", "a.x", "a.x.m"),
        ("y", "a.x.m", "a.y"),
        ("x", "a", "a.x"),
        ("x", "a.x", "a.x"),
        ("x", "b", "x"),
        ("y", "b", "b.y"),
        ("y", "", "y"),
        ("a.y", "b.y", "a.y"),
        ("x.m", "a.y", "a.x.m"),
        ("m", "a.y", None),
        ("z", "a.x.m", None),
    ],
)
def test_a_state_is_looked_for_inside_then_beside_then_outwards(name: str, scope: str, found: str | None) -> None:
    assert resolve(name, scope, STATES) == found


def test_states_and_events_are_found_at_any_depth() -> None:
    data: dict[str, Any] = {
        "events": {"one": {}},
        "states": {
            "a": {"events": {"two": {}}, "states": {"x": {"states": {"m": {"events": {"one": {}, "three": {}}}}}}}
        },
    }
    assert list(state_names(data["states"])) == ["a", "a.x", "a.x.m"]
    assert list(event_names(data)) == ["one", "two", "one", "three"]


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (
            "grip: {title: Grip, to: place}",
            "grip: {title: Grip, to: plaice}",
            "unknown-state",
            "There is no state plaice.",
        ),
        ("{after: 2 weeks, send", "{after: 2 fortnights, send", "bad-duration", "2 fortnights is not a duration."),
        ("role: clerk, due: 2 days", "role: clark, due: 2 days", "unknown-role", "There is no role clark."),
        (
            "fix: {title: Fix, form: {price",
            "fix: {title: Fix, form: {prize",
            "unknown-field",
            "There is no field prize.",
        ),
        ("any_of: [drawing, photo]", "any_of: [drawing, foto]", "unknown-document", "There is no document foto."),
    ],
)
def test_a_name_that_is_not_there_is_told_where_it_stands(old: str, new: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        workshop({old: new})
    found = [one for one in refused.value.problems if one.code == code]
    assert [one.message for one in found] == [said]
    assert found[0].line > 1


def test_the_nearest_name_is_offered_also_where_it_stands_inside() -> None:
    with pytest.raises(Refused) as refused:
        workshop(
            {"alternatives: [{when: urgent == true, to: work.hand}": "alternatives: [{when: urgent == true, to: hnd}"}
        )
    assert [one.mend for one in refused.value.problems] == ["Did you mean hand?"]
