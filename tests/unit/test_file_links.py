"""Links as a process file says them, and what is wrong with them."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process
from engine.source.problem import Refused, errors
from tests.sets import LOANS, REPAIRS, loaded

PROCESS, REPAIR = loaded(), loaded(REPAIRS)


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        load_process(text, "loans.yaml", lambda _: None)
    return sorted((one.code, one.message) for one in errors(refused.value.problems))


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (
            "both: true}",
            "both: true, back: Back}",
            "wrong-value",
            "same is the same for both sides, and has",
        ),
        ("both: true}", "both: true, one: true}", "wrong-value", "same is the same for both sides: one: would be"),
        ("by: clerk, one", "by: clark, one", "unknown-role", "There is no role clark."),
        ('linked("same")', 'linked("sane")', "unknown-link", "There is no link sane."),
        ('ended("repair")', 'ended("repairs")', "unknown-link", "There is no link repairs."),
    ],
)
def test_what_is_wrong_with_a_link_is_told(old: str, new: str, code: str, said: str) -> None:
    [found] = problems(LOANS.replace(old, new))
    assert found[0] == code
    assert found[1].startswith(said)


def test_a_date_is_not_worked_out_from_links() -> None:
    text = LOANS.replace(
        "title: Look, role: clerk}", "title: Look, role: clerk, due: 'linked(\"same\") > 1 ? now : now'}"
    )
    assert ("wrong-value", "linked cannot stand in a date that is worked out: it is so when fields are filled in.") in (
        problems(text)
    )
