"""What can be wrong with a task of which there are several."""

from __future__ import annotations

import pytest

from engine.source.problem import Refused
from tests.several import ASKED, load


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("role: clerk, per: asked, due", "role: clerk, per: aksed, due", "unknown-field", "no field or series aksed"),
        ("type: choices, choices", "type: choice, choices", "wrong-type", "asked is neither"),
        ("law: The lawyer", "the law: The lawyer", "wrong-value", "the law cannot stand in the name of a task"),
        ("law: The lawyer", f"{'l' * 55}: The lawyer", "wrong-value", "is too long for the name of a task"),
        ("per: asked, overdue_of", "overdue_of", "wrong-value", "for the same values"),
    ],
)
def test_it_is_told(old: str, new: str, code: str, said: str) -> None:
    assert old in ASKED
    with pytest.raises(Refused) as refused:
        load(ASKED.replace(old, new, 1))
    found = [(one.code, one.message) for one in refused.value.problems]
    assert any(one == code and said in message for one, message in found), found


def test_it_is_for_a_field_or_a_series() -> None:
    assert {kind.name: kind.per for kind in load().tasks.values() if kind.per} == {
        "opinion": "asked",
        "chase": "asked",
        "follow_up": "visit",
    }
