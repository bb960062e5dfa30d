"""JSON that is hashed has one form."""

from __future__ import annotations

import json

from engine.case.canonical import canonical


def test_equal_values_share_one_form() -> None:
    assert canonical({"b": [1, {"d": None, "c": 2}], "a": True}) == canonical(
        json.loads('{"a": true, "b": [1, {"c": 2, "d": null}]}')
    )
