"""What cannot be worked out is told by `check`, and not by the first page that asks it."""

from __future__ import annotations

import pytest

from tests.unit.test_contradictions import changed, told

PRICE = "price: {title: Price, type: number}"
CHECK = "check: price >= 10.0, say: It must be worth it.}]}\n      pass_on"
LISTS = f"{PRICE}\n  marks: {{title: Marks, type: choices, choices: [{', '.join(f'm{one}' for one in range(101))}]}}"


def told_of(check: str) -> set[tuple[str, str]]:
    text = changed({PRICE: LISTS, CHECK: CHECK.replace("price >= 10.0", f'"{check}"')})
    return {(severity, code) for severity, code, _ in told(text) if code in {"too-many-rounds", "expression-syntax"}}


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("marks.all(a, marks.exists(b, a == b))", {("warning", "too-many-rounds")}),
        ("marks.all(a, a != 'm3')", set()),
        # As the checker counts it is not too deep; what runs asks for emptiness besides.
        (f"{'(' * 32}price != null{')' * 32}", {("error", "expression-syntax")}),
        (f"{'(' * 30}price != null{')' * 30}", set()),
        (f"{'+'.join(['price'] * 40)} > 3.0", {("error", "expression-syntax")}),
    ],
)
def test_expressions_are_worked_out_once_with_full_lists(check: str, found: set[tuple[str, str]]) -> None:
    assert told_of(check) == found
