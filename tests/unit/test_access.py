"""Who may see what is charged: those who see all cases, and an organisation what is its own."""

from __future__ import annotations

import pytest

from engine.case.charges.access import may_see
from engine.case.command import COMMAND_LINE, Actor
from tests.charges import saying

ROLES = saying(
    ("coordinator: {title: Coordinator}}", "coordinator: {title: Coordinator}, head: {title: Head, sees: own}}")
)


@pytest.mark.parametrize(
    ("by", "field", "owner", "sees"),
    [
        (None, "school", "Hilltop", True),
        (COMMAND_LINE, "school", "Hilltop", True),
        (Actor("jo", frozenset({"coordinator"})), "school", "Hilltop", True),
        (Actor("ann", frozenset({"head"}), "Hilltop"), "school", "Hilltop", True),
        (Actor("ann", frozenset({"head"}), "Hilltop"), "school", "Market Green", False),
        (Actor("ann", frozenset({"head"}), "Hilltop"), "key_stage", "Hilltop", False),
        (Actor("ann", frozenset({"head"})), "school", "Hilltop", False),
        (Actor("eve"), "school", "Hilltop", False),
    ],
)
def test_who_sees_what_is_charged(by: Actor | None, field: str, owner: str, sees: bool) -> None:
    assert may_see(ROLES, by, field, owner) is sees
