"""Forms that nobody can send: what they ask for may not be given where they are, and may not be left out."""

from __future__ import annotations

import pytest

from tests.unit.test_contradictions import changed, told

PRICE = "price: {title: Price, type: number}"
CODE = "cannot-be-filled"


def told_of(changes: dict[str, str]) -> list[str]:
    return [message for _, code, message in told(changed(changes)) if code == CODE]


FIX = "form: {price: required}, needs: [{check: price >= 10.0, say: It must be worth it.}]"
OF_NOTE = "form: {note: required, urgent: optional}"
HURRIED = f"{PRICE}\n  note: {{title: Note, type: text, when: urgent == true}}"
CALM = f"{HURRIED}\n  rest: {{title: Rest, type: text, when: urgent == false}}"


@pytest.mark.parametrize(
    "changes",
    [
        {PRICE: HURRIED, FIX: f"{OF_NOTE}, needs: [{{check: urgent == false, say: Calm.}}]"},
        {PRICE: HURRIED, FIX: f"{OF_NOTE}, needs: [{{check: urgent == null, say: Calm.}}]"},
        {PRICE: CALM, FIX: "form: {note: required, rest: required, urgent: required}"},
    ],
)  # fmt: skip
def test_a_form_that_can_neither_be_filled_nor_left_out(changes: dict[str, str]) -> None:
    found = told_of(changes)
    assert len(found) == 1, told(changed(changes))
    assert found[0].endswith("its when: cannot hold in this form. Nobody can send it.")


@pytest.mark.parametrize(
    "changes",
    [
        {PRICE: HURRIED, FIX: "form: {note: required, urgent: optional}"},
        {PRICE: HURRIED, FIX: "form: {note: required}"},  # urgent may have been filled in before
        {PRICE: CALM, FIX: "form: {note: optional, rest: optional, urgent: required}"},
        {PRICE: CALM, FIX: "form: {note: required, rest: optional, urgent: required}"},
        # Of a condition that never holds anywhere it is told where it stands.
        {PRICE: HURRIED.replace("urgent == true", "urgent && !urgent"), FIX: OF_NOTE},
        # So it is of a requirement that nothing meets.
        {PRICE: HURRIED, FIX: "form: {note: required}, needs: [{check: urgent && !urgent, say: No.}]"},
        {PRICE: HURRIED.replace("urgent == true", "today > opened"), FIX: "form: {note: required}"},
    ],
)  # fmt: skip
def test_a_form_that_somebody_can_send_is_not_told(changes: dict[str, str]) -> None:
    assert told_of(changes) == []
