"""What a process says of what only one of its open cases may have, and what is wrong in it."""

from __future__ import annotations

import pytest

from engine.process.claims import Claim
from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.sets import LOANS, loaded


def claiming(text: str, more: str = "") -> str:
    fields = "  house: {title: House, type: text}"
    return LOANS.replace(fields, f"{fields}{more}") + f"unique: [{text}]\n"


def test_it_names_one_field_or_several_and_says_so_by_itself() -> None:
    found = loaded(claiming("{fields: item}, {fields: [item, house], say: It is there already.}")).unique
    assert found == (
        Claim(("item",), "There is an open case with the same Item already."),
        Claim(("item", "house"), "It is there already."),
    )
    assert loaded(LOANS).unique == ()


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (claiming("{fields: itm}"), "unknown-field", "There is no field itm."),
        (
            claiming("{fields: long}", "\n  long: {title: Long, type: long_text}"),
            "wrong-value",
            "long is of the type long_text: no two cases are told apart by it.",
        ),
        (
            claiming("{fields: held}", "\n  held: {title: Held, type: text, dated: true}"),
            "wrong-value",
            "held holds from a day on: no two cases are told apart by it.",
        ),
        (
            claiming("{fields: house}").replace("lose: {title: Lose,", "lose: {title: Lose, set: {house: item},"),
            "wrong-value",
            "house is set by the process itself: nobody is there to be told that another case has it.",
        ),
    ],
)
def test_what_cannot_be_claimed_is_told(text: str, code: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        load_process(text, "loans.yaml", lambda _: None)
    assert (code, message) in [(one.code, one.message) for one in refused.value.problems]
