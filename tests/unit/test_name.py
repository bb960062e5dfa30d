"""Names are written in one way: in addresses, in schemas and where people are added."""

from __future__ import annotations

import json

import pytest

from engine import shipped
from engine.source.name import LOGIN, LONGEST, PART, PROCESS, TASK, is_written


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("form_2", {PART, TASK, LOGIN}),
        ("overdue-form", {TASK, PROCESS, LOGIN}),
        ("hbep-referral", {TASK, PROCESS, LOGIN}),
        ("jo.smith", {LOGIN}),
        ("a", {PART, TASK, PROCESS, LOGIN}),
        ("a" * LONGEST, {PART, TASK, PROCESS, LOGIN}),
        ("a" * (LONGEST + 1), set()),
        ("2nd", set()),
        ("Form", set()),
        ("é", set()),
        ("a\n", set()),
        ("a/b", set()),
        ("", set()),
    ],
)
def test_what_is_a_name(text: str, forms: set[str]) -> None:
    assert {form for form in (PART, TASK, PROCESS, LOGIN) if is_written(text, form)} == forms


def test_schemas_say_the_same() -> None:
    process, calendar = (json.loads(shipped.read(f"schemas/{one}.schema.json")) for one in ("process", "calendar"))
    assert process["$defs"]["name"] == {"pattern": PART, "maxLength": LONGEST}
    assert calendar["properties"]["days"]["propertyNames"]["pattern"] == PART
    for told in (process["properties"]["process"], calendar["properties"]["calendar"]):
        assert (told["pattern"], told["maxLength"]) == (PROCESS, LONGEST)
