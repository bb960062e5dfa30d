"""How what is said of people is written down: in one line, with the process of a role, never with unseen signs."""

from __future__ import annotations

import pytest

from engine.service.people.faults import BadPerson
from engine.service.people.written import LONGEST_AREA, area_written, in_one_line, role_written

KNOWN = {"lending/clerk", "lending/keeper", "yard/clerk"}


def test_a_name_is_one_line_with_plain_spaces() -> None:
    assert in_one_line("The name", "  Ada \n Fenwick ") == "Ada Fenwick"
    with pytest.raises(BadPerson, match="The name"):
        in_one_line("The name", "Ada\u202efenwick")


def test_an_area_has_a_longest() -> None:
    assert area_written("x" * LONGEST_AREA) == "x" * LONGEST_AREA
    with pytest.raises(BadPerson, match="60 characters"):
        area_written("x" * (LONGEST_AREA + 1))


def test_a_role_is_written_with_its_process_where_that_is_plain() -> None:
    assert role_written("keeper", KNOWN) == "lending/keeper"
    assert role_written("yard/clerk", KNOWN) == "yard/clerk"
    assert role_written("auditor", KNOWN) == "auditor"
    with pytest.raises(BadPerson, match="lending/clerk or yard/clerk"):
        role_written("clerk", KNOWN)
    with pytest.raises(BadPerson, match="There is no role clark"):
        role_written("clark", KNOWN)
