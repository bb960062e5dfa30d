"""Links between cases as a process has them."""

from __future__ import annotations

from tests.sets import REPAIRS, loaded

PROCESS, REPAIR = loaded(), loaded(REPAIRS)


def test_a_process_says_what_its_cases_are_linked_with() -> None:
    same, before, repair = PROCESS.links.values()
    assert (same.both, same.to, same.by, same.back) == (True, ("loans",), None, "Same set")
    assert (before.one, before.by, before.back, repair.to) == (True, frozenset({"clerk"}), "Later loan", ("repairs",))
    # How its other cases end nobody asks.
    assert PROCESS.awaited == {"repair"}
