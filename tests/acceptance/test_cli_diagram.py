"""The command diagram."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.shell import Shell
from tests.conftest import LOAN, REFERRAL


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg"])
def test_diagrams_show_every_state_and_event(shell: Shell, tmp_path: Path, form: str) -> None:
    text = shell("diagram", str(REFERRAL), "--format", form)
    for title in ("Inclusion Forum", "Placement", "Hold the review", "no place free", "Withdraw", "From anywhere"):
        assert title in text
    shell("diagram", str(REFERRAL), "-f", form, "-o", "picture")
    assert (tmp_path / "picture").read_text() == text
    shell("diagram", str(REFERRAL), "-o", "none/picture", code=1)


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg"])
def test_times_and_conditions_are_said_where_they_are_asked_for(shell: Shell, form: str) -> None:
    plain, times = (shell("diagram", str(LOAN), "-f", form, *more) for more in ((), ("--times",)))
    both = shell("diagram", str(LOAN), "-f", form, "--times", "--conditions")
    said = ("when a place comes free in Lent", "if Damaged")
    assert [[one in text for one in said] for text in (plain, times, both)] == [
        [False, False],
        [True, False],
        [True, True],
    ]
